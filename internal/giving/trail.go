package giving

import (
	"cmp"
	"context"
	"slices"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/programme"
)

// Trail is what a gift became, read from the ledger: nothing in it is stored. Own + match of all
// lines, what waits and what was returned add up to the gift and its match, exactly.
type Trail struct {
	Gift      Gift
	Lines     []TrailLine // by time
	Waiting   int64       // minor units that wait for the next payout, match included
	Returned  int64       // minor units given back to the giver or to the pool
	Truncated bool        // there is more than one page can tell
}

// TrailLine is the part of a gift that went into one payout.
type TrailLine struct {
	Payout  Payout
	Invoice Invoice
	Payee   programme.Organisation
	Own     int64 // minor units of the gift itself
	Match   int64 // minor units of its match
	Shares  []OutcomeShare
}

// OutcomeShare is a gift's share of what a payout became: 14 of the 1,400 meals. The shares of all
// gifts add up to the outcome.
type OutcomeShare struct {
	Outcome Outcome
	Share   int64
}

// Spent is what of the gift and its match has been paid out.
func (t Trail) Spent() int64 {
	var n int64
	for _, l := range t.Lines {
		n += l.Own + l.Match
	}
	return n
}

// Follow returns what a received gift became. It costs a few index look-ups per payout that the gift
// took part in, however many gifts there are.
func Follow(ctx context.Context, r db.Queryer, g Gift) (Trail, error) {
	t := Trail{Gift: g}
	if g.State != Received || g.Campaign == 0 {
		return t, nil
	}
	lines := map[int64]*TrailLine{}
	if err := t.walk(ctx, r, g.ID, g.Amount.Minor, lines, false); err != nil {
		return t, err
	}
	if g.MatchPosted > 0 {
		if err := t.walk(ctx, r, g.Match, g.MatchPosted, lines, true); err != nil {
			return t, err
		}
	}
	for _, l := range lines {
		t.Lines = append(t.Lines, *l)
	}
	slices.SortFunc(t.Lines, func(a, b TrailLine) int {
		return cmp.Or(a.Payout.PaidAt.Compare(b.Payout.PaidAt), cmp.Compare(a.Payout.ID, b.Payout.ID))
	})
	return t, nil
}

func (t *Trail) walk(ctx context.Context, r db.Queryer, entry, quantity int64, lines map[int64]*TrailLine, match bool) error {
	trail, err := ledger.Follow(ctx, r, entry, 0, quantity)
	if err != nil {
		return err
	}
	t.Truncated = t.Truncated || trail.Truncated
	for _, w := range trail.Waiting {
		t.Waiting += w.Quantity
	}
	for _, b := range trail.Returned {
		t.Returned += b.Quantity
	}
	for _, leaf := range trail.Leaves {
		l, err := lineOf(ctx, r, leaf.Entry.Subject, lines)
		if err != nil {
			return err
		}
		if match {
			l.Match += leaf.Quantity
		} else {
			l.Own += leaf.Quantity
		}
		part := Part{Start: leaf.Start, End: leaf.End}
		for i, s := range l.Shares {
			l.Shares[i].Share += part.Of(s.Outcome.Quantity.Minor, l.Payout.Amount.Minor)
		}
	}
	return nil
}

// lineOf finds or starts the line of a payout.
func lineOf(ctx context.Context, r db.Queryer, payout int64, lines map[int64]*TrailLine) (*TrailLine, error) {
	if l := lines[payout]; l != nil {
		return l, nil
	}
	l := &TrailLine{}
	var err error
	if l.Payout, err = PayoutByID(ctx, r, payout); err != nil {
		return nil, err
	}
	if l.Invoice, err = InvoiceByID(ctx, r, l.Payout.Invoice); err != nil {
		return nil, err
	}
	if l.Payee, err = programme.OrganisationByID(ctx, r, l.Invoice.Organisation); err != nil {
		return nil, err
	}
	outcomes, err := OutcomesOf(ctx, r, payout)
	if err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		l.Shares = append(l.Shares, OutcomeShare{Outcome: o})
	}
	lines[payout] = l
	return l, nil
}
