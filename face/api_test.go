package face

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// exported calls visit for every exported function and method of the package.
func exported(t *testing.T, visit func(f *ast.FuncDecl)) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() {
				n++
				visit(f)
			}
		}
	}
	if n < 10 {
		t.Fatalf("only %d exported functions were read", n)
	}
}

// mentions says how often a type's expression names one of the words, and
// whether it is a collection of it.
func mentions(e ast.Expr, words ...string) (count int, collected bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			for _, w := range words {
				if n.Name == w {
					count++
				}
			}
		case *ast.ArrayType, *ast.MapType, *ast.Ellipsis, *ast.ChanType, *ast.FuncType, *ast.IndexExpr:
			collected = true
		}
		return true
	})
	return count, collected && count > 0
}

// TestPromise1OneProbeOneReference reads the package's own signatures: nothing
// exported takes or returns several references, and what takes a reference
// takes one probe.
func TestPromise1OneProbeOneReference(t *testing.T) {
	exported(t, func(f *ast.FuncDecl) {
		references, probes := 0, 0
		for _, field := range append(list(f.Type.Params), list(f.Type.Results)...) {
			names := max(1, len(field.Names))
			r, many := mentions(field.Type, "Reference")
			p, manyProbes := mentions(field.Type, "Probe")
			if many || manyProbes {
				t.Errorf("%s handles a collection of faces", f.Name.Name)
			}
			references, probes = references+r*names, probes+p*names
		}
		if references > 1 || references == 1 && probes > 1 || probes > 2 {
			t.Errorf("%s handles %d references and %d probes at once", f.Name.Name, references, probes)
		}
	})
}

// TestPromise2EveryPictureComesWithAGrant: whatever takes a picture takes a
// grant before it. What works on a capture or a probe carries the one it was
// made under.
func TestPromise2EveryPictureComesWithAGrant(t *testing.T) {
	exported(t, func(f *ast.FuncDecl) {
		granted := false
		for _, field := range list(f.Type.Params) {
			if n, _ := mentions(field.Type, "Grant"); n > 0 {
				granted = true
			}
			if n, _ := mentions(field.Type, "Picture"); n > 0 && !granted {
				t.Errorf("%s takes a picture without a grant", f.Name.Name)
			}
		}
	})
}

func list(f *ast.FieldList) []*ast.Field {
	if f == nil {
		return nil
	}
	return f.List
}
