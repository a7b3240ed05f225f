package archtest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bans are what SQL may not say, since the two engines disagree about it, and what to say instead.
var bans = []struct {
	what    *regexp.Regexp
	instead string
}{
	{re(`\bnow\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b`), "pass tx.NowMicros() as a parameter"},
	{re(`\bilike\b`), "LIKE on a column folded by programme.Fold or alike"},
	{re(`\bfor\s+(update|share|no\s+key)\b|\bskip\s+locked\b`), "a guarded UPDATE ... WHERE and its count of rows"},
	{re(`\bdistinct\s+on\b`), "GROUP BY, or a correlated sub-query"},
	{re(`\bsqlc\.slice\b`), "= ANY(sqlc.arg(ids)::bigint[])"},
	{re(`\bselect\s+(\w+\.)?\*`), "the list of columns"},
	{re(`\breturning\s+\*`), "the list of columns"},
	{re(`\b(big|small)?serial\b|\bautoincrement\b|\bgenerated\s+always\b`), "BIGINT and tx.NewID()"},
	{re(`\b(date_trunc|generate_series|string_agg|group_concat|concat|greatest|least|ifnull|strftime|extract)\s*\(|\binterval\b`), "Go"},
	{re(`\b(integer|int|int4|int8|smallint|varchar|char|timestamp|timestamptz|date|jsonb?|numeric|decimal|real|float|double|blob|uuid)\b(\s*\(\d+\))?\s+(not\s+null|default|primary|references|,)`), "BIGINT, TEXT, BOOLEAN or BYTEA"},
	{re(`\?\d*([\s,);]|$)`), "$1 or sqlc.arg(name)"},
	{re(`\bis\s+(not\s+)?null\b`), "'' or 0: no column is NULL; EXISTS for a row that may be missing"},
	{re(`\binsert\s+or\s+|\breplace\s+into\b`), "ON CONFLICT"},
	{re(`\b(pragma|vacuum|analyze|truncate|copy)\b`), "package db"},
}

func re(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }

var (
	comment   = regexp.MustCompile(`--[^\n]*`)
	quoted    = regexp.MustCompile(`'[^']*'`)
	arrayCast = regexp.MustCompile(`= ANY\(sqlc\.arg\(\w+\)::\w+\[\]\)`)
	goodSum   = regexp.MustCompile(`CAST\(COALESCE\(SUM\(`)
	having    = re(`\bhaving\s+sum\(`) // compared where it stands, it may be of any type
	anySum    = re(`\bsum\s*\(`)
	isLike    = re(`\blike\b`)
	isEscape  = re(`\bescape\s+''`)
)

// sqlFiles returns the text of every SQL file without comments and without what stands in quotes.
func sqlFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := walk(func(name string) error {
		if path.Ext(name) != ".sql" || strings.HasPrefix(name, "docs/") || name == "internal/db/schema.sql" {
			return nil // what SQLite made of the migrations is not written by anybody
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		out[name] = quoted.ReplaceAllString(comment.ReplaceAllString(string(text), ""), "''")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 8 {
		t.Fatalf("only %d SQL files found", len(out))
	}
	return out
}

func TestSQLIsPortable(t *testing.T) {
	t.Parallel()
	flags := booleans(t)
	for name, text := range sqlFiles(t) {
		for _, c := range complaints(text, flags) {
			t.Errorf("%s: %s", name, c)
		}
	}
}

// complaints returns what SQL without comments says that it may not.
func complaints(text string, flags *regexp.Regexp) (out []string) {
	for _, b := range bans {
		if m := b.what.FindString(text); m != "" {
			out = append(out, fmt.Sprintf("says %q; use instead: %s", m, b.instead))
		}
	}
	if strings.Contains(arrayCast.ReplaceAllString(text, ""), "::") {
		out = append(out, "a cast with '::'; use instead: CAST(x AS BIGINT)")
	}
	sums := having.ReplaceAllString(text, "")
	if a, b := len(anySum.FindAllString(sums, -1)), len(goodSum.FindAllString(sums, -1)); a != b {
		out = append(out, fmt.Sprintf("%d sums of %d are not CAST(COALESCE(SUM(x), 0) AS BIGINT)", a-b, a))
	}
	if a, b := len(isLike.FindAllString(text, -1)), len(isEscape.FindAllString(text, -1)); a != b {
		out = append(out, fmt.Sprintf("%d of %d LIKE without ESCAPE", a-b, a))
	}
	if m := flags.FindString(text); m != "" {
		out = append(out, fmt.Sprintf("compares a BOOLEAN, %q; use the column itself, or NOT", m))
	}
	return out
}

func TestComplaints(t *testing.T) {
	t.Parallel()
	flags := re(`\b(floored)\s*(=|<>)\s*[01]\b`)
	for text, want := range map[string]int{
		"SELECT id FROM gift WHERE made_at < now()": 1, "SELECT id FROM a WHERE n ILIKE $1": 1,
		"SELECT * FROM a": 1, "SELECT g.* FROM gift g": 1, "SELECT id FROM a FOR UPDATE SKIP LOCKED": 1,
		"SELECT SUM(x) FROM a": 1, "SELECT id FROM a WHERE n LIKE $1": 1, "SELECT CAST($1 AS TEXT)": 0,
		"SELECT $1::bigint": 1, "SELECT id FROM a WHERE floored = 1": 1, "SELECT id FROM a WHERE id = ?": 1,
		"SELECT id FROM a WHERE id = ? AND x = 1": 1, "CREATE TABLE a (id INTEGER NOT NULL)": 1,
		"CREATE TABLE a (id BIGSERIAL)": 1, "SELECT DISTINCT ON (a) b FROM c": 1, "SELECT a FROM b WHERE c IS NULL": 1,
		"SELECT id FROM a WHERE id = ANY(sqlc.arg(ids)::bigint[]) AND floored":        0,
		"SELECT CAST(COALESCE(SUM(x), 0) AS BIGINT) FROM a WHERE n LIKE $1 ESCAPE ''": 0,
		"SELECT a FROM b GROUP BY a HAVING SUM(c) > 1":                                0,
	} {
		if got := complaints(text, flags); len(got) != want {
			t.Errorf("%s: %d complaints, want %d: %v", text, len(got), want, got)
		}
	}
}

// booleans returns an expression for a BOOLEAN column that is compared with a number.
func booleans(t *testing.T) *regexp.Regexp {
	t.Helper()
	column := regexp.MustCompile(`(?m)^\s+(\w+)\s+BOOLEAN\b`)
	var names []string
	for name, text := range sqlFiles(t) {
		if strings.Contains(name, "/migrations/") {
			for _, m := range column.FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("no BOOLEAN column found")
	}
	return re(`\b(` + strings.Join(names, "|") + `)\s*(=|<>)\s*[01]\b`)
}

func TestColumnsAreNeverNull(t *testing.T) {
	t.Parallel()
	column := regexp.MustCompile(`(?m)^  (\w+)\s+(BIGINT|TEXT|BOOLEAN|BYTEA)\b([^\n]*)`)
	found := 0
	for name, text := range sqlFiles(t) {
		if !strings.Contains(name, "/migrations/") {
			continue
		}
		for _, m := range column.FindAllStringSubmatch(text, -1) {
			found++
			if !strings.Contains(m[3], "NOT NULL") {
				t.Errorf("%s: column %s may be NULL; add NOT NULL", name, m[1])
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d columns found", found)
	}
}

// owners says which package's queries may name the tables of which migration. A table's rows are
// read and written by its owner alone.
var owners = map[string][]string{
	"ledger": {"account", "entry", "carve", "hold"},
	"access": {"access_key"},
	"people/signin": {"session", "passkey", "password", "totp", "recovery_code", "known_device", "ceremony", "attempt", "sign_in_reset",
		"family_code", "family_paper"},
	"people":         {"person", "appointment", "sign_in_link", "absence", "person_merge", "person_merge_moved", "barred"},
	"people/account": {"person_phone", "proof_code", "past_address", "wish", "refusal", "kept_gift", "leaving"},
	"people/oidc":    {"oidc_link", "oidc_ceremony"},
	"people/reach":   {"contact_point", "available"},
	"db":             {"id_mark"},
	"job":            {"job"}, "event": {"event"}, "audit": {"audit_row"}, "safeguard": {"glass", "legal_hold", "erasure", "disposal", "disposal_ask", "handover"}, "concern": {"concern", "concern_about", "concern_step"}, "setting": {"setting"}, "node": {"node"},
	"checklist":       {"evidence", "evidence_decision", "checklist_standing", "evidence_reminder"},
	"programme/apply": {"application", "application_word", "responsible", "conflict_of_interest"},
	"programme":       {"organisation", "suspension", "closing", "programme", "need", "programme_detail", "place", "schedule"},
	"giving": {"fund", "campaign", "impact_unit", "pool", "pool_campaign", "pool_use", "tally", "gift", "allotment",
		"invoice", "payout", "outcome"},
	"consent": {"consent", "consent_text", "consent_withdrawal", "consent_ask", "consent_remark", "consent_override", "consent_reminder"}, "child/tell": {"told"},
	"child": {"child_record", "child_group", "child_guardian", "child_proof", "child_collector", "child_pickup", "child_wrong_pickup", "child_note", "child_attachment",
		"child_assignment", "child_referral", "child_request", "child_once", "child_invite", "child_wrong_claim"},
	"vault": {"vault_master", "vault_key"}, "blob": {"blob", "blob_piece"},
	"payment":         {"payment", "quarantine", "refund"},
	"payment/sandbox": {"sandbox_order", "sandbox_refund"},
}

var fromTable = re(`\b(?:from|join|into|update)\s+(\w+)`)

func TestTablesHaveOneOwner(t *testing.T) {
	t.Parallel()
	owner := map[string]string{}
	for pkg, tables := range owners {
		for _, table := range tables {
			owner[table] = pkg
		}
	}
	made := regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	for name, text := range sqlFiles(t) {
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			if owner[m[1]] == "" {
				t.Errorf("%s: table %s has no owner; add it to owners", name, m[1])
			}
		}
		pkg := strings.TrimPrefix(path.Dir(name), "internal/")
		if path.Base(name) != "queries.sql" {
			continue
		}
		for _, m := range fromTable.FindAllStringSubmatch(text, -1) {
			if o := owner[m[1]]; o != "" && o != pkg && !slices.Contains(borrowed[pkg], m[1]) {
				t.Errorf("%s: names %s, which is %s's; call that package", name, m[1], o)
			}
		}
	}
}

// borrowed are tables that a package's queries may read although they are another's, and why.
var borrowed = map[string][]string{
	"programme": {"checklist_standing"}, // a list of checked programmes is one question, sorted and paged
}
