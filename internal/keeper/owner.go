package keeper

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// bootFile names the running kernel, and no other: it is made anew at each start.
const bootFile = "/proc/sys/kernel/random/boot_id"

// Owner names who may have the lease of the ledger in a folder: all processes
// under one kernel to whom this is the same folder, because its lock keeps them
// apart already. Where that cannot be known it names this process alone.
func Owner(folder string) string {
	boot, err := os.ReadFile(bootFile)
	if err != nil {
		return rand.Text()
	}
	info, err := os.Stat(filepath.Join(folder, lockName))
	if err != nil {
		return rand.Text()
	}
	lock, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return rand.Text()
	}
	sum := sha256.Sum256(fmt.Append(nil, strings.TrimSpace(string(boot)), lock.Dev, lock.Ino))
	return hex.EncodeToString(sum[:16])
}
