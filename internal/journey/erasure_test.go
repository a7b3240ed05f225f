package journey_test

import (
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/safeguard"
)

// totals are what must not change when a child's record is destroyed.
func totals(t *testing.T, r *apptest.Running) (out [6]int64) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		return q.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM entry), (SELECT COALESCE(SUM(quantity), 0) FROM entry), (SELECT COUNT(*) FROM gift),
			(SELECT COUNT(*) FROM child_record), (SELECT COUNT(*) FROM child_request), (SELECT COUNT(*) FROM consent)`).Scan(&out[0], &out[1], &out[2], &out[3], &out[4], &out[5])
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAGuardianHasTheRecordDestroyed goes the whole way: a guardian asks, a lead answers and destroys, the
// proof and the guardian's page say so, nothing is left of what was written, and no total has changed.
func TestAGuardianHasTheRecordDestroyed(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	tell(t, r)
	g := visitor(t, r, demo.Guardian).Lang(i18n.EN)
	g.Get("/me/children").Contains(family.other)
	at, ok := g.Find("main li:contains('" + family.other + "') a").First().Attr("href")
	if !ok {
		t.Fatal("the child is not in the list")
	}
	g.Get(at+"/requests").Submit("#ask", url.Values{"kind": {"erasure"}, "words": {"please destroy it"}}).Status(303)

	l := visitor(t, r, lead).Lang(i18n.EN)
	id := strings.TrimPrefix(at, "/me/children/")
	answers := "/desk/children/" + id + "/safeguarding/requests"
	l.Get("/desk/retention").Status(200).Must("main a[href='" + answers + "']")
	w := visitor(t, r, worker)
	w.Get("/desk/retention/" + id + "/erase").Status(403)
	l.Get(answers).Contains("please destroy it")
	form := l.Must("main article:contains('please destroy it') form").AttrOr("action", "")
	l.Post(form, url.Values{"decision": {"accept"}, "answer": {"We destroy it today"}}).Status(303)
	g.Get(at + "/requests").Contains("We destroy it today")

	before := totals(t, r)
	l.Get("/desk/retention/" + id + "/erase").Status(200).Contains("A guardian asked")
	l.Submit("form[action='/desk/retention/"+id+"/erase']", nil).RedirectsTo("/desk/retention/" + id + "/proof").Follow().Status(200).Contains("A guardian asked")
	l.Post("/desk/retention/"+id+"/erase", nil).Status(404) // a double click
	if after := totals(t, r); after != before {
		t.Errorf("totals were %v and are %v", before, after)
	}
	g.Get("/me/children").Status(200).Contains("was destroyed on", "because you asked").Lacks(family.other)
	g.Get(at).Status(404)
	g.Get(at + "/requests").Status(404)
	visitor(t, r, worker).Lang(i18n.EN).Get("/me/children").Lacks("because you asked")
	l.Get(answers).Status(404)
	nothingLeft(t, r, id)
}

// nothingLeft looks that no table says anything about a destroyed record, and that the books hold.
func nothingLeft(t *testing.T, r *apptest.Running, id string) {
	t.Helper()
	f := family
	if found := searchFor(f.name, f.other, f.guardian, f.phone, f.number, f.address, f.allergy, f.wish, "please destroy it", "We destroy it today").in(kept(t, r) + sent(r)); len(found) > 0 {
		t.Errorf("what is left: %q", found)
	}
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		var sealed int64
		err := q.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM child_group g JOIN child_record c ON c.id = g.record_id WHERE c.state = 'erased') +
			(SELECT COUNT(*) FROM child_guardian g JOIN child_record c ON c.id = g.record_id WHERE c.state = 'erased' AND (length(g.sealed) > 0 OR g.phone_lookup <> '')) +
			(SELECT COUNT(*) FROM child_request x JOIN child_record c ON c.id = x.record_id WHERE c.state = 'erased' AND (length(x.sealed) > 0 OR length(x.answer) > 0 OR x.state = 'open')) +
			(SELECT COUNT(*) FROM child_record c WHERE c.state = 'erased' AND (c.name_lookup <> '' OR c.number_lookup <> '')) +
			(SELECT COUNT(*) FROM vault_key k JOIN child_record c ON c.id = k.subject_id WHERE c.state = 'erased' AND length(k.wrapped) > 0)`).Scan(&sealed)
		if err != nil {
			return err
		}
		if sealed != 0 {
			t.Errorf("%d sealed things are left of what was erased", sealed)
		}
		if err := safeguard.Check(t.Context(), q, nil); err != nil {
			t.Error(err)
		}
		if err := ledger.Check(t.Context(), q, func(int64, int64) {}); err != nil {
			t.Error(err)
		}
		return giving.New(r.App.DB, giving.Options{}).Check(t.Context(), q, func(int64, int64) {})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWhatIsDueIsDestroyed: a lead ticks what is due, looks once more, and destroys it; the second click
// does nothing.
func TestWhatIsDueIsDestroyed(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	err := r.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE glass SET reviewed_at = 1 WHERE reviewed_by <> 0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l := visitor(t, r, lead).Lang(i18n.EN)
	l.Get("/desk/retention").Status(200).Contains("Reasons of emergencies", "9,131 days", "1,095 days")
	const form = "form[action='/desk/retention/kinds/emergency/due']"
	ids := url.Values{}
	for _, n := range l.Must(form + " input[name=id]").EachIter() {
		ids.Add("id", n.AttrOr("value", ""))
	}
	if n := l.Find(form + " input[name=id][checked]").Length(); n == 0 || n != len(ids["id"]) {
		t.Errorf("%d of %d are ticked", n, len(ids["id"]))
	}
	confirm := "/desk/retention/kinds/emergency/due"
	l.Get(confirm+"?"+ids.Encode()).Status(200).Contains("cannot be undone").Submit(form, nil).Status(303)
	l.Follow().Status(200).Contains("Destroyed: ", "its words were deleted").Lacks("id=\"kind-emergency\"")
	l.Post(confirm, ids).Status(200).Contains("not due any more")
	l.Get(confirm + "?" + ids.Encode()).RedirectsTo("/desk/retention")
	l.Post("/desk/retention/kinds/emergency/due", url.Values{"id": {"<script>"}}).Status(404)
	l.Post("/desk/retention/kinds/trail/due", ids).Status(404)
	visitor(t, r, worker).Post(confirm, ids).Status(403)
	visitor(t, r, "auditor@example.org").Get("/desk/retention/heirs").Status(403)
	l.Get("/desk/retention/heirs").Status(200).Contains("No organisation waits for an heir")
	l.Get("/desk/audit").Contains("Emptied the reason of an emergency")
}
