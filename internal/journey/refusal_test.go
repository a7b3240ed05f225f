package journey_test

import (
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/demo"
)

// TestRefusalsAreKnown: somebody tries passwords, links and another family's child; the log says so without a
// word of what was typed, and the record's trail says who asked.
func TestRefusalsAreKnown(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	const typed, address = "Swordfish-937", "somebody.else@example.org"
	thief := visitor(t, r, "")
	thief.Get("/sign-in/password").Submit("form[action='/sign-in/password']", url.Values{"who": {address}, "password": {typed}, "code": {"123456"}}).Status(422)
	thief.Get("/sign-in/" + strings.Repeat("x", 40)).Status(404)
	record := someRecord(t, r)
	visitor(t, r, demo.Giver).Get("/me/children/" + clock.FormatID(record)).Status(404)
	visitor(t, r, worker).Get("/desk/resets").Status(403)

	line := func(words ...string) bool {
		for line := range strings.Lines(r.Log.Text()) {
			found := true
			for _, w := range words {
				found = found && strings.Contains(line, w)
			}
			if found {
				return true
			}
		}
		return false
	}
	eventually(t, "lines in the log", func() bool {
		return line(`msg="sign-in failed"`, `route="POST /sign-in/password"`, "way=password", "person=guest", "rule=signin.", "series=") &&
			line(`msg="sign-in failed"`, "way=link") &&
			line("msg=refused", `route="GET /me/children/{id}"`, "status=404", "rule=no_permit") &&
			line("msg=refused", `route="GET /desk/resets"`, "status=403", "rule=people.appoint")
	})
	for _, word := range []string{typed, address, "somebody.else", "123456", strings.Repeat("x", 40), clock.FormatID(record)} {
		if strings.Contains(r.Log.Text(), word) {
			t.Errorf("the log tells %q", word)
		}
	}
	eventually(t, "a row of the trail", func() bool { return refusedRows(t, r, record) == 1 })
}

func someRecord(t *testing.T, r *apptest.Running) (id int64) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		return q.QueryRowContext(t.Context(), "SELECT id FROM child_record WHERE state = 'active' ORDER BY id LIMIT 1").Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func refusedRows(t *testing.T, r *apptest.Running, record int64) (n int) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		rows, err := audit.Search(t.Context(), q, audit.Filter{Kind: "record.refused", Subject: record})
		n = len(rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
