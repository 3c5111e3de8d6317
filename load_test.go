package facelatch

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/facelatch/facelatch"

// pkg is one of our packages, without its tests.
type pkg struct {
	path    string   // without the module's; "." for the root
	name    string   // as in its package clause
	imports []string // direct imports, ours without the module's path
	ours    []string // those that are ours
	files   []file
	types   *types.Package
	info    *types.Info
	set     *token.FileSet
	errors  []packages.Error
}

type file struct {
	name string // relative to the root
	*ast.File
}

// loadOnce loads and type-checks the module once for all tests of the root.
var loadOnce = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedDeps | packages.NeedExportFile,
	}, "./...")
})

// load returns every package of the module. TestCompiles reports what does not
// compile; the other tests make the best of it.
func load(t *testing.T) []*pkg {
	t.Helper()
	if testing.Short() {
		t.Skip("the sources are the same under the race detector")
	}
	loaded, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	var all []*pkg
	for _, p := range loaded {
		all = append(all, newPkg(t, p))
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

func newPkg(t *testing.T, p *packages.Package) *pkg {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	n := &pkg{path: strip(p.PkgPath), name: p.Name, types: p.Types, info: p.TypesInfo, set: p.Fset, errors: p.Errors}
	for imported := range p.Imports {
		n.imports = append(n.imports, strip(imported))
		if strings.HasPrefix(imported, module) {
			n.ours = append(n.ours, strip(imported))
		}
	}
	slices.Sort(n.imports)
	slices.Sort(n.ours)
	for _, syntax := range p.Syntax {
		name, err := filepath.Rel(root, p.Fset.File(syntax.FileStart).Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".go") { // not a file that cgo made
			n.files = append(n.files, file{name, syntax})
		}
	}
	return n
}

func strip(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// at names a place in the sources.
func (p *pkg) at(n ast.Node) string {
	position := p.set.Position(n.Pos())
	return filepath.Join(p.path, filepath.Base(position.Filename)) + ":" + strconv.Itoa(position.Line)
}
