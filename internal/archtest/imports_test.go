package archtest

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// Groups of packages that many may use.
const (
	words    = "fault clock money slug i18n csvfile"
	platform = words + " db job event notify"
	core     = "ledger access people programme"
	edge     = "web ui access"
)

// doors says for each package of internal/ which others it may use. A package may also use its own
// sub-packages, and a sub-package without a line of its own may use what its parent may, and its
// parent. What is not here is not allowed; an edge is added here, where a review sees it.
var doors = map[string]string{
	// Words: no database, no HTTP.
	"fault":   "",
	"clock":   "",
	"money":   "fault",
	"slug":    "clock",
	"i18n":    "fault money",
	"csvfile": "fault",

	// Platform: no business word.
	"db":      "clock fault",
	"job":     "clock db fault",
	"event":   "clock db",
	"notify":  "clock db job",
	"node":    "clock db fault",
	"config":  "clock db fault",
	"backup":  "clock db fault",
	"metrics": "db job",
	"web":     "clock fault i18n money",
	"ui":      "fault i18n money",

	// Core: what several verticals speak of.
	"access":    words + " db event",
	"audit":     "clock db event job",
	"ledger":    words + " db",
	"people":    platform + " access checklist vault",
	"checklist": words + " db event",
	"programme": platform + " ledger checklist",

	// Sealed things, for the core and the verticals.
	"vault": words + " db event",
	"blob":  words + " db vault",

	// Children: what guardians allow, and the records.
	"consent": platform + " audit access vault",
	"child":   platform + " people access vault blob audit consent",

	// An organisation's way into the network.
	"programme/apply": platform + " access programme checklist vault blob people",

	// Verticals: core and platform, never each other.
	"payment": platform,
	"giving":  platform + " ledger programme",

	"safeguard": platform + " access audit checklist child consent vault",
	"concern":   platform + " access audit vault",

	// Pages: their vertical, core, and the edge. The public pages and the desk show a gift's payment,
	// which giving itself does not know.
	"people/signin":              platform + " access audit people vault",
	"people/peopleweb":           platform + " people people/signin checklist " + edge,
	"programme/applyweb":         platform + " programme programme/apply checklist blob audit " + edge,
	"programme/programmeweb":     platform + " ledger programme checklist " + edge,
	"programme/programmeapi":     platform + " programme " + edge,
	"child/childdesk":            platform + " child consent blob audit " + edge,
	"child/guardianweb":          platform + " child consent blob " + edge,
	"safeguard/safeguardweb":     platform + " safeguard audit child " + edge,
	"concern/concernweb":         platform + " concern " + edge,
	"payment/paymentweb":         platform + " payment " + edge,
	"payment/sandbox/sandboxweb": platform + " payment " + edge,
	"giving/givingweb":           platform + " giving payment " + core + " " + edge,
	"giving/givingdesk":          platform + " giving payment " + core + " " + edge,
	"giving/givingapi":           platform + " giving payment " + core + " " + edge,

	// The command line is handed what serves; it does the operator's work itself.
	"command": platform + " config backup vault giving payment audit checklist safeguard " + core,

	// Those that know everything.
	"app":     "*",
	"demo":    "*",
	"bench":   "*",
	"crash":   "*", // the whole house from outside, as journey
	"ha":      "*", // the same, on several servers
	"journey": "*",
}

// room returns the line of doors that a package stands under: its own or its nearest parent's.
func room(pkg string) (string, bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		if _, ok := doors[p]; ok {
			return p, true
		}
	}
	return "", false
}

func TestImportsGoThroughDoors(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		pkg, internal := strings.CutPrefix(f.pkg, "internal/")
		if !internal || f.test || pkg == "archtest" {
			continue
		}
		own, ok := room(pkg)
		if !ok {
			t.Errorf("%s: package %s has no line in doors; add it with what it may use", f.path, pkg)
			continue
		}
		allowed := strings.Fields(doors[own])
		for _, imported := range f.imports() {
			other, ours := house(imported)
			if !ours || slices.Contains(allowed, "*") || other == own || strings.HasPrefix(other, own+"/") || testOnly(pkg) {
				continue
			}
			theirs, ok := room(other)
			if !ok || !slices.Contains(allowed, theirs) {
				t.Errorf("%s: %s may not use %s (it may use: %s)", f.path, pkg, other, doors[own])
			}
		}
	}
}

func TestEveryDoorLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for from, list := range doors {
		for _, to := range strings.Fields(list) {
			if _, ok := doors[to]; !ok && to != "*" {
				t.Errorf("doors: %s may use %s, which has no line", from, to)
			}
		}
	}
	have := map[string]bool{}
	for _, f := range files(t) {
		have[strings.TrimPrefix(f.pkg, "internal/")] = true
	}
	for _, p := range slices.Sorted(maps.Keys(doors)) {
		if !have[p] {
			t.Errorf("doors: there is no package %s; remove its line", p)
		}
	}
}

// testOnly reports whether a package exists for tests: dbtest, givingtest, ledgersim.
func testOnly(pkg string) bool {
	name := path.Base(pkg)
	return name == "archtest" || name != "test" && strings.HasSuffix(name, "test") || strings.HasSuffix(name, "sim")
}

func TestHelpersOfTestsStayInTests(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test || testOnly(f.pkg) {
			continue
		}
		for _, imported := range f.imports() {
			if p, ours := house(imported); ours && testOnly(p) {
				t.Errorf("%s: imports %s, which is for tests", f.path, p)
			}
		}
	}
}

// foreign says which packages of others may not be used where, and why.
var foreign = []struct {
	what    string // import path, or its beginning when it ends with "/"
	where   func(pkg string) bool
	instead string
}{
	{"net/http", isDomain, "a vertical knows no HTTP: put it into its pages package"},
	{"github.com/a-h/templ", isDomain, "a vertical has no pages: put them into its pages package"},
	{"database/sql", isPages, "pages know no SQL: ask the vertical's package"},
	{"github.com/jackc/", notDB, "use package db"},
	{"modernc.org/sqlite", notDB, "use package db"},
	{"math/rand", func(string) bool { return true }, "use math/rand/v2, or crypto/rand for what must not be guessed"},
	{"io/ioutil", func(string) bool { return true }, "use io and os"},
	{"log", func(string) bool { return true }, "use log/slog"},
	{"testing", func(p string) bool { return !testOnly(p) }, "helpers of tests belong into a package whose name ends with test"},
}

// isDomain are the packages of rules. payment is not among them: what a gateway signs are the bytes
// and headers of its callback, so its port has to speak of them. Nor is people/oidc, which asks a
// provider over HTTP.
func isDomain(pkg string) bool {
	if isPages(pkg) || testOnly(pkg) || pkg == "people/oidc" {
		return false
	}
	top, _, _ := strings.Cut(pkg, "/")
	return slices.Contains([]string{"access", "audit", "ledger", "people", "programme", "giving", "money", "i18n", "db", "job", "event", "vault", "blob", "consent", "child", "checklist", "concern", "safeguard"}, top)
}

func isPages(pkg string) bool {
	name := path.Base(pkg)
	return name != "web" && strings.HasSuffix(name, "web") || strings.HasSuffix(name, "desk") || strings.HasSuffix(name, "api") || name == "ui"
}

func notDB(pkg string) bool {
	return pkg != "db" && pkg != "db/dbtest" && pkg != "zz"
}

func TestForeignPackages(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.test {
			continue
		}
		pkg := strings.TrimPrefix(f.pkg, "internal/")
		for _, imported := range f.imports() {
			for _, x := range foreign {
				hit := imported == x.what || strings.HasSuffix(x.what, "/") && strings.HasPrefix(imported, x.what)
				if hit && x.where(pkg) {
					t.Errorf("%s: imports %s: %s", f.path, imported, x.instead)
				}
			}
			if p, ours := house(imported); ours && isPages(pkg) && strings.Contains(p, "/internal/") && strings.HasSuffix(p, "db") {
				t.Errorf("%s: pages import the queries %s: ask the vertical's package", f.path, p)
			}
		}
	}
}

func TestWhatAPackageIs(t *testing.T) {
	t.Parallel()
	for pkg, want := range map[string]struct {
		room                   string
		domain, pages, helpers bool
	}{
		"giving":                   {"giving", true, false, false},
		"giving/internal/givingdb": {"giving", true, false, false},
		"giving/givingtest":        {"giving", false, false, true},
		"giving/givingweb":         {"giving/givingweb", false, true, false},
		"giving/givingweb/pdf":     {"giving/givingweb", true, false, false},
		"giving/givingdesk":        {"giving/givingdesk", false, true, false},
		"web":                      {"web", false, false, false},
		"web/webtest":              {"web", false, false, true},
		"ui":                       {"ui", false, true, false},
		"ledger/ledgersim":         {"ledger", false, false, true},
		"payment":                  {"payment", false, false, false},
		"nowhere":                  {"", false, false, false},
	} {
		if got, _ := room(pkg); got != want.room || isDomain(pkg) != want.domain || isPages(pkg) != want.pages || testOnly(pkg) != want.helpers {
			t.Errorf("%s: room %q, domain %v, pages %v, helpers %v", pkg, got, isDomain(pkg), isPages(pkg), testOnly(pkg))
		}
	}
}
