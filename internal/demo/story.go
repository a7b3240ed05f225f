package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// moment is something that happens at a time.
type moment struct {
	at  time.Time
	run func() error
}

// story plays three years of campaigns, giving days, payouts and outcomes in the order of time.
func (b *builder) story() error {
	var all []moment
	for _, c := range campaigns {
		all = append(all, b.campaign(c)...)
	}
	for _, g := range givingDays {
		all = append(all, b.givingDay(g)...)
	}
	all = append(all, b.pastGifts()...)
	for _, ago := range []time.Duration{500 * day, 100 * day} {
		all = append(all, moment{b.now.Add(-ago), b.renew})
	}
	slices.SortStableFunc(all, func(x, y moment) int { return cmp.Compare(x.at.UnixNano(), y.at.UnixNano()) })
	for _, m := range all {
		if m.at.After(b.now) {
			break
		}
		if m.at.After(b.Clock.Now()) {
			b.Clock.Set(m.at)
		}
		if err := m.run(); err != nil {
			return fmt.Errorf("%s: %w", m.at.Format(time.DateOnly), err)
		}
	}
	return nil
}

func (b *builder) campaign(c campaignItem) []moment {
	r := &running{campaignItem: c, starts: b.now.Add(-time.Duration(c.startDay) * day)}
	b.campaigns[c.key] = r
	ends := r.starts.Add(time.Duration(c.days) * day)
	out := []moment{{r.starts.Add(-2 * day), func() error { return b.prepare(r, ends) }}, {ends, func() error { return b.Giving.SettleDue(b.ctx) }},
		{ends.Add(100 * day), func() error { return b.redirect(r) }}}
	until := ends
	if until.After(b.now) {
		until = b.now
	}
	for i := range c.gifts {
		// more at the beginning than later, and more in the evening
		share := float64(i) / float64(c.gifts)
		at := r.starts.Add(time.Duration(share * share * float64(until.Sub(r.starts)-time.Hour)))
		at = at.Add(time.Duration(b.rand.IntN(3600)) * time.Second)
		out = append(out, moment{at, func() error { return b.campaignGift(r) }})
	}
	for n := 1; ; n++ {
		at := r.starts.Add(time.Duration(18*n) * day)
		if at.After(b.now) || at.After(ends.Add(90*day)) {
			return out
		}
		out = append(out, moment{at, func() error { return b.payOut(r, n) }})
	}
}

func (b *builder) prepare(r *running, ends time.Time) error {
	return b.write(func(tx *db.Tx) error {
		in := giving.CampaignInput{Programme: b.programmes[r.programme], Title: text(r.title), Body: text(r.body), Goal: money.Yuan(r.goal * 100),
			StartsAt: r.starts, EndsAt: ends, FallbackFund: b.fallback, FilingNumber: fmt.Sprintf("5131%012d", 26_0000+r.startDay), FiledAt: b.Clock.Now().Add(-30 * day).Truncate(day)}
		for _, i := range r.impacts {
			in.ImpactUnits = append(in.ImpactUnits, giving.ImpactUnit{Price: money.Yuan(i.yuan * 100), Label: text(i.what)})
		}
		c, err := b.Giving.CreateCampaign(b.ctx, tx, in, b.staff[string(access.Coordinator)])
		if err != nil {
			return err
		}
		r.Campaign, err = b.Giving.OpenCampaign(b.ctx, tx, c.ID, b.staff[string(access.Coordinator)])
		return err
	})
}

func (b *builder) campaignGift(r *running) error {
	if !b.Clock.Now().Before(r.EndsAt) {
		return nil
	}
	return b.give(b.gift(r))
}

// redirect moves what a closed campaign did not need to the common fund, as its givers were told.
func (b *builder) redirect(r *running) error {
	return b.write(func(tx *db.Tx) error {
		_, err := b.Giving.Redirect(b.ctx, tx, r.ID, tx.NewID(), b.staff[string(access.Treasurer)])
		return err
	})
}

// payOut pays most of what is free against an invoice, and tells what came of it a week later.
func (b *builder) payOut(r *running, n int) error {
	var p giving.Payout
	err := b.write(func(tx *db.Tx) error {
		f, err := giving.FundByID(b.ctx, tx, r.Fund)
		if err != nil {
			return err
		}
		book, err := giving.Book(b.ctx, tx, f)
		if err != nil {
			return err
		}
		whole := book.Free * 85 / 100 / (r.perYuan * 100)
		if whole < 5 {
			return nil
		}
		p, err = b.request(tx, r, n, whole*r.perYuan*100)
		if err != nil {
			return err
		}
		if _, err := b.Giving.DecidePayout(b.ctx, tx, p.ID, true, "", b.staff[string(access.Approver)]); err != nil {
			return err
		}
		p, err = b.Giving.PayPayout(b.ctx, tx, p.ID, fmt.Sprintf("BANK%s%02d", r.key, n), tx.Now(), b.staff[string(access.Treasurer)])
		return err
	})
	if err != nil || p.ID == 0 {
		return err
	}
	if b.now.Sub(b.Clock.Now()) < 10*day {
		return nil // what came of it is not known yet
	}
	return b.write(func(tx *db.Tx) error { return b.outcome(tx, r, p) })
}

func (b *builder) request(tx *db.Tx, r *running, n int, minor int64) (giving.Payout, error) {
	inv, err := b.invoice(tx, r, n, minor)
	if err != nil {
		return giving.Payout{}, err
	}
	return b.Giving.RequestPayout(b.ctx, tx, r.Fund, inv.ID, money.Yuan(minor), b.staff[string(access.Treasurer)])
}

func (b *builder) invoice(tx *db.Tx, r *running, n int, minor int64) (giving.Invoice, error) {
	return b.Giving.RecordInvoice(b.ctx, tx, giving.InvoiceInput{Organisation: b.orgs[r.payee], Number: fmt.Sprintf("%s-%02d", r.key, n),
		IssuedAt: tx.Now(), Amount: money.Yuan(minor), About: text(r.title)}, b.staff[string(access.Treasurer)])
}

func (b *builder) outcome(tx *db.Tx, r *running, p giving.Payout) error {
	in := giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: p.Amount.Minor / 100 / r.perYuan, Unit: r.unit}, Label: text(r.outcome), HappenedAt: tx.Now()}
	by := b.staff[string(access.Coordinator)]
	if err := b.Giving.RecordOutcome(b.ctx, tx, tx.NewID(), in, by); err != nil {
		return err
	}
	in.Quantity = money.Amount{Minor: max(3, in.Quantity.Minor/12), Unit: money.Child}
	in.Label = text(childrenLabel)
	return b.Giving.RecordOutcome(b.ctx, tx, tx.NewID(), in, by)
}

var childrenLabel = tx{"受益人", "people reached"}

// readWords has the coordinator read what givers wrote, as someone must before it is shown.
func (b *builder) readWords() error {
	for {
		n := 0
		err := b.write(func(tx *db.Tx) error {
			waiting, err := giving.WaitingWords(b.ctx, tx, 0, 500)
			n = len(waiting)
			for _, g := range waiting {
				if err := b.Giving.JudgeWords(b.ctx, tx, g.ID, true, b.staff[string(access.Coordinator)]); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// needs publishes what is asked for beside money, with promises and arrivals.
func (b *builder) needs() error {
	b.Clock.Set(b.now.Add(-6 * day))
	by := b.staff[string(access.Coordinator)]
	for i, x := range needs {
		b.Clock.Advance(time.Duration(40+b.rand.IntN(120)) * time.Minute)
		var n programme.Need
		err := b.write(func(tx *db.Tx) (err error) {
			n, err = programme.CreateNeed(b.ctx, tx, programme.NeedInput{Programme: b.programmes[x.programme], Kind: x.kind, Unit: x.unit, Wanted: x.wanted,
				Title: text(x.title), Body: text(x.body), UntilAt: b.now.Add(time.Duration(x.days)*day - 4*time.Hour)}, by)
			if err != nil {
				return err
			}
			return programme.PublishNeed(b.ctx, tx, n.ID, by)
		})
		if err != nil {
			return fmt.Errorf("need %d: %w", i, err)
		}
		if err := b.promises(n, x); err != nil {
			return fmt.Errorf("need %d: %w", i, err)
		}
	}
	return nil
}

// promises splits what is promised and what came into promises of a few each.
func (b *builder) promises(n programme.Need, x needItem) error {
	for left, arrived := x.promised+x.came, x.came; left > 0; {
		size := min(left, 1+b.rand.Int64N(max(2, (x.promised+x.came)/4)))
		if arrived > 0 {
			size = min(size, arrived)
		}
		b.Clock.Advance(time.Duration(5+b.rand.IntN(25)) * time.Minute)
		b.serial++
		g, err := b.Giving.Promise(b.ctx, giving.PromiseInput{Need: n.ID, Quantity: size, Visibility: giving.Organisation, Name: nicknames[b.rand.IntN(len(nicknames))],
			Email: fmt.Sprintf("hand%d@example.org", b.serial), Lang: "zh"})
		if err != nil {
			return err
		}
		left -= size
		if arrived == 0 {
			continue
		}
		arrived -= size
		if err := b.write(func(tx *db.Tx) error {
			return b.Giving.Arrived(b.ctx, tx, g.ID, size, b.staff[string(access.Coordinator)])
		}); err != nil {
			return err
		}
	}
	return nil
}
