package ledger

import (
	"context"

	"manyhands/internal/db"
)

// Part is a piece of an entry: its offsets [Start, End), counted from the entry's beginning.
type Part struct {
	Entry      Posted
	Start, End int64
	Quantity   int64   // End - Start
	Via        []int64 // entries passed on the way, between the one followed and this one
}

// Waiting is quantity that has arrived and not been used.
type Waiting struct {
	Account  int64
	Quantity int64
}

// Trail says what became of an entry, or of a part of it. Always:
// Σ Leaves + Σ Returned + Σ Waiting + Rest = the quantity asked for.
type Trail struct {
	Leaves    []Part // entries that it became, at accounts where tracing ends
	Returned  []Part // entries that gave it back
	Waiting   []Waiting
	Truncated bool  // there was more than MaxParts or deeper than MaxDepth
	Rest      int64 // what was left unfollowed for that reason
}

// The limits of a Trail.
const (
	MaxParts = 1000
	MaxDepth = 16
)

// Follow says what became of the piece [start, end) of an entry's quantity, first in, first out,
// through redirections from fund to fund and through reversals.
//
// Faults: NotFound "ledger.no_entry"; Invalid "ledger.range".
func Follow(ctx context.Context, q db.Queryer, entryID, start, end int64) (Trail, error) {
	e, err := EntryByID(ctx, q, entryID)
	if err != nil {
		return Trail{}, err
	}
	if start < 0 || start >= end || end > e.Quantity {
		return Trail{}, errRange
	}
	f := follower{q: q}
	err = f.follow(ctx, Part{Entry: e, Start: start, End: end, Quantity: end - start}, nil)
	return f.trail, err
}

type follower struct {
	q     db.Queryer
	trail Trail
	parts int
}

// follow takes p, reached through the entries in via, to what became of it.
func (f *follower) follow(ctx context.Context, p Part, via []int64) error {
	p.Via = via
	r, undone, err := reversal(ctx, f.q, p.Entry.ID)
	if err != nil {
		return err
	}
	if !undone && p.Entry.ToStart < 0 {
		f.add(&f.trail.Leaves, p)
		return nil
	}
	if len(via) >= MaxDepth {
		f.giveUp(p.Quantity)
		return nil
	}
	on := append(via[:len(via):len(via)], p.Entry.ID)
	if undone {
		p.Entry, p.Via = r, on
		return f.undone(ctx, p)
	}
	return f.along(ctx, p, on)
}

// undone goes on from a reversal: to where it arrived anew, if that account is traced.
func (f *follower) undone(ctx context.Context, p Part) error {
	if p.Entry.ToStart < 0 {
		f.add(&f.trail.Returned, p)
		return nil
	}
	return f.follow(ctx, p, p.Via)
}

// along walks p's piece of the line on which it arrived: first what was used of it, then what
// waits, and at its end what was given back.
func (f *follower) along(ctx context.Context, p Part, via []int64) error {
	account, err := AccountByID(ctx, f.q, p.Entry.To)
	if err != nil {
		return err
	}
	base := p.Entry.ToStart
	start, end := base+p.Start, base+p.End
	carves, err := carvesIn(ctx, f.q, account.ID, base, end, MaxParts)
	if err != nil {
		return err
	}
	kept := end
	if len(carves) > 0 {
		kept = carves[0].start
	}
	used := min(kept, max(start, account.SpentTo))
	if err := f.used(ctx, account, base, start, used, via); err != nil {
		return err
	}
	f.wait(account.ID, kept-max(start, used))
	return f.takenOut(ctx, carves, max(start, kept), end, via)
}

// used follows the piece [start, end) of an arrival that begins at base into the entries that used it.
func (f *follower) used(ctx context.Context, a Account, base, start, end int64, via []int64) error {
	if start >= end {
		return nil
	}
	uses, err := entries(ctx, f.q, selectUses, a.ID, start, end, MaxParts)
	if err != nil {
		return err
	}
	for _, u := range uses {
		s, e := max(start, u.FromStart), min(end, u.FromEnd)
		first, err := f.offset(ctx, u, base, s)
		if err != nil {
			return err
		}
		if err := f.follow(ctx, Part{Entry: u, Start: first, End: first + e - s, Quantity: e - s}, via); err != nil {
			return err
		}
		start = e
	}
	f.giveUp(end - start)
	return nil
}

// offset returns how much of the use u lies before pos, in an arrival that begins at base: there is
// no carve between the two.
func (f *follower) offset(ctx context.Context, u Posted, base, pos int64) (int64, error) {
	if u.FromStart >= base {
		return pos - u.FromStart, nil
	}
	carved, err := sum(ctx, f.q, sumCarves, u.From, u.FromStart, base)
	return pos - u.FromStart - carved, err
}

// takenOut follows what carves took of [start, end), which they cover.
func (f *follower) takenOut(ctx context.Context, carves []carve, start, end int64, via []int64) error {
	for _, c := range carves {
		s, e := max(start, c.start), min(end, c.end)
		if s >= e {
			continue
		}
		by, err := EntryByID(ctx, f.q, c.entry)
		if err != nil {
			return err
		}
		p := Part{Entry: by, Start: s - c.start, End: e - c.start, Quantity: e - s, Via: via}
		r, undone, err := reversal(ctx, f.q, by.ID)
		if err != nil {
			return err
		}
		if undone {
			p.Entry = r
			err = f.follow(ctx, p, append(via[:len(via):len(via)], by.ID))
		} else {
			f.add(&f.trail.Returned, p)
		}
		if err != nil {
			return err
		}
		start = e
	}
	f.giveUp(end - start)
	return nil
}

func (f *follower) wait(account, quantity int64) {
	if quantity <= 0 {
		return
	}
	for i := range f.trail.Waiting {
		if w := &f.trail.Waiting[i]; w.Account == account {
			w.Quantity += quantity
			return
		}
	}
	f.trail.Waiting = append(f.trail.Waiting, Waiting{Account: account, Quantity: quantity})
}

func (f *follower) add(to *[]Part, p Part) {
	if f.parts++; f.parts > MaxParts {
		f.giveUp(p.Quantity)
		return
	}
	p.Via = p.Via[min(1, len(p.Via)):] // not the one followed itself
	*to = append(*to, p)
}

// giveUp notes what lies beyond the limits.
func (f *follower) giveUp(quantity int64) {
	if quantity > 0 {
		f.trail.Truncated = true
		f.trail.Rest += quantity
	}
}
