package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"manyhands/internal/i18n"
)

// catalogues returns, by language, the keys of all catalogues and the folder of each.
func catalogues(t *testing.T) map[i18n.Lang]map[string]string {
	t.Helper()
	out := map[i18n.Lang]map[string]string{i18n.EN: {}, i18n.ZH: {}}
	err := walk(func(name string) error {
		if path.Base(name) != "en.toml" || path.Base(path.Dir(name)) != "text" {
			return nil
		}
		pkg := path.Dir(path.Dir(name))
		for lang, keys := range out {
			messages, err := i18n.ReadCatalogue(os.DirFS(filepath.Join(root, pkg)), lang)
			if err != nil {
				return err
			}
			for _, m := range messages {
				if other, twice := keys[m.ID]; twice {
					t.Errorf("%s: key %s is in %s too", pkg, m.ID, other)
				}
				keys[m.ID] = pkg
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out[i18n.EN]) < 100 {
		t.Fatalf("only %d keys found", len(out[i18n.EN]))
	}
	return out
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	all := catalogues(t)
	for key, pkg := range all[i18n.EN] {
		if all[i18n.ZH][key] == "" {
			t.Errorf("%s: %s is missing in Chinese", pkg, key)
		}
	}
	for key, pkg := range all[i18n.ZH] {
		if all[i18n.EN][key] == "" {
			t.Errorf("%s: %s is missing in English", pkg, key)
		}
	}
}

// keyAt says which argument of a call is a message key, by the called function's name and package
// or, for a method, by its name alone.
var keyAt = map[string]int{
	"fault.New": 1, "fault.Wrap": 2, "i18n.T": 1, "i18n.TArgs": 1,
	".Bad": 1, ".Add": 1,
}

// TestEveryKeyHasAText looks at the keys that stand in the source as they are; keys that are put
// together at run time are for the tests of their packages.
func TestEveryKeyHasAText(t *testing.T) {
	t.Parallel()
	have, seen := catalogues(t)[i18n.EN], 0
	for _, f := range files(t) {
		if f.test || f.pkg == "internal/i18n" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			key, ok := keyOf(call)
			if !ok {
				return true
			}
			if seen++; have[key] == "" {
				t.Errorf("%s: no catalogue has %s", f.set.Position(call.Pos()), key)
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d keys found in the source", seen)
	}
}

func keyOf(call *ast.CallExpr) (string, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	at, known := 0, false
	if x, ok := sel.X.(*ast.Ident); ok {
		at, known = keyAt[x.Name+"."+sel.Sel.Name]
	}
	if !known {
		at, known = keyAt["."+sel.Sel.Name]
	}
	if !known || at >= len(call.Args) {
		return "", false
	}
	lit, ok := call.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	key, err := strconv.Unquote(lit.Value)
	return key, err == nil && strings.Contains(key, ".")
}
