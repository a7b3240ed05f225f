package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/db"
	"manyhands/internal/web"
)

// Who asks for a record in vain stands in its trail, once a day however often they ask, and is not shown to
// guardians or to those who work with it; what is no record has no trail.
func TestRefusedReadsAreInTheTrailOnceADay(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		r := newRefusals(f.d, slog.New(slog.DiscardHandler), []byte("a secret"), f.s.Children)
		over, end := context.WithCancel(t.Context())
		end()
		ask := func(person, record int64, rule string) {
			for range 50 {
				r.told(web.Refusal{Event: web.NotAllowed, Person: person, Subject: record, Rule: rule})
			}
			r.work(over) // writes what waits and ends
		}
		rows := func() (out []audit.Row) {
			f.as(0, func(ctx context.Context, tx *db.Tx) (err error) {
				out, err = audit.Search(ctx, tx, audit.Filter{Kind: "record.refused"})
				return err
			})
			return out
		}
		want := func(what string, n int) {
			t.Helper()
			if got := rows(); len(got) != n {
				f.t.Errorf("%s: %d rows, want %d", what, len(got), n)
			}
		}
		ask(f.boss, f.record, "no_permit")
		want("fifty times the same", 1)
		if x := rows()[0]; x.Subject != f.record || x.Person != f.boss || x.Organisation != f.centre || string(x.Data) != `{"rule":"no_permit"}` {
			f.t.Errorf("%+v", x)
		}
		ask(f.boss, f.record, "purpose_needs")
		want("by another rule", 2)
		ask(f.boss, f.record+1, "no_permit")
		want("of nothing", 2)
		ask(0, f.record, "no_permit")
		want("by a guest", 2)
		f.c.Advance(24 * time.Hour)
		ask(f.boss, f.record, "no_permit")
		want("a day later", 3)
		for rule := range mostNotedOf + 50 {
			r.told(web.Refusal{Event: web.NotAllowed, Person: f.worker, Subject: f.record, Rule: string(rune('a' + rule))})
			if rule%refusalQueue == refusalQueue-1 {
				r.work(over)
			}
		}
		r.work(over)
		want("of one person in a day", 3+mostNotedOf)
		f.as(f.boss, func(ctx context.Context, tx *db.Tx) error {
			list, err := f.s.Children.Looked(ctx, tx, f.record, "casework", 0, 200)
			for _, x := range list {
				if x.Kind == "record.refused" {
					f.t.Error("a supervisor is shown who was refused")
				}
			}
			return err
		})
		f.as(f.gran, func(ctx context.Context, tx *db.Tx) error {
			list, _, err := f.s.Children.WhoLooked(ctx, tx, f.record, 0, 200)
			for _, x := range list {
				if x.Kind == "record.refused" {
					f.t.Error("a guardian is shown who was refused")
				}
			}
			return err
		})
	})
}

func TestRefusalsOfOnePersonAreCountedForTenMinutes(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	r := newRefusals(o.s.DB, slog.New(slog.DiscardHandler), []byte("a secret"), o.s.Children)
	told := func(person int64, times int) {
		for range times {
			r.told(web.Refusal{Event: web.NotAllowed, Person: person, Rule: "no_permit"})
		}
	}
	want := func(n int) {
		t.Helper()
		if got := r.most(); got != n {
			t.Errorf("most %d, want %d", got, n)
		}
	}
	want(0)
	told(1, 3)
	told(2, 5)
	told(0, 9)
	want(5)
	o.c.Advance(6 * time.Minute)
	told(1, 4)
	want(7)
	o.c.Advance(4 * time.Minute)
	want(4)
	o.c.Advance(6 * time.Minute)
	want(0)
	o.c.Advance(1000 * time.Hour)
	told(1, 2)
	want(2)
	for person := range int64(mostRefused + 10) {
		told(person+10, 1)
	}
	if len(r.of) > mostRefused {
		t.Errorf("%d persons are kept", len(r.of))
	}
	r.told(web.Refusal{Event: web.NotProven, Way: "password"})
	if r.failed["password"] != 1 {
		t.Errorf("%v", r.failed)
	}
	a := r.series("192.0.2.1")
	if a != r.series("192.0.2.1") || a == r.series("192.0.2.2") || len(a) != 8 {
		t.Errorf("series %q", a)
	}
	o.c.Advance(24 * time.Hour)
	if a == r.series("192.0.2.1") {
		t.Error("a series goes on over days")
	}
}
