package controllertest

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Keeper returns the process that keeps the ledger of the site: the one that has
// the lock of its folder, by proc_locks(5); 0 if none does.
func (s *Site) Keeper() (pid int, err error) {
	info, err := os.Stat(filepath.Join(s.Dir, "ledger", "lock"))
	if err != nil {
		return 0, err
	}
	lock, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, fmt.Errorf("%s has no inode", info.Name())
	}
	f, err := os.Open("/proc/locks")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	end := ":" + strconv.FormatUint(lock.Ino, 10)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) > 5 && words[1] == "FLOCK" && strings.HasSuffix(words[5], end) {
			return strconv.Atoi(words[4])
		}
	}
	return 0, nil
}
