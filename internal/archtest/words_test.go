package archtest

import (
	"bytes"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ownTime are the places that may look at the machine's clock, and why.
var ownTime = map[string]string{
	"internal/clock/clock.go":     "it is the clock",
	"internal/web/chain.go":       "measures how long a request took",
	"internal/web/shed.go":        "pressure rises and falls in the machine's time",
	"internal/web/stream.go":      "deadlines of a connection are the kernel's time",
	"internal/db/silence.go":      "the same",
	"internal/people/sessions.go": "the session library hands over moments of the machine's clock",
	"internal/node/node.go":       "a lease ends by a clock that nobody can set",
	"internal/app/":               "measures how long starting took",
	"internal/bench/":             "measures",
}

func TestTimeComesFromTheClock(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || f.generated || testOnly(f.pkg) || ownTime[f.path] != "" || ownTime[f.pkg+"/"] != "" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && isIdent(s.X, "time") && slices.Contains([]string{"Now", "Since", "Until"}, s.Sel.Name) {
				t.Errorf("%s: time.%s; use the clock that was handed in, tx.Now() or db.Now()", f.set.Position(n.Pos()), s.Sel.Name)
			}
			return true
		})
	}
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func TestNoInitFunctions(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.generated {
			continue
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init; do it where it is seen, in New or main", f.path)
			}
		}
	}
}

// textFiles are the endings of files in which words are looked for.
var textFiles = []string{".go", ".templ", ".sql", ".toml", ".md", ".css", ".js", ".yaml", ".yml", ".json", ".html", ".txt", ".mod", ".sh", ""}

// unwelcome are words that no file may hold. They are put together so that this one does not.
var unwelcome = []struct {
	what    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "do it now, or open an issue"},
	{regexp.MustCompile(`/wo` + `rk/|/tm` + `p/brief|/ro` + `ot/`), "a path that exists on other machines"},
	{regexp.MustCompile(`(?i)\bcla` + `ude\b|anthro` + `pic|chat` + `gpt|open` + `ai\b`), "nothing: the repository speaks of the product alone"},
	{regexp.MustCompile(`(?i)\blorem ` + `ipsum\b`), "real words"},
}

func TestUnwelcomeWords(t *testing.T) {
	t.Parallel()
	err := walk(func(name string) error {
		base := path.Base(name)
		if !slices.Contains(textFiles, path.Ext(name)) || strings.Contains(base, ".min.") || strings.HasSuffix(base, ".sum") {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, w := range unwelcome {
				if m := w.what.Find(line); m != nil {
					t.Errorf("%s:%d: says %q; use instead: %s", name, i+1, m, w.instead)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestGlossary keeps one noun per thing in the names of exported types.
func TestGlossary(t *testing.T) {
	t.Parallel()
	instead := map[string]string{"Donation": "Gift", "Donor": "Giver", "Wallet": "Fund", "Transaction": "Entry or Set",
		"Withdrawal": "Payout", "Fundraiser": "Campaign", "User": "Person", "Tenant": "Network", "Bonus": "Match", "Charity": "Organisation"}
	for _, f := range files(t) {
		if f.test || f.generated || testOnly(f.pkg) {
			continue
		}
		for _, d := range f.tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok && instead[ts.Name.Name] != "" {
					t.Errorf("%s: type %s; the glossary says %s", f.path, ts.Name.Name, instead[ts.Name.Name])
				}
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// TestLinksLeadSomewhere follows the links from one file of the repository to another.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	err := walk(func(name string) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			to := string(m[1])
			if strings.Contains(to, ":") {
				continue // another site
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), to)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
