package checklist_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n/i18ntest"
)

// world is a database in which people with these numbers act.
type world struct {
	*testing.T
	d     *db.DB
	clock *clock.Sim
}

const (
	applicant, first, second = 11, 12, 13
	blob                     = 99
)

var (
	charity   = checklist.Subject{Kind: checklist.Organisation, Of: "charity", ID: 7}
	programme = checklist.Subject{Kind: checklist.Programme, ID: 8}
	worker    = checklist.Subject{Kind: checklist.Person, Of: "worker", ID: 9}
	shanghai  = time.FixedZone("Asia/Shanghai", 8*3600)
)

func (w *world) write(body func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Write(w.Context(), func(tx *db.Tx) error { return body(w.Context(), tx) })
}

func (w *world) handIn(s checklist.Subject, code string, e checklist.Evidence) (id int64) {
	w.Helper()
	err := w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = checklist.HandIn(ctx, tx, s, code, e, applicant)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) decide(id int64, d checklist.Decision, by int64) (state checklist.State, err error) {
	err = w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		state, err = checklist.Decide(ctx, tx, id, d, by)
		return err
	})
	return state, err
}

func (w *world) item(s checklist.Subject, code string) (found checklist.Item) {
	w.Helper()
	err := w.d.Read(w.Context(), func(r *db.Reader) error {
		items, err := checklist.Items(w.Context(), r, s, w.clock.Now())
		for _, i := range items {
			if i.Code == code {
				found = i
			}
		}
		return err
	})
	if err != nil || found.Code == "" {
		w.Fatalf("%s: %+v, %v", code, found, err)
	}
	return found
}

func (w *world) state(s checklist.Subject, code string, want checklist.State) checklist.Item {
	w.Helper()
	got := w.item(s, code)
	if got.State != want {
		w.Errorf("%s is %s, want %s", code, got.State, want)
	}
	return got
}

func (w *world) refused(err error, key string) {
	w.Helper()
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Key == key {
		return
	}
	fields, _ := errors.AsType[fault.Fields](err)
	if !slices.ContainsFunc(fields, func(f fault.Field) bool { return f.Key == key }) {
		w.Errorf("want %s, got %v", key, err)
	}
}

var (
	yes = checklist.Decision{Verdict: checklist.Accept}
	no  = checklist.Decision{Verdict: checklist.Refuse, Reason: "unreadable"}
)

func certificate(until time.Time) checklist.Evidence {
	return checklist.Evidence{Blob: blob, Reference: "53310000-0310", Until: until}
}

func TestEvidenceGoesItsWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		w.state(charity, "registration", checklist.Missing)
		e := w.handIn(charity, "registration", certificate(time.Time{}))
		w.state(charity, "registration", checklist.HandedIn)
		_, err := w.decide(e, yes, applicant)
		w.refused(err, "checklist.own_evidence")
		if _, err := w.decide(e, no, first); err != nil {
			t.Fatal(err)
		}
		if i := w.state(charity, "registration", checklist.Refused); i.Last.ID != e || i.Said.Reason != "unreadable" || i.Said.By != first {
			t.Errorf("%+v", i)
		}
		_, err = w.decide(e, yes, first)
		w.refused(err, "checklist.not_open")

		better := w.handIn(charity, "registration", certificate(time.Time{}))
		if i := w.state(charity, "registration", checklist.HandedIn); i.Last.ID != 0 || i.Open.ID != better {
			t.Errorf("%+v", i)
		}
		if s, err := w.decide(better, yes, first); err != nil || s != checklist.Accepted {
			t.Fatal(s, err)
		}
		if i := w.state(charity, "registration", checklist.Accepted); i.Holds.By != applicant || !i.EndsAt.IsZero() || i.DaysLeft(c.Now()) != -1 {
			t.Errorf("%+v", i)
		}
		err = w.write(func(ctx context.Context, tx *db.Tx) error {
			return checklist.Withdraw(ctx, tx, charity, "registration", checklist.Decision{Reason: "not_genuine"}, second)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.state(charity, "registration", checklist.Refused)
		w.history(charity, "registration", "", "accepted revoked", "refused")
	})
}

// history compares what was said of each piece of evidence, the latest first; the first word is left
// out when it is empty.
func (w *world) history(s checklist.Subject, code string, want ...string) {
	w.Helper()
	err := w.d.Read(w.Context(), func(r *db.Reader) error {
		all, err := checklist.History(w.Context(), r, s, code)
		var got []string
		if want[0] == "" {
			want = want[1:]
		}
		for _, e := range all {
			line := ""
			for i, d := range e.Said {
				if i > 0 {
					line += " "
				}
				line += string(d.Verdict)
			}
			got = append(got, line)
		}
		if !slices.Equal(got, want) {
			w.Errorf("history %q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestTwoPeopleAreTwo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		e := w.handIn(charity, "bank_account", checklist.Evidence{Blob: blob})
		if s, err := w.decide(e, yes, first); err != nil || s != checklist.Second {
			t.Fatal(s, err)
		}
		if i := w.state(charity, "bank_account", checklist.Second); i.FirstBy != first {
			t.Errorf("%+v", i)
		}
		_, err := w.decide(e, yes, first) // a double click, or the same person in another tab
		w.refused(err, "checklist.second_person")
		w.state(charity, "bank_account", checklist.Second)
		if s, err := w.decide(e, yes, second); err != nil || s != checklist.Accepted {
			t.Fatal(s, err)
		}
		_, err = w.decide(e, no, 14)
		w.refused(err, "checklist.not_open")

		// What was accepted by one is not accepted when something else is handed in meanwhile.
		e = w.handIn(charity, "bank_account", checklist.Evidence{Blob: blob})
		if _, err := w.decide(e, yes, first); err != nil {
			t.Fatal(err)
		}
		other := w.handIn(charity, "bank_account", checklist.Evidence{Blob: blob + 1})
		_, err = w.decide(e, yes, second)
		w.refused(err, "checklist.not_open")
		if s, err := w.decide(other, yes, second); err != nil || s != checklist.Second {
			t.Fatal(s, err)
		}
	})
}

func TestWhatRunsOutStopsAtMidnight(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := &world{t, d, c}
	c.Set(time.Date(2027, 3, 1, 9, 0, 0, 0, shanghai))
	lastDay := time.Date(2027, 5, 31, 0, 0, 0, 0, shanghai)
	e := w.handIn(charity, "fundraising", certificate(lastDay.AddDate(0, 0, 1)))
	if _, err := w.decide(e, yes, first); err != nil {
		t.Fatal(err)
	}
	c.Set(time.Date(2027, 5, 31, 23, 59, 59, 999_999_000, shanghai))
	if i := w.state(charity, "fundraising", checklist.Accepted); i.DaysLeft(c.Now()) != 0 || !i.RunsOut(c.Now()) {
		t.Errorf("%d", i.DaysLeft(c.Now()))
	}
	c.Advance(time.Microsecond)
	i := w.state(charity, "fundraising", checklist.Expired)
	if !slices.Contains(checklist.Off([]checklist.Item{i}), "fundraising") || len(checklist.Unmet([]checklist.Item{i})) != 0 {
		t.Error("an optional certificate that ran out switches off what it stands for and nothing else")
	}
}

func TestRenewalLeavesNoGap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		start := time.Date(2027, 3, 1, 0, 0, 0, 0, shanghai)
		c.Set(start)
		ends := start.AddDate(1, 0, 0)
		e := w.handIn(charity, "fundraising", certificate(ends))
		if _, err := w.decide(e, yes, first); err != nil {
			t.Fatal(err)
		}
		next := certificate(ends.AddDate(1, 0, 0))
		next.From = ends.AddDate(0, 0, 1)
		w.refused(w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := checklist.HandIn(ctx, tx, charity, "fundraising", next, applicant)
			return err
		}), "checklist.from_future")
		next.From = ends
		e = w.handIn(charity, "fundraising", next)
		if i := w.state(charity, "fundraising", checklist.Accepted); !i.Renewing() {
			t.Errorf("%+v", i)
		}
		if _, err := w.decide(e, yes, first); err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{start, ends.Add(-1), ends, ends.AddDate(0, 6, 0)} {
			c.Set(at)
			w.state(charity, "fundraising", checklist.Accepted)
		}
	})
}

func TestWhoChecksFindsOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		record := func(s checklist.Subject, code string, e checklist.Evidence, by int64) error {
			return w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := checklist.Record(ctx, tx, s, code, e, by)
				return err
			})
		}
		inquiry := checklist.Evidence{Reference: "2027-118", From: time.Date(2028, 2, 29, 0, 0, 0, 0, shanghai)}
		c.Set(inquiry.From.Add(10 * time.Hour))
		w.refused(record(worker, "child_protection_inquiry", inquiry, worker.ID), "checklist.own_check")
		w.refused(record(worker, "child_protection_inquiry", checklist.Evidence{Reference: "1", Blob: blob}, first), "checklist.no_document")
		w.refused(record(worker, "child_protection_inquiry", checklist.Evidence{}, first), "form.required")
		w.refused(record(worker, "nonsense", inquiry, first), "checklist.no_requirement")
		w.refused(record(charity, "registration", certificate(time.Time{}), first), "checklist.not_found_out")
		w.refused(w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := checklist.HandIn(ctx, tx, programme, "visit", checklist.Evidence{}, applicant)
			return err
		}), "checklist.found")
		if err := record(worker, "child_protection_inquiry", inquiry, first); err != nil {
			t.Fatal(err)
		}
		i := w.state(worker, "child_protection_inquiry", checklist.Accepted)
		if want := time.Date(2029, 2, 28, 0, 0, 0, 0, shanghai); !i.EndsAt.Equal(want) { // 365 days from 29 February
			t.Errorf("ends %v, want %v", i.EndsAt, want)
		}
		c.Set(i.EndsAt)
		i = w.state(worker, "child_protection_inquiry", checklist.Expired)
		if off := checklist.Off([]checklist.Item{i}); !slices.Equal(off, []string{"children"}) {
			t.Error(off)
		}
		stale := checklist.Evidence{Reference: "1", From: c.Now().AddDate(-1, 0, -1)}
		w.refused(record(worker, "child_protection_inquiry", stale, first), "checklist.ends_past")
	})
}

func TestRemindersComeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := &world{t, d, c}
		start := c.Now()
		ends := start.AddDate(0, 0, 100)
		e := w.handIn(charity, "fundraising", certificate(ends))
		if _, err := w.decide(e, yes, first); err != nil {
			t.Fatal(err)
		}
		remind := func(day int, want ...int) {
			t.Helper()
			c.Set(start.AddDate(0, 0, day))
			for _, want := range [][]int{want, nil} { // a second look says nothing
				var got []int
				err := w.write(func(ctx context.Context, tx *db.Tx) error {
					due, err := checklist.Remind(ctx, tx, checklist.Organisation)
					got = nil
					for _, e := range due {
						got = append(got, e.Days)
					}
					return err
				})
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("day %d: %v, want %v (%v)", day, got, want, err)
				}
			}
		}
		remind(39)
		remind(40, 60)
		remind(95, 7) // nobody looked for a while: the 30 days are not told any more
		remind(100, 0)
		remind(101)
	})
}

func TestBadEvidence(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := &world{t, d, c}
	long := certificate(time.Time{})
	long.Note.ZH = string(make([]rune, checklist.MaxNote+1))
	for _, x := range []struct {
		code string
		e    checklist.Evidence
		key  string
	}{
		{"registration", checklist.Evidence{Reference: "1"}, "checklist.document_needed"},
		{"registration", checklist.Evidence{Blob: blob}, "form.required"},
		{"registration", long, "form.too_long"},
		{"registration", certificate(c.Now()), "checklist.ends_before_start"},
		{"registration", checklist.Evidence{Blob: blob, Reference: "1", From: c.Now().AddDate(-2, 0, 0), Until: c.Now()}, "checklist.ends_past"},
		{"registration", checklist.Evidence{Blob: blob, Reference: "1", From: c.Now().Add(time.Hour)}, "checklist.from_future"},
		{"fundraising", certificate(time.Time{}), "form.required"},
		{"bank_account", checklist.Evidence{Blob: blob, Until: c.Now().AddDate(1, 0, 0)}, "checklist.no_end"},
		{"business_licence", certificate(time.Time{}), "checklist.no_requirement"}, // a shop's, not a charity's
		{"representative", checklist.Evidence{}, "checklist.found"},
	} {
		w.refused(w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := checklist.HandIn(ctx, tx, charity, x.code, x.e, applicant)
			return err
		}), x.key)
	}
	e := w.handIn(charity, "registration", certificate(time.Time{}))
	for key, bad := range map[string]checklist.Decision{
		"form.choice":   {Verdict: checklist.Refuse, Reason: "rumour"},
		"form.required": {Verdict: checklist.Refuse, Reason: "other"},
	} {
		_, err := w.decide(e, bad, first)
		w.refused(err, key)
	}
	w.refused(d.Read(t.Context(), func(r *db.Reader) error {
		return checklist.HasDocument(t.Context(), r, checklist.Subject{Kind: checklist.Organisation, ID: charity.ID + 1}, blob)
	}), "checklist.no_document_here")
}

func TestLists(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, checklist.Texts, "checklist.")
	b := i18ntest.Bundle(t, checklist.Texts)
	for _, kind := range checklist.Kinds() {
		if checklist.Version(kind) < 1 {
			t.Errorf("%s has no version", kind)
		}
		seen := map[string]bool{}
		for _, r := range checklist.Requirements(kind, "") {
			if seen[r.Code] || !b.Has(r.Name()) || !b.Has(r.About()) {
				t.Errorf("%s %s: twice, or without words", kind, r.Code)
			}
			seen[r.Code] = true
			for _, what := range r.SwitchesOff {
				if !b.Has("checklist.off." + what) {
					t.Errorf("%s switches off %q, which has no words", r.Code, what)
				}
			}
			if kind == checklist.Programme && r.Optional {
				t.Errorf("%s: lists of programmes count every check", r.Code)
			}
		}
	}
	for _, of := range []string{"charity", "centre", "school", "hospital", "shop", "company", "government"} {
		if !slices.ContainsFunc(checklist.Requirements(checklist.Organisation, of), func(r checklist.Requirement) bool {
			return r.Document == checklist.Required && !r.Optional
		}) {
			t.Errorf("nothing is asked of a %s", of)
		}
	}
	for _, reason := range checklist.Reasons() {
		if !b.Has("checklist.reason." + reason) {
			t.Errorf("%s has no words", reason)
		}
	}
}
