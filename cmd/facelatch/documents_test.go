package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/testenv"
)

// documents returns what people read, by its path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := testenv.Root(t)
	pages := map[string]string{}
	walk(t, root, func(path string) {
		if filepath.Ext(path) != ".md" {
			return
		}
		data, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		pages[path] = string(data)
	})
	if len(pages) < 15 {
		t.Fatalf("found only %d documents", len(pages))
	}
	return pages
}

// walk visits the files of the repository, and none that were fetched or built.
func walk(t *testing.T, root string, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "node_modules" || name == "bin" || name[0] == '.') {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			visit(strings.TrimPrefix(path, root+string(filepath.Separator)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDocumentsLinkToFiles follows every link that does not leave the repository,
// except into bin/, which make setup fills.
func TestDocumentsLinkToFiles(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	followed := 0
	for page, text := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(found[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			followed++
			if _, err := os.Stat(filepath.Join(testenv.Root(t), filepath.Dir(page), target)); err != nil {
				t.Errorf("%s: the link to %s: %v", page, found[1], err)
			}
		}
	}
	if followed < 30 {
		t.Errorf("found only %d links", followed)
	}
}

// TestDocumentsNameCommands takes what is written as a command of this program,
// in a block of code or in a sentence, and asks whether there is such a command
// and each of its flags.
func TestDocumentsNameCommands(t *testing.T) {
	written := regexp.MustCompile("(?m)(?:^ *|`)(?:bin/)?facelatch ([a-z-][^\n`]*)")
	commands := 0
	for page, text := range documents(t) {
		for _, found := range written.FindAllStringSubmatch(text, -1) {
			if found[1] == "kiosk v1" || page == filepath.Join("spec", "bundle.md") {
				continue // what is signed and hashed begins with the name, too
			}
			commands++
			if wrong := unknownWords(strings.Fields(found[1])); len(wrong) > 0 {
				t.Errorf("%s: %s: there is no %q", page, found[1], wrong)
			}
		}
	}
	if commands < 60 {
		t.Errorf("found only %d commands", commands)
	}
}

// unknownWords returns the words of a command line that mean nothing to the
// program: commands, if its first is none, and flags.
func unknownWords(words []string) (wrong []string) {
	words = slices.Clone(words)
	for i, w := range words {
		words[i] = strings.Trim(w, "[]")
	}
	root := rootCommand()
	c, _, err := root.Find(words)
	if err != nil || c == root && words[0][0] != '-' || c.HasSubCommands() && !c.Runnable() {
		return words[:1]
	}
	for _, w := range words {
		name, isFlag := strings.CutPrefix(w, "--")
		if name, _, _ = strings.Cut(name, "="); isFlag && !hasFlag(c, name) {
			wrong = append(wrong, w)
		}
	}
	return wrong
}

func hasFlag(c *cobra.Command, name string) bool {
	name = strings.Trim(name, "[]")
	c.InitDefaultVersionFlag()
	return c.Flags().Lookup(name) != nil || name == "help"
}

// TestDocumentsNameTests finds each test that a document names as
// `package.TestName`, in that package.
func TestDocumentsNameTests(t *testing.T) {
	declared := declaredTests(t)
	name := regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9]+)`")
	named := 0
	for page, text := range documents(t) {
		for _, found := range name.FindAllStringSubmatch(text, -1) {
			named++
			folder := found[1]
			if folder == "facelatch" {
				folder = "." // the root
			}
			if !slices.Contains(declared[found[2]], folder) {
				t.Errorf("%s names %s.%s, which is in %q", page, found[1], found[2], declared[found[2]])
			}
		}
	}
	if named < 100 {
		t.Errorf("found only %d names of tests", named)
	}
}

// TestDocumentsNamePromises holds philosophy.md to naming every test of a promise.
func TestDocumentsNamePromises(t *testing.T) {
	page := documents(t)[filepath.Join("docs", "design", "philosophy.md")]
	promise := regexp.MustCompile(`^TestPromise[1-7]`)
	found := 0
	for test, folders := range declaredTests(t) {
		if !promise.MatchString(test) {
			continue
		}
		for _, folder := range folders {
			found++
			if !strings.Contains(page, "`"+folder+"."+test+"`") {
				t.Errorf("docs/design/philosophy.md does not name %s.%s", folder, test)
			}
		}
	}
	if found < 40 {
		t.Errorf("found only %d tests of promises", found)
	}
}

// declaredTests returns the folders in which each test is declared.
func declaredTests(t *testing.T) map[string][]string {
	t.Helper()
	root := testenv.Root(t)
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	tests := map[string][]string{}
	walk(t, root, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		data, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range declaration.FindAllStringSubmatch(string(data), -1) {
			tests[found[1]] = append(tests[found[1]], filepath.ToSlash(filepath.Dir(path)))
		}
	})
	return tests
}
