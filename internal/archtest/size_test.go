package archtest

import (
	"go/ast"
	"strings"
	"testing"
)

// Limits of what a reader must hold in mind at once. Generated code and tests are free of them.
const (
	maxFileLines = 500
	maxFuncLines = 70
)

// long names functions that may be longer than maxFuncLines, and why.
var long = map[string]string{}

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || f.generated {
			continue
		}
		if f.lines > maxFileLines {
			t.Errorf("%s: %d lines; split it by what it is about, at most %d", f.path, f.lines, maxFileLines)
		}
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1
			if n > maxFuncLines && long[f.pkg+"."+fn.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines; at most %d", f.path, fn.Name.Name, n, maxFuncLines)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	doc := map[string]bool{}
	for _, f := range files(t) {
		text := ""
		if f.tree.Doc != nil && !f.test && !f.generated {
			text = f.tree.Doc.Text()
		}
		doc[f.pkg] = doc[f.pkg] || f.generated || strings.HasPrefix(text, "Package ") || strings.HasPrefix(text, "Command ")
	}
	for pkg, ok := range doc {
		if !ok {
			t.Errorf("%s: no file says 'Package ... ' and what the package is for", pkg)
		}
	}
}

// undocumentedMethods are those whose meaning is their interface's.
var undocumentedMethods = map[string]bool{"Error": true, "String": true, "Unwrap": true, "Help": true, "Run": true}

func TestEverythingExportedIsExplained(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || f.generated || !strings.HasPrefix(f.pkg, "internal/") {
			continue
		}
		for _, d := range f.tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !(d.Recv != nil && undocumentedMethods[d.Name.Name]) && exportedReceiver(d) {
					t.Errorf("%s: %s has no comment", f.path, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s: type %s has no comment", f.path, ts.Name.Name)
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	e := d.Recv.List[0].Type
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	id, ok := e.(*ast.Ident)
	return !ok || id.IsExported()
}
