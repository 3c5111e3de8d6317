package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// longTests are the steps of a soak: for each file of tests that asks
// testenv.Count how often to do something, its tests at full counts. A file is a
// step, so that a soak that was stopped loses no more than that.
func longTests(ctx context.Context) (steps []step, err error) {
	command := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles", "./...")
	command.Stderr = os.Stderr
	listed, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(listed)); ; {
		var p struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return steps, nil
		} else if err != nil {
			return nil, err
		}
		for _, file := range append(p.TestGoFiles, p.XTestGoFiles...) {
			source, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				return nil, err
			}
			if names := longIn(source); len(names) > 0 {
				steps = append(steps, step{
					name: "soak " + strings.TrimPrefix(p.ImportPath, module+"/") + " " + strings.TrimSuffix(file, "_test.go"),
					args: []string{"-count=1", "-timeout=4h", "-run=^(" + strings.Join(names, "|") + ")$", p.ImportPath},
					env:  []string{"CGO_ENABLED=0", "FACELATCH_SOAK=1"},
				})
			}
		}
	}
}

// longIn returns the tests of a file that asks testenv.Count.
func longIn(source []byte) (names []string) {
	if !bytes.Contains(source, []byte("testenv.Count(")) {
		return nil
	}
	for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllSubmatch(source, -1) {
		if name := string(found[1]); name != "TestMain" {
			names = append(names, name)
		}
	}
	return names
}
