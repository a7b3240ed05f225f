package journey_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/web/webtest"
)

// guardiansRecord is the sample's record of a child whose guardian has an account and whose worker is the sample's.
func guardiansRecord(t *testing.T, r *apptest.Running) (id int64) {
	t.Helper()
	row(t, r, &id, `SELECT g.record_id FROM child_guardian g JOIN person p ON p.id = g.person_id JOIN child_record r ON r.id = g.record_id
		WHERE p.email = 'guardian@example.org' AND r.state = 'active' ORDER BY g.record_id LIMIT 1`)
	return id
}

func note(c *webtest.Client, record int64, n int) int {
	c.Post("/desk/children/"+clock.FormatID(record)+"/care/notes", url.Values{"kind": {"talk"}, "text": {fmt.Sprint("line ", n)}, "form_key": {fmt.Sprint("key", n)}})
	return c.Response.StatusCode
}

// TestNothingIsWrittenAfterAYesWasTakenBack has a worker write with the form open and from several tabs at
// once while the guardian takes the consent back. Whatever came before counts, and nothing after.
func TestNothingIsWrittenAfterAYesWasTakenBack(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	record := guardiansRecord(t, r)
	var before int64
	count(t, r, &before, record)
	guardian := visitor(t, r, demo.Guardian).Get("/me/children/" + clock.FormatID(record) + "/consents/enrol")
	tabs := make([]*webtest.Client, 6)
	for i := range tabs {
		tabs[i] = visitor(t, r, worker)
	}
	if s := note(tabs[0], record, 999); s != http.StatusSeeOther {
		t.Fatalf("a note while all is well answers %d", s)
	}
	var writing sync.WaitGroup
	kept := make([]int, len(tabs))
	for i, tab := range tabs {
		writing.Go(func() {
			for n := range 8 {
				if note(tab, record, 100*i+n) == http.StatusSeeOther {
					kept[i]++
				}
			}
		})
	}
	guardian.Submit("#withdraw", nil).Status(http.StatusSeeOther)
	writing.Wait()
	if s := note(tabs[1], record, 1000); s != http.StatusForbidden {
		t.Errorf("a note after the withdrawal answers %d", s)
	}
	sum := int64(1)
	for _, n := range kept {
		sum += int64(n)
	}
	var after, late int64
	count(t, r, &after, record)
	row(t, r, &late, fmt.Sprintf("SELECT COUNT(*) FROM child_note n JOIN consent_withdrawal w ON w.record_id = n.record_id WHERE n.record_id = %d AND n.made_at > w.at AND w.at = (SELECT MAX(at) FROM consent_withdrawal WHERE record_id = %d)", record, record))
	if late != 0 || after-before != sum {
		t.Errorf("%d notes after the withdrawal; %d were answered as kept, %d are there", late, sum, after-before)
	}
	intact(t, r)
}

// TestARoleEndsBetweenPageAndPost ends an appointment, or the organisation's work, while a form is open.
func TestARoleEndsBetweenPageAndPost(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{
		"the appointment ended": "UPDATE appointment SET ends_at = starts_at + 1 WHERE person_id = (SELECT id FROM person WHERE email = 'worker@example.org')",
		"the check ran out":     "UPDATE checklist_standing SET ends_at = starts_at + 1 WHERE kind = 'person' AND subject_id = (SELECT id FROM person WHERE email = 'worker@example.org')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := apptest.Serve(t, true)
			record := guardiansRecord(t, r)
			c := visitor(t, r, worker)
			c.Get("/desk/children/" + clock.FormatID(record) + "/care").Status(http.StatusOK)
			var before, after int64
			count(t, r, &before, record)
			err := r.App.DB.Write(t.Context(), func(tx *db.Tx) error {
				res, err := tx.ExecContext(t.Context(), end)
				if err != nil {
					return err
				}
				if n, err := res.RowsAffected(); err != nil || n == 0 {
					return fmt.Errorf("%d rows changed: %w", n, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if s := note(c, record, 1); s != http.StatusForbidden && s != http.StatusNotFound {
				t.Errorf("the note answers %d", s)
			}
			if c.Get("/desk/children/" + clock.FormatID(record) + "/care"); c.Response.StatusCode == http.StatusOK {
				t.Error("the record still opens")
			}
			if count(t, r, &after, record); after != before {
				t.Error("the note was kept")
			}
		})
	}
}

func count(t *testing.T, r *apptest.Running, into *int64, record int64) {
	t.Helper()
	row(t, r, into, fmt.Sprintf("SELECT COUNT(*) FROM child_note WHERE record_id = %d", record))
}

func row(t *testing.T, r *apptest.Running, into *int64, sql string) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error { return q.QueryRowContext(t.Context(), sql).Scan(into) })
	if err != nil {
		t.Fatal(err)
	}
}

// intact fails when the trail of who looked and wrote does not hold.
func intact(t *testing.T, r *apptest.Running) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		_, err := audit.Verify(t.Context(), q, nil)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
