package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// fuzzTarget is one function FuzzXxx.
type fuzzTarget struct {
	pkg  string // import path
	dir  string // folder
	name string
}

// stumble is how Go's fuzzer ends now and then when its time is up while a
// worker is busy. It tells of no input, so the target is run once more.
var stumble = regexp.MustCompile(`(?m)^\s*context deadline exceeded$`)

func (s step) fuzz(ctx context.Context, r *results) error {
	var said []byte
	var err error
	for range 2 {
		said, err = s.command(ctx).CombinedOutput()
		if err == nil || ctx.Err() != nil || !stumble.Match(said) || bytes.Contains(said, []byte("Failing input")) {
			break
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		os.Stdout.Write(said)
		r.set(s.name, failed)
		return nil
	}
	fmt.Println(lastFuzzLine(said))
	r.set(s.name, passed)
	return nil
}

// lastFuzzLine returns the fuzzer's last line of figures.
func lastFuzzLine(said []byte) string {
	last := "no figures"
	lines := bufio.NewScanner(bytes.NewReader(said))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "fuzz: elapsed") {
			last = lines.Text()
		}
	}
	return last
}

// fuzzTargets finds every fuzz target of the module by reading its test files.
func fuzzTargets(ctx context.Context) ([]fuzzTarget, error) {
	command := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles", "./...")
	command.Stderr = os.Stderr
	listed, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var targets []fuzzTarget
	for d := json.NewDecoder(bytes.NewReader(listed)); ; {
		var p struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := d.Decode(&p); err == io.EOF {
			return targets, nil
		} else if err != nil {
			return nil, err
		}
		for _, file := range append(p.TestGoFiles, p.XTestGoFiles...) {
			names, err := fuzzFunctions(filepath.Join(p.Dir, file))
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				targets = append(targets, fuzzTarget{p.ImportPath, p.Dir, name})
			}
		}
	}
}

func fuzzFunctions(path string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
			names = append(names, f.Name.Name)
		}
	}
	return names, nil
}

// verifyCorpora fails for a fuzz target without a corpus, for a file of a
// corpus that the tests did not run, and for a corpus without a target.
func (r *results) verifyCorpora(targets []fuzzTarget, out io.Writer) {
	known := map[string]bool{}
	for _, t := range targets {
		dir := filepath.Join(t.dir, "testdata", "fuzz", t.name)
		known[dir] = true
		files, _ := os.ReadDir(dir)
		pkg := strings.TrimPrefix(t.pkg, module+"/")
		if len(files) == 0 {
			r.corpusFailure(out, pkg+" "+t.name+" has no corpus in "+dir)
		}
		for _, file := range files {
			if name := pkg + " " + t.name + "/" + file.Name(); r.tests[name] != passed {
				r.corpusFailure(out, name+" of the corpus was not run")
			}
		}
	}
	_ = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(filepath.Dir(path), filepath.Join("testdata", "fuzz")) {
			return nil
		}
		if full, err := filepath.Abs(path); err == nil && !known[full] {
			r.corpusFailure(out, path+" is the corpus of no fuzz target")
		}
		return fs.SkipDir
	})
}

func (r *results) corpusFailure(out io.Writer, what string) {
	fmt.Fprintln(out, "corpus:", what)
	r.set("corpus: "+what, failed)
}
