package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// snapshotOf returns what is in a folder: each name with its mode, time of
// change and content. A file that was made and removed again shows in the time
// of its folder.
func snapshotOf(dir string) (map[string]string, error) {
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		found[path] = fmt.Sprint(info.Mode(), info.ModTime())
		if e.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found[path] += fmt.Sprintf(" %x", sha256.Sum256(data))
		}
		return nil
	})
	return found, err
}

// takeSnapshot DIR remembers a folder for unchanged.
func takeSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	found, err := snapshotOf(ts.MkAbs(args[0]))
	ts.Check(err)
	lines := ""
	for path, what := range found {
		lines += fmt.Sprintf("%q %q\n", path, what)
	}
	ts.Check(os.WriteFile(snapshotFile(ts, args[0]), []byte(lines), 0o600))
}

// unchanged DIR checks that a folder is as at its last snapshot.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	var before map[string]string = make(map[string]string)
	data := ts.ReadFile(snapshotFile(ts, args[0]))
	for rest := data; rest != ""; {
		var path, what string
		n, err := fmt.Sscanf(rest, "%q %q\n", &path, &what)
		if n != 2 {
			ts.Check(err)
		}
		before[path] = what
		rest = rest[len(fmt.Sprintf("%q %q\n", path, what)):]
	}
	after, err := snapshotOf(ts.MkAbs(args[0]))
	ts.Check(err)
	if !maps.Equal(before, after) {
		for path := range after {
			if before[path] != after[path] {
				ts.Logf("%s: %s, was %s", path, after[path], before[path])
			}
		}
		ts.Fatalf("%s was changed", args[0])
	}
}

func snapshotFile(ts *testscript.TestScript, dir string) string {
	return filepath.Join(filepath.Dir(ts.MkAbs(dir)), "."+filepath.Base(dir)+".snapshot")
}
