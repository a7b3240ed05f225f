package safeguard_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/safeguard"
	"manyhands/internal/vault"
)

func (h *house) due(person int64, kind safeguard.Kind) (list []safeguard.Due) {
	h.t.Helper()
	h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = h.s.Due(ctx, tx, kind)
		return err
	})
	return list
}

// dispose returns the key of what went wrong.
func (h *house) dispose(person int64, kind safeguard.Kind, ids ...int64) string {
	h.t.Helper()
	return h.try(person, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := h.s.Dispose(ctx, tx, kind, ids)
		return err
	})
}

func (h *house) check() error {
	return h.d.Read(h.t.Context(), func(r *db.Reader) error {
		if _, err := audit.Verify(h.t.Context(), r, nil); err != nil {
			return err
		}
		return safeguard.Check(h.t.Context(), r, nil)
	})
}

func (h *house) clockOf(kind safeguard.Kind) safeguard.Clock {
	h.t.Helper()
	for _, c := range h.s.Clocks() {
		if c.Kind == kind {
			return c
		}
	}
	h.t.Fatal(kind)
	return safeguard.Clock{}
}

const day = 24 * time.Hour

func TestTheClockOfRecords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, other := h.enrol(), h.enrolNamed("测试乙")
		for _, id := range []int64{r.ID, other.ID} {
			h.must(h.lead, func(ctx context.Context, tx *db.Tx) error { return h.children.End(ctx, tx, id, access.Safeguarding) })
		}
		keep := time.Duration(h.clockOf(safeguard.Records).Days) * day
		c.Advance(keep - time.Hour)
		if len(h.due(h.lead, safeguard.Records)) != 0 {
			t.Error("due an hour early")
		}
		c.Advance(2 * time.Hour)
		if list := h.due(h.lead, safeguard.Records); len(list) != 2 || list[0].Name != r.Code {
			t.Fatalf("%+v", list)
		}
		if len(h.due(h.far, safeguard.Records)) != 0 {
			t.Error("a lead elsewhere sees it")
		}
		c.Advance(-3 * time.Hour)
		if got := h.dispose(h.lead, safeguard.Records, r.ID); got != "safeguard.not_due" {
			t.Errorf("the clock went back between the list and the act: %q", got)
		}
		c.Advance(3 * time.Hour)
		h.must(h.second, func(ctx context.Context, tx *db.Tx) error { return h.s.PutHold(ctx, tx, other.ID, reason) })
		for _, x := range []struct {
			who  int64
			ids  []int64
			want string
		}{
			{h.lead, []int64{r.ID, other.ID}, "safeguard.not_due"}, // all or none
			{h.far, []int64{r.ID}, "safeguard.not_due"},
			{h.lead, nil, "safeguard.not_due"},
			{h.lead, []int64{r.ID, r.ID}, ""},
			{h.lead, []int64{r.ID}, "safeguard.not_due"}, // a double click
		} {
			if got := h.dispose(x.who, safeguard.Records, x.ids...); got != x.want {
				t.Errorf("%v: %q, want %q", x.ids, got, x.want)
			}
		}
		if list := h.due(h.lead, safeguard.Records); len(list) != 0 {
			t.Errorf("what is on hold is due: %+v", list)
		}
		if err := h.check(); err != nil {
			t.Error(err)
		}
		h.proof(r.ID, "clock")
	})
}

// proof looks that the proof of an erasure says why.
func (h *house) proof(record int64, why string) {
	h.t.Helper()
	ctx := h.as(h.lead)
	err := h.d.Read(ctx, func(r *db.Reader) error {
		e, err := h.s.ErasureOf(ctx, r, record)
		if err == nil && e.Why != why {
			h.t.Errorf("the proof says %q, want %q", e.Why, why)
		}
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
}

func TestTheClockOfEmergencies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, held := h.enrol(), h.enrolNamed("测试乙")
		var g, kept safeguard.Glass
		h.must(h.colleague, func(ctx context.Context, tx *db.Tx) (err error) {
			if kept, err = h.s.Break(ctx, tx, held.ID, reason); err != nil {
				return err
			}
			g, err = h.s.Break(ctx, tx, r.ID, reason)
			return err
		})
		keep := time.Duration(h.clockOf(safeguard.Emergencies).Days)*day + time.Hour
		c.Advance(keep)
		if list := h.due(h.lead, safeguard.Emergencies); len(list) != 0 {
			t.Errorf("due before it was reviewed: %+v", list)
		}
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			if err := h.s.Review(ctx, tx, g.ID, true, "It was needed"); err != nil {
				return err
			}
			if err := h.s.Review(ctx, tx, kept.ID, true, "It was needed"); err != nil {
				return err
			}
			return h.s.PutHold(ctx, tx, held.ID, reason)
		})
		c.Advance(keep)
		if list := h.due(h.lead, safeguard.Emergencies); len(list) != 1 || list[0].ID != g.ID || list[0].Name != r.Code {
			t.Fatalf("%+v", list)
		}
		if got := h.dispose(h.lead, safeguard.Emergencies, kept.ID); got != "safeguard.not_due" {
			t.Errorf("a hold on the record keeps its reasons: %q", got)
		}
		if got := h.dispose(h.colleague, safeguard.Emergencies, g.ID); got != "safeguard.not_due" {
			t.Errorf("a worker: %q", got)
		}
		if got := h.dispose(h.lead, safeguard.Emergencies, g.ID); got != "" {
			t.Fatal(got)
		}
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Reviews(ctx, tx)
			if len(list) != 2 || list[0].Reason+list[0].Finding != "" || list[1].Reason == "" || !list[0].Justified {
				t.Errorf("%+v", list)
			}
			done, err2 := h.s.Disposals(ctx, tx)
			if len(done) != 1 || done[0].Subject != g.ID || done[0].Proof != "" || done[0].Days != h.clockOf(safeguard.Emergencies).Days {
				t.Errorf("%+v", done)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		if err := h.check(); err != nil {
			t.Error(err)
		}
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE glass SET reason = finding WHERE id = $1", kept.ID)
			if err == nil {
				_, err = tx.ExecContext(ctx, "UPDATE glass SET reason = (SELECT k.reason FROM glass k WHERE k.id = $1) WHERE id = $2", kept.ID, g.ID)
			}
			return err
		})
		if h.check() == nil {
			t.Error("a reason that is back is not found")
		}
	})
}

func TestTheClockOfRequests(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	r := h.enrol()
	guardian := h.guardian(r.ID)
	asked := h.ask(guardian, r.ID, child.Correction)
	open := h.ask(guardian, r.ID, child.Erasure)
	h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
		return h.children.Decide(ctx, tx, asked, access.Safeguarding, true, "It is corrected")
	})
	c.Advance(time.Duration(h.clockOf(safeguard.Requests).Days)*day + time.Hour)
	if list := h.due(h.lead, safeguard.Requests); len(list) != 1 || list[0].ID != asked || list[0].Name != r.Code || list[0].Organisation != centre {
		t.Fatalf("%+v", list)
	}
	if got := h.dispose(h.lead, safeguard.Requests, open); got != "safeguard.not_due" {
		t.Errorf("one that waits: %q", got)
	}
	if got := h.dispose(h.lead, safeguard.Requests, asked); got != "" {
		t.Fatal(got)
	}
	h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.children.Requests(ctx, tx, r.ID, access.Safeguarding)
		if len(list) != 2 || list[1].Words+list[1].Answer != "" || list[1].State != child.RequestAccepted || list[0].Words == "" {
			t.Errorf("%+v", list)
		}
		return err
	})
	if err := h.check(); err != nil {
		t.Error(err)
	}
}

// guardian links an account to the record's guardian.
func (h *house) guardian(record int64) (person int64) {
	h.t.Helper()
	h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
		person = tx.NewID()
		if _, err := tx.ExecContext(ctx, "INSERT INTO person (id, email, name, made_at) VALUES ($1, $2, '', $3)", person, clock.FormatID(person)+"@example.org", tx.NowMicros()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE child_guardian SET person_id = $1 WHERE record_id = $2", person, record)
		return err
	})
	return person
}

func (h *house) ask(guardian, record int64, kind child.RequestKind) (id int64) {
	h.t.Helper()
	h.must(guardian, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.children.Ask(ctx, tx, record, kind, "Words of a guardian")
		return err
	})
	return id
}

// TestAGuardianAsksForErasure: who asked is told, nothing else is left.
func TestAGuardianAsksForErasure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r := h.enrol()
		guardian := h.guardian(r.ID)
		id := h.ask(guardian, r.ID, child.Erasure)
		told := func(person int64) (list []safeguard.Erasure) {
			h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
				list, err = h.s.ErasedFor(ctx, tx)
				return err
			})
			return list
		}
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			if err := h.children.Decide(ctx, tx, id, access.Safeguarding, true, "We destroy it"); err != nil {
				return err
			}
			_, err := h.s.Erase(ctx, tx, r.ID)
			return err
		})
		h.proof(r.ID, "request")
		if list := told(guardian); len(list) != 1 || list[0].Code != r.Code || !list[0].Backups.After(list[0].At) {
			t.Errorf("%+v", list)
		}
		if len(told(h.worker)) != 0 || len(told(0)) != 0 {
			t.Error("somebody else is told")
		}
		if err := h.check(); err != nil {
			t.Error(err)
		}
	})
}

// keeper keeps one thing in memory. It implements safeguard.Keeper.
type keeper struct {
	due     []safeguard.Due
	destroy func(ctx context.Context, tx *db.Tx, id int64) (string, error)
}

func (k *keeper) Due(context.Context, *db.Tx, time.Time, int32) ([]safeguard.Due, error) {
	return k.due, nil
}

func (k *keeper) Destroy(ctx context.Context, tx *db.Tx, d safeguard.Due) (string, error) {
	return k.destroy(ctx, tx, d.ID)
}

func TestReportsTakeTwo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		var report int64
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			report = tx.NewID()
			return h.v.Make(ctx, tx, report)
		})
		k := &keeper{due: []safeguard.Due{{ID: report, Organisation: centre, Ended: c.Now().Add(-day)}}}
		k.destroy = func(ctx context.Context, tx *db.Tx, id int64) (string, error) {
			var done vault.Destroyed
			done, err := h.v.Destroy(ctx, tx, id)
			return done.Proof, err
		}
		h.s.Keep(safeguard.Reports, k)
		for i, x := range []struct {
			who  int64
			want string
		}{{h.lead, ""}, {h.lead, "safeguard.two_people_destroy"}, {h.second, ""}} {
			if got := h.dispose(x.who, safeguard.Reports, report); got != x.want {
				t.Errorf("step %d: %q, want %q", i, got, x.want)
			}
			if i == 0 {
				if list := h.due(h.second, safeguard.Reports); len(list) != 1 || list[0].AskedBy != h.lead {
					t.Errorf("%+v", list)
				}
			}
		}
		if err := h.check(); err != nil {
			t.Error(err)
		}
		for _, x := range []struct {
			who  int64
			want int
		}{{h.lead, 1}, {h.second, 1}, {h.far, 0}} {
			h.must(x.who, func(ctx context.Context, tx *db.Tx) error {
				list, err := h.s.Disposals(ctx, tx)
				if len(list) != x.want {
					t.Errorf("%+v", list)
				}
				return err
			})
		}
		h.must(h.lead, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE disposal SET asked_by = 0")
			return err
		})
		if h.check() == nil {
			t.Error("a report that one person destroyed is not found")
		}
	})
}

func TestClocksAreSet(t *testing.T) {
	t.Parallel()
	s := safeguard.New(nil, safeguard.Options{KeepDays: map[safeguard.Kind]int{safeguard.Reports: 10, safeguard.Checks: 0, safeguard.Trail: 0},
		Itself: []safeguard.Clock{{Kind: safeguard.Session, Days: 30}}})
	got := map[safeguard.Kind]int{}
	for _, c := range s.Clocks() {
		got[c.Kind] = c.Days
		if c.Itself != (c.Setting == "") {
			t.Errorf("%s: nobody could set it, or nobody confirms", c.Kind)
		}
	}
	if got[safeguard.Reports] != 10 || got[safeguard.Checks] != 2192 || got[safeguard.Session] != 30 || got[safeguard.Trail] != 0 {
		t.Errorf("%v", got)
	}
}
