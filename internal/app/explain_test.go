package app_test

import (
	"bytes"
	"strings"
	"testing"

	"manyhands/internal/app"
	"manyhands/internal/app/apptest"
	"manyhands/internal/clock"
	"manyhands/internal/command"
	"manyhands/internal/db"
)

// TestExplain asks the command line about the sample network, in both languages. It names the policies
// that decide, tells nothing of a record, and leaves no trace.
func TestExplain(t *testing.T) {
	flags := apptest.Sample(t)
	f := inSample(t, flags)
	record := func(rest ...string) []string {
		return append([]string{"worker@example.org", "record.read", "--record=" + f.code}, rest...)
	}
	for _, c := range []struct {
		name string
		args []string
		exit int
		says []string
	}{
		{"a worker reads what an evening needs", record("--purpose=meals", "--group=alerts"), command.ExitOK, []string{"assigned_worker"}},
		{"and not what it does not need", record("--purpose=meals", "--group=situation"), command.ExitFailed, []string{"purpose_needs"}},
		{"nor under another's purpose", record("--purpose=guardian", "--group=name"), command.ExitFailed, []string{"purpose_borrowed"}},
		{"codes are typed in any case", append([]string{"worker@example.org", "record.read", "--record=" + strings.ToLower(f.code)}, "--group=name"), command.ExitOK, []string{"assigned_worker"}},
		{"a treasurer asks for payouts", []string{"treasurer@example.org", "payout.request"}, command.ExitOK, []string{"treasurer"}},
		{"and allows none", []string{"treasurer@example.org", "payout.approve"}, command.ExitFailed, nil},
		{"a supervisor, where they supervise", []string{"supervisor@example.org", "record.enrol", "--organisation=" + f.here}, command.ExitOK, []string{"supervisor"}},
		{"and not elsewhere", []string{"supervisor@example.org", "record.enrol", "--organisation=" + f.elsewhere}, command.ExitFailed, nil},
		{"a role that rests is said to rest", []string{"zhou.ning@example.org", "record.find"}, command.ExitFailed, []string{"resting until a check is valid"}},
		{"a record needs a purpose that exists", record("--purpose=gossip", "--group=name"), command.ExitUsage, []string{"no such purpose"}},
		{"and a group", record(), command.ExitUsage, []string{"situation"}},
		{"a permission that exists", []string{"worker@example.org", "record.sell"}, command.ExitUsage, []string{"no such permission"}},
		{"what is asked of a record needs one", []string{"worker@example.org", "record.read", "--group=name"}, command.ExitUsage, []string{"needs --record"}},
		{"nobody of that address", []string{"nobody@example.org", "desk.see"}, command.ExitFailed, nil},
		{"no such record", []string{"worker@example.org", "record.open", "--record=K-0000"}, command.ExitFailed, nil},
	} {
		for _, lang := range []string{"C", "zh_CN.UTF-8"} {
			t.Run(c.name+" "+lang, func(t *testing.T) {
				t.Setenv("LC_ALL", lang)
				var out bytes.Buffer
				args := append(append([]string{"access", "explain"}, flags...), c.args...)
				exit := command.Main(t.Context(), command.Doors{Catalogues: app.Catalogues(), Explain: app.Explain}, args, &out, &out)
				if exit != c.exit {
					t.Errorf("exit code %d, want %d", exit, c.exit)
				}
				for _, want := range c.says {
					if !strings.Contains(out.String(), want) && (lang == "C" || !strings.Contains(want, " ")) {
						t.Errorf("does not say %q but:\n%s", want, out.String())
					}
				}
				if strings.Contains(out.String(), "command.") || strings.Contains(out.String(), "access.policy") {
					t.Errorf("a text is missing:\n%s", out.String())
				}
			})
		}
	}
	if after := inSample(t, flags); after.rows != f.rows {
		t.Errorf("the audit trail went from %d to %d rows", f.rows, after.rows)
	}
}

// facts are what the sample network holds.
type facts struct {
	code            string // of a record that the sample's worker is assigned to
	here, elsewhere string // addresses of the organisation of the sample's supervisor, and of another
	rows            int    // of the audit trail
}

func inSample(t *testing.T, flags []string) (f facts) {
	t.Helper()
	d, err := db.Open(t.Context(), strings.TrimPrefix(flags[0], "--data="), db.Options{Unsafe: true, Node: clock.CommandNode})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = d.Read(t.Context(), func(r *db.Reader) error {
		return r.QueryRowContext(t.Context(), `SELECT r.code, here.slug, elsewhere.slug, (SELECT COUNT(*) FROM audit_row)
			FROM child_record r JOIN child_assignment a ON a.record_id = r.id JOIN person p ON p.id = a.person_id
			JOIN organisation here ON here.id = r.organisation_id JOIN organisation elsewhere ON elsewhere.id <> here.id
			WHERE p.email = 'worker@example.org' AND here.slug LIKE 'next-door%' AND r.state = 'active' AND a.until_at = 0
			ORDER BY r.id, elsewhere.id LIMIT 1`).Scan(&f.code, &f.here, &f.elsewhere, &f.rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
