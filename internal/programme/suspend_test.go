package programme_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/programme"
)

func TestSuspensionTakesTwoToEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		const one, other = 501, 502
		suspend := func(reason, note string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return programme.SuspendOrganisation(ctx, tx, o.ID, reason, note, one)
			}
		}
		uphold := func(by int64) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return programme.UpholdSuspension(ctx, tx, o.ID, by) }
		}
		lift := func(by int64) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				_, err := programme.LiftSuspension(ctx, tx, o.ID, by)
				return err
			}
		}
		w.refused("programme.not_suspended", lift(one))
		w.refused("form.choice", suspend("rumour", ""))
		w.refused("form.too_long", suspend("money", string(make([]rune, programme.MaxShort+1))))
		w.must(suspend("money", "对账不符"))
		w.must(suspend("law", "")) // the same form twice changes nothing
		w.refused("programme.lift_needs_two", func(ctx context.Context, tx *db.Tx) error {
			return programme.PublishOrganisation(ctx, tx, o.ID, other)
		})
		w.refused("programme.second_person", uphold(one))
		c.Advance(programme.ReviewWithin + time.Second)
		w.suspension(o.ID, func(s programme.Suspension) bool { return s.Overdue(c.Now()) && s.Reason == "money" })
		w.must(uphold(other))
		w.suspension(o.ID, func(s programme.Suspension) bool { return !s.Overdue(c.Now()) && s.ReviewedBy == other })
		w.must(lift(one))
		w.refused("programme.second_person", lift(one))
		w.acts(o.ID, "programme.organisation_suspended")
		w.must(lift(other))
		w.acts(o.ID, "")
		w.refused("programme.not_suspended", lift(other))
		w.must(suspend("children", ""))
		w.suspension(o.ID, func(s programme.Suspension) bool { return s.LiftFirstBy == 0 })
	})
}

func (w *world) suspension(organisation int64, holds func(programme.Suspension) bool) {
	w.Helper()
	w.read(func(ctx context.Context, r *db.Reader) error {
		s, err := programme.SuspensionOf(ctx, r, organisation)
		if err == nil && !holds(s) {
			w.Errorf("%+v", s)
		}
		return err
	})
}

// acts asks whether an organisation may be paid and wants the refusal by its key.
func (w *world) acts(organisation int64, want string) {
	w.Helper()
	ask := func(ctx context.Context, tx *db.Tx) error {
		return programme.MayAct(ctx, tx, organisation, tx.Now(), programme.ActPaid)
	}
	if want == "" {
		w.must(ask)
	} else {
		w.refused(want, ask)
	}
}

// An organisation whose registration runs out may do nothing from that midnight on, although nobody has
// looked; one whose papers were never asked for may go on.
func TestWhatRunsOutStopsTheOrganisation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		n := w.need(evenings(w.programme(o.ID, both("周三", "Wednesday"), true).ID, both("陪读", "Reading")), true)
		w.acts(o.ID, "")
		ends := c.Now().AddDate(0, 0, 30)
		accept := func(code string, e checklist.Evidence, by ...int64) {
			t.Helper()
			w.must(func(ctx context.Context, tx *db.Tx) error {
				id, err := checklist.HandIn(ctx, tx, programme.Papers(o), code, e, 500)
				for _, by := range by {
					if err == nil {
						_, err = checklist.Decide(ctx, tx, id, checklist.Decision{Verdict: checklist.Accept}, by)
					}
				}
				return err
			})
		}
		accept("registration", checklist.Evidence{Blob: 1, Reference: "1", Until: ends}, 501)
		accept("bank_account", checklist.Evidence{Blob: 2}, 501, 502)
		c.Set(ends.Add(-time.Microsecond))
		w.acts(o.ID, "")
		w.asks(n.ID, true)
		c.Set(ends)
		w.acts(o.ID, "programme.lapsed")
		w.asks(n.ID, false)
		accept("registration", checklist.Evidence{Blob: 1, Reference: "1", Until: ends.AddDate(1, 0, 0)}, 501)
		w.acts(o.ID, "")
		w.asks(n.ID, true)
		withdraw := func(code string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return checklist.Withdraw(ctx, tx, programme.Papers(o), code, checklist.Decision{Reason: "does_not_match"}, 501)
			}
		}
		w.must(withdraw("bank_account"))
		w.acts(o.ID, "programme.lapsed")
		w.asks(n.ID, true) // it may go on being given to; nothing is paid out
		accept("bank_account", checklist.Evidence{Blob: 3}, 501)
		w.acts(o.ID, "programme.lapsed") // something else was handed in, and one of two has looked
	})
}

func (w *world) asks(need int64, want bool) {
	w.Helper()
	w.read(func(ctx context.Context, r *db.Reader) error {
		s, err := programme.Standings(ctx, r, []int64{need}, w.clock.Now())
		if s[need].Asks != want || s[need].Rests == want {
			w.Errorf("%+v, want asks %v", s[need], want)
		}
		return err
	})
}

// Each paper switches off what it stands for and no more.
func TestAPaperSwitchesOffWhatItStandsFor(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
	p := w.programme(o.ID, both("周三", "Wednesday"), true)
	money, time := evenings(p.ID, both("善款", "Money")), evenings(p.ID, both("陪读", "Reading"))
	money.Kind, money.Unit, money.Account = programme.KindMoney, "CNY", 1
	asks := map[string]int64{"money": w.need(money, false).ID, "time": w.need(time, false).ID}
	publish := func(what, want string) {
		t.Helper()
		body := func(ctx context.Context, tx *db.Tx) error { return programme.PublishNeed(ctx, tx, asks[what], 0) }
		if want == "" {
			w.must(body)
		} else {
			w.refused(want, body)
		}
	}
	lose := func(code string, e checklist.Evidence) {
		t.Helper()
		w.must(func(ctx context.Context, tx *db.Tx) error {
			id, err := checklist.HandIn(ctx, tx, programme.Papers(o), code, e, 500)
			if err == nil {
				_, err = checklist.Decide(ctx, tx, id, checklist.Decision{Verdict: checklist.Accept}, 501)
			}
			if err != nil {
				return err
			}
			return checklist.Withdraw(ctx, tx, programme.Papers(o), code, checklist.Decision{Reason: "not_genuine"}, 501)
		})
	}
	lose("fundraising", checklist.Evidence{Blob: 1, Reference: "1", Until: c.Now().AddDate(1, 0, 0)})
	publish("money", "programme.lapsed")
	publish("time", "")
	lose("child_protection", checklist.Evidence{Blob: 1})
	hidden := w.programme(o.ID, both("周四", "Thursday"), false)
	w.refused("programme.lapsed", func(ctx context.Context, tx *db.Tx) error {
		return programme.PublishProgramme(ctx, tx, hidden.ID, 0)
	})
	w.acts(o.ID, "") // it may still be paid
}
