package facelatch

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestVocabularyIsPure checks that no vocabulary package reads a clock, waits
// or starts a goroutine: they get the time as an argument, so that a test can
// say what time it is, and leave concurrency to their callers.
func TestVocabularyIsPure(t *testing.T) {
	clocks := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}
	for _, p := range load(t) {
		if l, _ := layerOf(p.path); l != vocabulary {
			continue
		}
		p.walk(func(n ast.Node) {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", p.at(n))
			case *ast.Ident:
				f, ok := p.info.Uses[n].(*types.Func)
				if ok && f.Pkg() != nil && f.Pkg().Path() == "time" && f.Signature().Recv() == nil && slices.Contains(clocks, f.Name()) {
					t.Errorf("%s uses time.%s", p.at(n), f.Name())
				}
			}
		})
	}
}

// TestNoInit checks that importing a package does nothing.
func TestNoInit(t *testing.T) {
	for _, p := range load(t) {
		p.functions(func(f *ast.FuncDecl) {
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: init", p.at(f))
			}
		})
	}
}

// TestNoMutableVariables checks that package variables are constants in all
// but name: nothing assigns to them, takes their address or deletes from them,
// and they hold no lock, counter or channel.
func TestNoMutableVariables(t *testing.T) {
	for _, p := range load(t) {
		for _, name := range p.types.Scope().Names() {
			if v, ok := p.types.Scope().Lookup(name).(*types.Var); ok && mutableType(v.Type()) {
				t.Errorf("%s.%s is a package variable of type %s", p.path, name, v.Type())
			}
		}
		p.walk(func(n ast.Node) {
			for _, changed := range changes(n) {
				if v := p.packageVariable(changed); v != nil {
					t.Errorf("%s changes the package variable %s", p.at(n), v.Name())
				}
			}
		})
	}
}

// mutableType says whether a type is made to be changed by its methods.
func mutableType(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && slices.Contains([]string{"sync", "sync/atomic"}, named.Obj().Pkg().Path())
}

// changes lists what a node writes to or makes writable.
func changes(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// packageVariable returns the package variable that an expression such as
// v.field[i] belongs to, or nil.
func (p *pkg) packageVariable(e ast.Expr) *types.Var {
	for {
		switch x := e.(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.Ident:
			v, ok := p.info.Uses[x].(*types.Var)
			if ok && v.Parent() == p.types.Scope() {
				return v
			}
			return nil
		default:
			return nil
		}
	}
}

// TestPackageComments checks that every package says what it is for and what
// it will never do.
func TestPackageComments(t *testing.T) {
	for _, p := range load(t) {
		var doc string
		for _, f := range p.files {
			doc += f.Doc.Text()
		}
		switch {
		case p.name == "main" && !strings.HasPrefix(doc, "Command ") && !strings.HasPrefix(doc, "Facelatch "):
			t.Errorf("%s: its comment does not begin with \"Command\"", p.path)
		case p.name != "main" && !strings.HasPrefix(doc, "Package "+p.name+" "):
			t.Errorf("%s: its comment does not begin with \"Package %s\"", p.path, p.name)
		case p.name != "main" && !forTests(p.path) && !strings.Contains(doc, "never") && !strings.Contains(doc, "nothing"):
			t.Errorf("%s: its comment does not say what it will never do", p.path)
		}
	}
}

// TestExportedComments checks that every exported symbol is documented. A
// method that only satisfies one of the interfaces that every Go programmer
// knows needs no comment.
func TestExportedComments(t *testing.T) {
	known := []string{"String", "Error", "Unwrap", "Is", "Close", "MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "MarshalCBOR", "UnmarshalCBOR"}
	for _, p := range load(t) {
		if forTests(p.path) {
			continue
		}
		p.functions(func(f *ast.FuncDecl) {
			method := f.Recv != nil
			if !f.Name.IsExported() || f.Doc != nil || method && (slices.Contains(known, f.Name.Name) || !exportedReceiver(f)) {
				return
			}
			t.Errorf("%s: %s has no comment", p.at(f), f.Name.Name)
		})
		p.walk(func(n ast.Node) {
			group, ok := n.(*ast.GenDecl)
			if !ok || group.Doc != nil {
				return
			}
			for _, spec := range group.Specs {
				for _, name := range undocumented(spec) {
					if p.types.Scope().Lookup(name.Name) != nil && name.IsExported() {
						t.Errorf("%s: %s has no comment", p.at(name), name.Name)
					}
				}
			}
		})
	}
}

func exportedReceiver(f *ast.FuncDecl) bool {
	exported := false
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok {
			exported = name.IsExported()
			return false
		}
		return true
	})
	return exported
}

func undocumented(spec ast.Spec) []*ast.Ident {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Doc == nil && s.Comment == nil {
			return []*ast.Ident{s.Name}
		}
	case *ast.ValueSpec:
		if s.Doc == nil && s.Comment == nil {
			return s.Names
		}
	}
	return nil
}

// TestWords checks the names of things against the vocabulary of ISO/IEC
// 2382-37, and against what this project refuses to build.
func TestWords(t *testing.T) {
	instead := map[string]string{
		"template":  "reference",
		"embedding": "feature vector, or reference",
		"gallery":   "nothing: there is no gallery",
		"watchlist": "nothing: there is no watch-list",
		"blacklist": "status list",
		"gender":    "nothing: it is not inferred",
		"ethnicity": "nothing: it is not inferred",
		"emotion":   "nothing: it is not inferred",
	}
	for _, p := range load(t) {
		for name, object := range p.info.Defs {
			if _, isImport := object.(*types.PkgName); isImport || object == nil {
				continue
			}
			for _, word := range words(name.Name) {
				if say, banned := instead[strings.TrimSuffix(word, "s")]; banned {
					t.Errorf("%s: the name %s: instead of %q say %s", p.at(name), name.Name, word, say)
				}
			}
		}
	}
}

// words splits a name into its words, in lower case.
func words(name string) []string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return regexp.MustCompile(`[a-z]+`).FindAllString(b.String(), -1)
}

// TestSizes checks that files, functions and interfaces stay small enough to
// be read at once. The bounds are where to stop and think, not where to aim:
// about 150 lines a file and ten a function.
func TestSizes(t *testing.T) {
	const maxFile, maxFunction, maxMethods = 400, 60, 4
	for _, p := range load(t) {
		for _, f := range p.files {
			lines := p.set.File(f.FileStart).LineCount()
			if lines > maxFile && !ast.IsGenerated(f.File) {
				t.Errorf("%s has %d lines, more than %d", f.name, lines, maxFile)
			} else if lines > 200 {
				t.Logf("%s has %d lines", f.name, lines)
			}
		}
		p.functions(func(f *ast.FuncDecl) {
			lines := p.set.Position(f.End()).Line - p.set.Position(f.Pos()).Line + 1
			if lines > maxFunction {
				t.Errorf("%s: %s has %d lines, more than %d", p.at(f), f.Name.Name, lines, maxFunction)
			}
		})
		p.walk(func(n ast.Node) {
			if i, ok := n.(*ast.InterfaceType); ok && i.Methods.NumFields() > maxMethods {
				t.Errorf("%s: an interface of %d methods, more than %d", p.at(n), i.Methods.NumFields(), maxMethods)
			}
		})
	}
}

// walk visits every node of the package's files.
func (p *pkg) walk(visit func(ast.Node)) {
	for _, f := range p.files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			if n != nil {
				visit(n)
			}
			return true
		})
	}
}

// functions visits every function and method.
func (p *pkg) functions(visit func(*ast.FuncDecl)) {
	p.walk(func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok {
			visit(f)
		}
	})
}
