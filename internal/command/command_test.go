package command

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/backup"
	"manyhands/internal/clock"
	"manyhands/internal/config"
	"manyhands/internal/csvfile"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/ledger"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/vault"
)

func TestMain(m *testing.M) {
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "MANYHANDS_") && name != "MANYHANDS_TEST_ENGINES" {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("LC_ALL", "C")
	os.Exit(m.Run())
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, Texts, "command.")
}

// run runs a command line and returns its exit code and all it said.
func run(t *testing.T, doors Doors, args ...string) (int, string) {
	t.Helper()
	var both bytes.Buffer
	doors.Catalogues = []fs.FS{access.Texts, backup.Texts, config.Texts, csvfile.Texts, db.Texts, ledger.Texts, people.Texts, programme.Texts, vault.Texts}
	code := Main(t.Context(), doors, args, &both, &both)
	return code, both.String()
}

// want runs a command line and fails unless it ends with code and says each of parts.
func want(t *testing.T, code int, parts []string, args ...string) string {
	t.Helper()
	got, text := run(t, Doors{Version: "v1.2"}, args...)
	if got != code {
		t.Errorf("%v: exit code %d, want %d; it said:\n%s", args, got, code, text)
	}
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%v: did not say %q but:\n%s", args, p, text)
		}
	}
	return text
}

func TestUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "bad.toml")
	if err := os.WriteFile(file, []byte("lisen = \"127.0.0.1:80\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, ExitOK, []string{"manyhands v1.2", "go1."}, "version")
	want(t, ExitOK, []string{"appoint you@example.org", "Settings of every command:", "--data", "MANYHANDS_DATA"}, "--help")
	want(t, ExitOK, []string{"Examples:", "--dry-run"}, "import", "gifts", "--help")
	want(t, ExitOK, []string{"Settings of mail and short messages:", "--smtp-host", "--limit-requests"}, "serve", "--help")
	want(t, ExitUsage, []string{"manyhands --help"}, "sreve")
	want(t, ExitUsage, []string{"--lisen"}, "serve", "--lisen", "x")
	want(t, ExitUsage, []string{"listen: Use an address and a port"}, "serve", "--listen", "x")
	want(t, ExitUsage, []string{"lisen: There is no such setting"}, "serve", "--config", file)
	want(t, ExitUsage, []string{"zone: Use the name of a time zone"}, "check", "--zone", "Mars")
	want(t, ExitUsage, []string{"There is no database in the folder"}, "check", "--data", filepath.Join(dir, "none"))
	want(t, ExitUsage, []string{"secret: With PostgreSQL"}, "serve", "--data", "postgres://nowhere/x")
	want(t, ExitUsage, []string{"role"}, "appoint", "a@example.org", "king")
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a command that only reads made the folder")
	}
}

func TestEveryCommandHasExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"serve", "demo", "migrate", "check", "follow", "import programmes", "import gifts", "backup take", "backup keygen", "backup verify", "restore", "vault status", "vault rotate", "vault keygen", "access explain", "appoint", "bench"} {
		want(t, ExitOK, []string{"Examples:", "manyhands " + c}, append(strings.Fields(c), "--help")...)
	}
}

func TestDoors(t *testing.T) {
	t.Parallel()
	var got config.Config
	keep := func(_ context.Context, c config.Config) error { got = c; return nil }
	doors := Doors{Serve: keep, Demo: keep, Bench: func(context.Context, Bench) error { return errors.New("no disk") }}
	if code, text := run(t, doors, "serve", "--trust-proxy", "--smtp-port=25"); code != ExitOK {
		t.Errorf("serve: %d %s", code, text)
	}
	if got.Data != config.DefaultData || got.Sandbox || !got.TrustProxy || got.SMTP.Port != 25 || got.Limits.Requests != 512 {
		t.Errorf("serve was given %+v", got)
	}
	if code, text := run(t, doors, "demo"); code != ExitOK {
		t.Errorf("demo: %d %s", code, text)
	}
	if got.Data != config.DemoData || !got.Sandbox {
		t.Errorf("demo was given %+v", got)
	}
	if code, text := run(t, doors, "bench", "ledger"); code != ExitFailed || !strings.Contains(text, "no disk") {
		t.Errorf("bench: %d %s", code, text)
	}
}

func TestAppoint(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	want(t, ExitOK, []string{"brought up to date in"}, "migrate", "--data="+filepath.Join(folder, "other"))
	data := "--data=" + filepath.Join(folder, "new")
	text := want(t, ExitOK, []string{"Appointed: Administrator.", "https://give.example.org/sign-in/"},
		"appoint", "Me@Example.org", "administrator", "--link", "--base-url=https://give.example.org", data)
	if strings.Contains(strings.ToLower(text), "me@") {
		t.Error("the output repeats the address")
	}
	want(t, ExitOK, []string{"has this program's schema already"}, "migrate", data)
	want(t, ExitOK, []string{"Held this role already"}, "appoint", "me@example.org", "administrator", data)
	want(t, ExitFailed, []string{"manyhands: "}, "appoint", "nobody", "auditor", data)
	want(t, ExitFailed, []string{"manyhands: "}, "appoint", "a@example.org", "auditor", "--organisation", "none", data)
	want(t, ExitOK, []string{"Everything holds."}, "check", data)
}

// world makes a small network in a folder and returns the folder and its campaign.
func world(t *testing.T) (folder string, c giving.Campaign) {
	t.Helper()
	folder = t.TempDir()
	d, err := db.Open(t.Context(), folder, db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c = givingtest.New(t, d).Campaign
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return folder, c
}

func TestImportGiftsBackupRestore(t *testing.T) {
	t.Parallel()
	folder, c := world(t)
	data, file := "--data="+folder, filepath.Join(folder, "gifts.csv")
	csv := "reference,date,amount,campaign,method,name\n"
	if err := os.WriteFile(file, []byte(csv+"R1,2026-01-02,35.00,"+c.Slug+",cash,\nR2,2026-01-03,0.001,"+c.Slug+",bank,\nR3,2026-01-03,5,nowhere,bank,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, ExitFailed, []string{"Nothing was posted", "row 3  amount", "row 4  campaign"}, "import", "gifts", file, data)
	if err := os.WriteFile(file, []byte(csv+"R1,2026-01-02,35.00,"+c.Slug+",cash,\nR2,2026-01-03,1000.50,"+c.Slug+",bank,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, ExitOK, []string{"new gifts           2", "¥1,035.50", "dry run"}, "import", "gifts", "--dry-run", file, data)
	want(t, ExitOK, []string{"new gifts           2", "known before        0"}, "import", "gifts", file, data)
	want(t, ExitOK, []string{"new gifts           0", "known before        2"}, "import", "gifts", file, data)
	figures := filepath.Join(folder, "check.prom")
	want(t, ExitOK, []string{"Everything holds."}, "check", "--textfile="+figures, data)
	if text, err := os.ReadFile(figures); err != nil || !strings.Contains(string(text), "\nmanyhands_check_ok 1\n") {
		t.Errorf("figures of the check: %q, %v", text, err)
	}

	other := "--data=" + filepath.Join(folder, "new")
	key, to := newKey(t, folder)
	store := filepath.Join(folder, "backup")
	want(t, ExitUsage, []string{"who may read the backup"}, "backup", store, data)
	want(t, ExitOK, []string{"was read back", "already there: 0."}, "backup", store, to, data)
	want(t, ExitOK, []string{"Written: 0 pieces"}, "backup", store, to, "--keep=1", "--textfile="+figures, data)
	if text, err := os.ReadFile(figures); err != nil || !strings.Contains(string(text), "\nmanyhands_backup_rows ") {
		t.Errorf("figures of the backup: %q, %v", text, err)
	}
	want(t, ExitOK, []string{"Z\n", "All is there and opens"}, "backup", "verify", store, key)
	want(t, ExitUsage, []string{"what opens the backup"}, "restore", store, other)
	want(t, ExitFailed, []string{"no moment yesterday"}, "restore", store, "--moment=yesterday", key, other)
	want(t, ExitOK, []string{"were restored", "Everything holds."}, "restore", store, key, other)
	want(t, ExitFailed, []string{"has rows"}, "restore", store, key, other)
	want(t, ExitOK, []string{"known before        2"}, "import", "gifts", file, other)
	want(t, ExitFailed, []string{"holds no backup"}, "restore", folder, key, "--data="+filepath.Join(folder, "third"))
	stranger, _ := newKey(t, t.TempDir())
	want(t, ExitFailed, []string{"does not open the backup"}, "restore", store, stranger, "--data="+filepath.Join(folder, "fourth"))
}

// newKey makes a key and returns the flags that read a backup with it and encrypt one to it.
func newKey(t *testing.T, folder string) (key, to string) {
	t.Helper()
	file := filepath.Join(folder, "backup.key")
	public := want(t, ExitOK, []string{"age1"}, "backup", "keygen", file)
	want(t, ExitFailed, []string{"of this name already"}, "backup", "keygen", file)
	return "--key=" + file, "--to=" + strings.TrimSpace(public)
}

// TestMoveHouse follows docs/operations.md from a folder to PostgreSQL and back.
func TestMoveHouse(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, "postgres") {
		t.Skip("PostgreSQL is left out")
	}
	folder, _ := world(t)
	there, back := filepath.Join(folder, "there"), filepath.Join(folder, "back")
	postgres := "--data=" + dbtest.PostgresTarget(t)
	key, to := newKey(t, folder)
	secret := "--secret-file=" + filepath.Join(folder, "secret")
	said := want(t, ExitOK, nil, "backup", there, to, "--data="+folder)
	rows, _, _ := strings.Cut(said, " rows")
	rows = rows[strings.LastIndex(rows, " ")+1:]
	want(t, ExitOK, []string{rows + " rows", "Everything holds."}, "restore", there, key, postgres)
	want(t, ExitOK, []string{"has this program's schema already"}, "migrate", postgres)
	want(t, ExitFailed, []string{"has rows"}, "restore", there, key, postgres)
	want(t, ExitOK, []string{rows + " rows"}, "backup", back, to, secret, postgres)
	want(t, ExitOK, []string{rows + " rows", "Everything holds."}, "restore", back, key, "--data="+filepath.Join(folder, "again"))
	want(t, ExitUsage, []string{"secret must be set"}, "import", "gifts", filepath.Join(folder, "backup.key"), postgres)
}

func TestCheckFindsABreach(t *testing.T) {
	t.Parallel()
	folder, _ := world(t)
	d, err := db.Open(t.Context(), folder, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error { // money from nowhere
		_, err := tx.ExecContext(t.Context(), "UPDATE account SET in_total = in_total + 1")
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	figures := filepath.Join(folder, "check.prom")
	want(t, ExitFailed, []string{"The books do not hold", "ledger"}, "check", "--textfile="+figures, "--data="+folder)
	if text, err := os.ReadFile(figures); err != nil || !strings.Contains(string(text), "\nmanyhands_check_ok 0\n") {
		t.Errorf("figures: %q, %v", text, err)
	}
}

// TestFollow asks for one gift's story: in order, whole, and without a word about the giver.
func TestFollow(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d, err := db.Open(t.Context(), folder, db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := givingtest.New(t, d)
	g := w.Pay(w.Give(35_00, "somebody"))
	w.Give(20_00, "another")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	text := want(t, ExitOK, []string{"gift=" + clock.FormatID(g.ID)}, "follow", clock.FormatID(g.ID), "--data="+folder)
	var happened []string
	for l := range strings.Lines(text) {
		_, what, _ := strings.Cut(l, " what=")
		what, _, _ = strings.Cut(what, " ")
		happened = append(happened, what)
	}
	for _, what := range []string{"gift.made", "hold.made", "hold.posted", "entry.posted", "event.gift.received", "job.waits"} {
		if !slices.Contains(happened, what) {
			t.Errorf("%s is missing in %v", what, happened)
		}
	}
	if happened[0] != "gift.made" || strings.Contains(text, "@") || strings.Contains(text, "giver") || strings.Contains(text, g.Token) {
		t.Errorf("not in order, or it tells of the giver:\n%s", text)
	}
	want(t, ExitUsage, []string{"no number of a gift"}, "follow", "x", "--data="+folder)
}

func TestImportProgrammes(t *testing.T) {
	t.Parallel()
	folder, _ := world(t)
	data, file := "--data="+folder, filepath.Join(folder, "directory.json")
	text := `[{"id":"o1","name":"Willow Centre","description":"After-school centre","services":[{"id":"s1","name":"Homework table","status":"active"},{"id":"s2","name":""}]}]`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, ExitFailed, []string{"organisations  1", "programmes     1", "dry run", "/services/1"}, "import", "programmes", "--dry-run", file, data)
	want(t, ExitFailed, []string{"organisations  1", "programmes     1"}, "import", "programmes", file, data)
	csv := filepath.Join(folder, "directory.csv")
	if err := os.WriteFile(csv, []byte("机构编号,机构名称,项目编号,项目名称\nx1,柳树中心,p1,作业辅导\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, ExitOK, []string{"organisations  1", "programmes     1"}, "import", "programmes", csv, data)
	want(t, ExitOK, []string{"organisations  0    0        1"}, "import", "programmes", csv, data)
}

func TestTable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := table(&b, [][]string{{"机构", "1"}, {"a", "22"}, {"abcdef", "", "x"}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !slices.Equal(lines, []string{"机构    1", "a       22", "abcdef      x", ""}) {
		t.Errorf("%q", lines)
	}
}
