package ledgersim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"manyhands/internal/db"
	"manyhands/internal/ledger"
)

// compare holds what is written against the model.
func (s *sim) compare(ctx context.Context, step int, thorough bool) error {
	return s.DB.Read(ctx, func(r *db.Reader) error {
		if err := s.compareAccounts(ctx, r); err != nil {
			return err
		}
		if err := s.compareHolds(ctx, r); err != nil || !thorough {
			return err
		}
		for _, look := range []func(context.Context, *db.Reader) error{s.compareLapsed, s.compareEntries, s.compareStatements} {
			if err := look(ctx, r); err != nil {
				return err
			}
		}
		if err := s.compareTraces(ctx, r, step); err != nil {
			return err
		}
		return ledger.Check(ctx, r, nil)
	})
}

func (s *sim) compareAccounts(ctx context.Context, r *db.Reader) error {
	var ids []int64
	for slot := range s.model.places.things {
		ids = append(ids, s.accounts[slot])
	}
	found, err := ledger.Accounts(ctx, r, ids)
	if err != nil {
		return err
	}
	for slot, p := range s.model.places.things {
		a := found[s.accounts[slot]]
		if a.Code != (&Open{Slot: slot}).code() || a.Unit != p.unit || a.Floored != p.floored || a.Traced != p.traced {
			return fmt.Errorf("slot %d is %+v", slot, a)
		}
		if a.InTotal != p.in || a.OutTotal != p.out || a.HeldOut != p.heldOut || a.HeldIn != p.heldIn || a.SpentTo != p.spentTo() {
			return fmt.Errorf("%s is %+v, the model has in %d out %d held out %d in %d spent to %d",
				a.Code, a, p.in, p.out, p.heldOut, p.heldIn, p.spentTo())
		}
	}
	return nil
}

func (s *sim) compareHolds(ctx context.Context, r *db.Reader) error {
	rows, err := r.QueryContext(ctx, "SELECT id, from_id, to_id, quantity, state, posted, entry_id, made_at, ended_at FROM hold")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	n := 0
	for rows.Next() {
		var h pledge
		var made, ended int64
		if err := rows.Scan(&h.ID, &h.From, &h.To, &h.Quantity, &h.state, &h.posted, &h.entry, &made, &ended); err != nil {
			return err
		}
		want := s.model.pledges.get(h.ID)
		if want == nil || h.state != want.state || h.posted != want.posted || h.entry != want.entry ||
			h.From != s.accounts[want.From] || h.To != s.accounts[want.To] || h.Quantity != want.Quantity ||
			made != micros(want.made) || ended != micros(want.ended) {
			return fmt.Errorf("hold %d is %+v made %d ended %d, the model has %+v", h.ID, h, made, ended, want)
		}
		n++
	}
	if n != len(s.model.pledges.things) {
		return fmt.Errorf("%d holds, the model has %d", n, len(s.model.pledges.things))
	}
	return rows.Err()
}

// compareLapsed asks which holds are to be expired now.
func (s *sim) compareLapsed(ctx context.Context, r *db.Reader) error {
	var due []*pledge
	for _, h := range s.model.pledges.things {
		if h.state == ledger.Live && !h.ExpiresAt.IsZero() && !h.ExpiresAt.After(s.Clock.Now()) {
			due = append(due, h)
		}
	}
	slices.SortFunc(due, func(a, b *pledge) int { return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt), cmp.Compare(a.ID, b.ID)) })
	var want []int64
	for _, h := range due[:min(len(due), 3)] {
		want = append(want, h.ID)
	}
	got, err := ledger.Lapsed(ctx, r, s.Clock.Now(), 3)
	if err == nil && !slices.Equal(got, want) {
		err = fmt.Errorf("lapsed are %v, the model has %v", got, want)
	}
	if len(want) > 0 {
		s.met.add("lapsed")
	}
	return err
}

// compareEntries reads every entry, and as much as was given back of it.
func (s *sim) compareEntries(ctx context.Context, r *db.Reader) error {
	moves := s.model.moves.things
	found, err := ledger.EntriesByIDs(ctx, r, slices.Collect(maps.Keys(moves)))
	if err != nil {
		return err
	}
	for id, e := range moves {
		want := e.Entry
		want.From, want.To = s.accounts[e.From], s.accounts[e.To]
		got := found[id]
		if got.Entry != want || got.SetID != e.set || got.Reverses != e.reverses || !got.At.Equal(e.at) {
			return fmt.Errorf("entry %d is %+v, the model has %+v", id, got, e)
		}
		if e.returned > 0 {
			if n, err := ledger.ReturnedOf(ctx, r, id); err != nil || n != e.returned {
				return errors.Join(err, fmt.Errorf("of entry %d %d was given back, the model has %d", id, n, e.returned))
			}
		}
	}
	var n int
	if err := r.QueryRowContext(ctx, "SELECT CAST(COUNT(*) AS BIGINT) FROM entry").Scan(&n); err != nil || n != len(moves) {
		return errors.Join(err, fmt.Errorf("%d entries, the model has %d", n, len(moves)))
	}
	return nil
}

// compareStatements walks both lines of every traced account, some entries at a time.
func (s *sim) compareStatements(ctx context.Context, r *db.Reader) error {
	for slot, p := range s.model.places.things {
		if !p.traced {
			continue
		}
		for _, in := range []bool{true, false} {
			got, err := s.statement(ctx, r, s.accounts[slot], in)
			if err != nil {
				return err
			}
			if want := p.statement(in); !slices.Equal(got, want) {
				return fmt.Errorf("the statement of slot %d (in: %v) is %v, the model has %v", slot, in, got, want)
			}
		}
	}
	return nil
}

func (s *sim) statement(ctx context.Context, r *db.Reader, id int64, in bool) (ids []int64, err error) {
	for after := int64(-1); ; {
		page, err := ledger.Statement(ctx, r, id, in, after, 7)
		if err != nil || len(page) == 0 {
			return ids, err
		}
		for _, e := range page {
			ids = append(ids, e.ID)
			after = e.FromStart
			if in {
				after = e.ToStart
			}
		}
	}
}

// statement lists what arrived on the line, or what used it, in order.
func (p *place) statement(in bool) (ids []int64) {
	for _, c := range p.line {
		id := c.taker
		if in {
			id = c.by
		} else if c.taker == 0 || c.carved {
			continue
		}
		if len(ids) == 0 || ids[len(ids)-1] != id {
			ids = append(ids, id)
		}
	}
	return ids
}
