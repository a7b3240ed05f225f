package reach

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/reach/internal/reachdb"
)

// MostHours is how many lines of hours one person may have.
const MostHours = 60

// Hours are a stretch of time that somebody has: every week on a weekday, or on one day instead of
// what that weekday says.
type Hours struct {
	ID      int64
	Weekday int    // 1 Monday … 7 Sunday (ISO 8601); 0 for one day
	Day     string // "2026-12-03" when Weekday is 0
	From    int    // minutes after midnight
	Until   int    // after From; equal to From on one day: no time at all
}

// AddHours keeps a stretch of hours; who may, is as for Add. Faults: NotFound "people.unknown"; Fields naming "weekday", "day" or "until"; Conflict
// "people.hours_many".
func (k *Service) AddHours(ctx context.Context, tx *db.Tx, person int64, h Hours) error {
	if err := k.people.MayKeep(ctx, tx, person); err != nil {
		return err
	}
	if err := h.check(); err != nil {
		return err
	}
	have, err := hoursOf(ctx, tx, person, "")
	if err != nil {
		return err
	}
	if len(have) >= MostHours {
		return fault.New(fault.Conflict, "people.hours_many", "Max", MostHours)
	}
	if slices.ContainsFunc(have, func(x Hours) bool { x.ID = h.ID; return x == h }) {
		return nil // the same form twice
	}
	err = reachdb.New().InsertHours(ctx, tx, reachdb.InsertHoursParams{ID: tx.NewID(), PersonID: person, Weekday: int64(h.Weekday), Day: h.Day,
		FromMinute: int64(h.From), UntilMinute: int64(h.Until), MadeAt: clock.Micros(tx.Now())})
	if err != nil {
		return fmt.Errorf("reach: keep hours: %w", err)
	}
	return nil
}

func (h Hours) check() error {
	var bad fault.Fields
	switch {
	case h.Weekday < 0 || h.Weekday > 7 || h.Weekday > 0 && h.Day != "":
		bad.Add("weekday", "form.choice")
	case h.Weekday == 0:
		if _, err := time.Parse(time.DateOnly, h.Day); err != nil {
			bad.Add("day", "form.date")
		}
	}
	if h.From < 0 || h.Until > Day || h.Until < h.From || h.Until == h.From && h.Weekday > 0 {
		bad.Add("until", "people.hours_order")
	}
	return bad.Err()
}

// HoursOf returns a person's hours: those of the week, then single days from since on, "2026-12-03".
// Who may read them and the faults are as for Points.
func (k *Service) HoursOf(ctx context.Context, q db.Queryer, person int64, since string) ([]Hours, error) {
	if err := k.people.MaySee(ctx, q, person); err != nil {
		return nil, err
	}
	return hoursOf(ctx, q, person, since)
}

func hoursOf(ctx context.Context, q db.Queryer, person int64, since string) ([]Hours, error) {
	rows, err := reachdb.New().HoursOf(ctx, q, reachdb.HoursOfParams{PersonID: person, Since: since})
	if err != nil {
		return nil, fmt.Errorf("reach: hours: %w", err)
	}
	var week, days []Hours
	for _, r := range rows {
		h := Hours{ID: r.ID, Weekday: int(r.Weekday), Day: r.Day, From: int(r.FromMinute), Until: int(r.UntilMinute)}
		if h.Weekday > 0 {
			week = append(week, h)
		} else {
			days = append(days, h)
		}
	}
	return append(week, days...), nil
}

// RemoveHours forgets one stretch; who may, is as for Add. Faults: NotFound "people.unknown" and
// "people.hours_unknown".
func (k *Service) RemoveHours(ctx context.Context, tx *db.Tx, person, id int64) error {
	if err := k.people.MayKeep(ctx, tx, person); err != nil {
		return err
	}
	n, err := reachdb.New().DeleteHours(ctx, tx, reachdb.DeleteHoursParams{ID: id, PersonID: person})
	if err != nil {
		return fmt.Errorf("reach: forget hours: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "people.hours_unknown")
	}
	return nil
}

// On returns when somebody has time on a day, in order: the day's own lines where there are any, else
// those of its weekday. Stretches of no length are left out.
func On(all []Hours, day time.Time) []Hours {
	name, weekday := day.Format(time.DateOnly), (int(day.Weekday())+6)%7+1
	own := slices.ContainsFunc(all, func(h Hours) bool { return h.Day == name })
	var out []Hours
	for _, h := range all {
		if h.Until > h.From && (h.Day == name || !own && h.Weekday == weekday) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Hours) int { return a.From - b.From })
	return out
}
