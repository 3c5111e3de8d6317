package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/testenv"
)

func cliPage(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDocsHaveEveryReason reads the reasons from where they are declared.
func TestDocsHaveEveryReason(t *testing.T) {
	page := cliPage(t)
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(testenv.Root(t), "pass", "reason.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") || len(spec.Values) == 0 {
			return true
		}
		reason, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if !strings.Contains(page, "| `"+reason+"` |") {
			t.Errorf("docs/cli.md does not explain %s", reason)
		}
		return true
	})
	if found < 20 {
		t.Errorf("found only %d reasons", found)
	}
}

// TestDocsHaveEveryFlag goes through all commands but those that only this program starts.
func TestDocsHaveEveryFlag(t *testing.T) {
	page := cliPage(t)
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() && !strings.Contains(page, "\n"+c.CommandPath()) {
			t.Errorf("docs/cli.md does not show %s", c.CommandPath())
		}
		for word := range strings.FieldsSeq(c.LocalFlags().FlagUsages()) {
			if strings.HasPrefix(word, "--") && word != "--help" && !strings.Contains(page, word) {
				t.Errorf("docs/cli.md does not show %s of %s", word, c.CommandPath())
			}
		}
		if c.Long == "" {
			t.Errorf("%s --help says too little", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			if sub.Name() != "help" && sub.Name() != "completion" && !sub.Hidden {
				walk(sub)
			}
		}
	}
	walk(rootCommand())
}
