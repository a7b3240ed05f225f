package demo

import (
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
)

type givingDayItem struct {
	name     tx
	sponsor  string
	rule     giving.Rule
	pool     int64 // yuan
	capGiver int64 // yuan
	startDay int   // days before today
	hours    int
	gifts    int
	to       []string // campaigns that its gifts go to
}

var givingDays = []givingDayItem{
	{tx{"2024 行善日", "Giving Day 2024"}, "chenguang", giving.FirstCome, 30_000, 300, 795, 24, 170, []string{"books24"}},
	{tx{"2025 行善日", "Giving Day 2025"}, "chenguang", giving.ProRata, 40_000, 500, 340, 24, 220, []string{"meals25", "chemo25"}},
	{tx{"行善日", "Giving Day"}, "chenguang", giving.FirstCome, 60_000, 200, 0, 14, 340, []string{"meals26", "chemo26", "van26", "line26", "coats26", "room26", "kits26"}},
}

// givingDay prepares a pool two days before and lets its gifts come. The last one is under way: it
// began five hours before the story arrives.
func (b *builder) givingDay(g givingDayItem) []moment {
	starts := b.now.Add(-time.Duration(g.startDay) * day)
	under := 24 * time.Hour
	if g.startDay == 0 {
		starts, under = b.now.Add(-5*time.Hour), 5*time.Hour-time.Minute
	}
	ends := starts.Add(time.Duration(g.hours) * time.Hour)
	out := []moment{{starts.Add(-time.Hour), func() error { return b.openPool(g, starts, ends) }}}
	for i := range g.gifts {
		at := starts.Add(time.Duration(float64(i) / float64(g.gifts) * float64(under)))
		out = append(out, moment{at, func() error { return b.matchedGift(g) }})
	}
	if ends.Before(b.now) {
		out = append(out, moment{ends.Add(time.Hour), func() error { return b.Giving.SettleDue(b.ctx) }})
	}
	return out
}

func (b *builder) openPool(g givingDayItem, starts, ends time.Time) error {
	return b.write(func(tx *db.Tx) error {
		p, err := b.Giving.CreatePool(b.ctx, tx, giving.PoolInput{Name: text(g.name), Sponsor: b.orgs[g.sponsor],
			Terms:    giving.Terms{Rule: g.rule, RatioPercent: 100, MinGiftMinor: 100, CapGiverMinor: g.capGiver * 100},
			StartsAt: starts, EndsAt: ends}, b.staff[string(access.Coordinator)])
		if err != nil {
			return err
		}
		if err := giving.FundPool(b.ctx, tx, p, money.Yuan(g.pool*100), tx.NewID(), b.staff[string(access.Treasurer)]); err != nil {
			return err
		}
		_, err = b.Giving.OpenPool(b.ctx, tx, p.ID, b.staff[string(access.Approver)])
		return err
	})
}

func (b *builder) matchedGift(g givingDayItem) error {
	r := b.campaigns[g.to[b.rand.IntN(len(g.to))]]
	if r.ID == 0 || !r.OpenAt(b.Clock.Now()) {
		return nil
	}
	b.serial++
	in := b.gift(r)
	in.Device = fmt.Sprintf("day-%d", b.serial)
	return b.give(in)
}

// today leaves the desk with work: an invoice that nobody has asked a payout for, a payout to approve, one
// to pay, one of which nobody has told the outcome; and a giver with gifts of their own.
func (b *builder) today() error {
	b.Clock.Set(clock.Time(b.now.Add(-50 * time.Minute).UnixMicro()))
	for _, key := range []string{"chemo26", "meals26"} {
		in := b.gift(b.campaigns[key])
		in.Amount, in.Email, in.Visibility, in.Name = money.Yuan(100_00), Giver, giving.Public, b.called(Giver)
		if err := b.give(in); err != nil {
			return err
		}
	}
	return b.write(func(tx *db.Tx) error {
		if _, err := b.invoice(tx, b.campaigns["coats26"], 89, 640_00); err != nil {
			return err
		}
		if _, err := b.request(tx, b.campaigns["line26"], 90, 1_250_00); err != nil {
			return err
		}
		if _, err := b.request(tx, b.campaigns["chemo26"], 91, 3_500_00); err != nil {
			return err
		}
		p, err := b.request(tx, b.campaigns["meals26"], 92, 800_00)
		if err != nil {
			return err
		}
		_, err = b.Giving.DecidePayout(b.ctx, tx, p.ID, true, "", b.staff[string(access.Approver)])
		return err
	})
}
