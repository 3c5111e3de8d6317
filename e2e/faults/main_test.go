package faults

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

func TestMain(m *testing.M) {
	rigtest.BeApart()
	controllertest.BeApart()
	flag.Parse()
	if testing.Short() {
		os.Exit(0) // the parts are tested with the race detector by themselves
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// smallDisk is a disk of its own, in memory, of a size in bytes.
func smallDisk(t testing.TB, size string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "disk")
	must(t, os.Mkdir(dir, 0o700))
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		testenv.Missing(t, "no small disk can be mounted here, which takes root: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// filler is the name of the file that fills a disk.
const filler = "somebody-elses-file"

// fill fills a disk to its last byte.
func fill(t testing.TB, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, filler), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size > 0; {
		n, err := f.Write(make([]byte, size))
		if errors.Is(err, syscall.ENOSPC) || err == nil && n < size {
			size /= 4
		} else if err != nil && !errors.Is(err, io.ErrShortWrite) {
			t.Fatal(err)
		}
	}
}

// empty makes room again.
func empty(t testing.TB, dir string) {
	t.Helper()
	must(t, os.Remove(filepath.Join(dir, filler)))
}
