package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// root is the repository as seen from this package.
const root = "../.."

// module begins the import path of everything of the house.
const module = "manyhands/"

// file is one Go file.
type file struct {
	path      string // from the repository's root, with slashes
	pkg       string // import path without the module: "internal/db"
	test      bool
	generated bool
	lines     int
	tree      *ast.File
	set       *token.FileSet
}

// imports returns the file's import paths.
func (f file) imports() []string {
	var out []string
	for _, s := range f.tree.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

// house returns the package's name in the house without "internal/", and false for others' packages.
func house(imported string) (string, bool) {
	p, ok := strings.CutPrefix(imported, module)
	return strings.TrimPrefix(p, "internal/"), ok
}

var parsed = sync.OnceValues(func() ([]file, error) {
	var out []file
	err := walk(func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, file{path: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(tree), lines: strings.Count(string(text), "\n"), tree: tree, set: set})
		return nil
	})
	return out, err
})

// files returns every Go file of the repository.
func files(t *testing.T) []file {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d Go files found: the tests look in the wrong place", len(all))
	}
	return all
}

// walk calls visit with each file that belongs to the repository, by its path from the root.
func walk(visit func(name string) error) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == ".git" || rel == "bin" || strings.HasPrefix(rel, "manyhands-") {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return visit(rel)
	})
}
