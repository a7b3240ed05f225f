package ledger

import (
	"cmp"
	"context"
	"slices"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/money"
)

// maxTotal bounds every running total, far from overflow.
const maxTotal = 1 << 61

// batch works out one call in memory: it reads accounts and holds once, applies set after set, and
// writes everything at the end. Until then nothing has changed, so a call that is refused leaves no
// trace.
type batch struct {
	tx       *db.Tx
	accounts map[int64]*line
	known    map[int64]*Posted // entries that exist, or will
	holds    map[int64]*Held
	returned map[int64]int64 // given back so far, by entry

	entries []*Posted // to be written, as are the next three
	carves  []carve
	made    []*Held
	ended   []*Held
}

func newBatch(tx *db.Tx) *batch {
	return &batch{tx: tx, accounts: map[int64]*line{}, known: map[int64]*Posted{}, holds: map[int64]*Held{},
		returned: map[int64]int64{}}
}

func newPostBatch(ctx context.Context, tx *db.Tx, sets []Set) (*batch, error) {
	var ids, accounts, holds []int64
	for _, s := range sets {
		for _, e := range s.Entries {
			if err := valid(e.ID, e.From, e.To, e.Quantity); err != nil {
				return nil, &SetError{Set: s.ID, Err: err}
			}
			ids = append(ids, e.ID)
			accounts = append(accounts, e.From, e.To)
			if e.Returns != 0 {
				ids = append(ids, e.Returns)
			}
			if e.Hold != 0 {
				holds = append(holds, e.Hold)
			}
		}
	}
	b := newBatch(tx)
	b.entries = make([]*Posted, 0, len(ids))
	if err := b.loadEntries(ctx, ids); err != nil {
		return nil, err
	}
	if err := b.loadHolds(ctx, holds); err != nil {
		return nil, err
	}
	return b, b.loadAccounts(ctx, accounts)
}

func newHoldBatch(ctx context.Context, tx *db.Tx, holds []Hold) (*batch, error) {
	var ids, accounts []int64
	for _, h := range holds {
		if err := valid(h.ID, h.From, h.To, h.Quantity); err != nil {
			return nil, err
		}
		ids = append(ids, h.ID)
		accounts = append(accounts, h.From, h.To)
	}
	b := newBatch(tx)
	if err := b.loadHolds(ctx, ids); err != nil {
		return nil, err
	}
	return b, b.loadAccounts(ctx, accounts)
}

func valid(id, from, to, quantity int64) error {
	switch {
	case id <= 0:
		return errID
	case from == to:
		return errSameAccount
	case quantity <= 0 || quantity > money.MaxMinor:
		return errQuantity
	}
	return nil
}

func (b *batch) loadEntries(ctx context.Context, ids []int64) error {
	known, err := EntriesByIDs(ctx, b.tx, ids)
	if err != nil {
		return err
	}
	for id, p := range known {
		b.known[id] = &p
	}
	return nil
}

func (b *batch) loadHolds(ctx context.Context, ids []int64) (err error) {
	b.holds, err = holdsByIDs(ctx, b.tx, ids)
	return err
}

func (b *batch) loadAccounts(ctx context.Context, ids []int64) error {
	slices.Sort(ids)
	accounts, err := Accounts(ctx, b.tx, slices.Compact(ids))
	if err != nil {
		return err
	}
	for id, a := range accounts {
		b.accounts[id] = &line{Account: a, before: a, seen: a.SpentTo}
	}
	return nil
}

// pair returns both ends of a movement.
func (b *batch) pair(fromID, toID int64) (from, to *line, err error) {
	from, to = b.accounts[fromID], b.accounts[toID]
	if from == nil || to == nil {
		return nil, nil, errNoAccount
	}
	if from.Unit != to.Unit {
		return nil, nil, errUnits
	}
	return from, to, nil
}

func (b *batch) postSet(ctx context.Context, s Set) error {
	fresh, err := b.fresh(s)
	if err != nil || !fresh {
		return err
	}
	for _, e := range s.Entries {
		if p := b.known[e.ID]; p != nil { // twice in this very set
			if !p.same(e, 0) {
				return ErrIDTaken
			}
			continue
		}
		if err := b.enter(ctx, Posted{Entry: e, SetID: s.ID}); err != nil {
			return err
		}
	}
	for _, e := range s.Entries {
		if b.accounts[e.From].low() {
			return ErrFloor
		}
	}
	return nil
}

// fresh reports whether the set is new as a whole. It must not be new in part.
func (b *batch) fresh(s Set) (bool, error) {
	exist := 0
	for _, e := range s.Entries {
		p := b.known[e.ID]
		if p == nil {
			continue
		}
		if !p.same(e, 0) {
			return false, ErrIDTaken
		}
		exist++
	}
	if exist > 0 && exist < len(s.Entries) {
		return false, ErrIDTaken
	}
	return exist == 0, nil
}

// enter applies one new entry to its accounts. The floor is the caller's to look at.
func (b *batch) enter(ctx context.Context, p Posted) error {
	from, to, err := b.pair(p.From, p.To)
	if err != nil {
		return err
	}
	p.At, p.FromStart, p.FromEnd, p.ToStart = b.tx.Now(), -1, -1, -1
	if p.Hold != 0 {
		if err := b.useHold(p.Entry, from.Unit); err != nil {
			return err
		}
	}
	switch {
	case p.Reverses != 0:
		err = b.undo(from, &p)
	case p.Returns != 0:
		err = b.giveBack(ctx, from, &p)
	case from.Traced:
		p.FromStart, p.FromEnd, err = b.use(ctx, from, p.Quantity)
	}
	if err != nil {
		return err
	}
	if to.Traced {
		p.ToStart = to.InTotal
	}
	from.OutTotal += p.Quantity
	to.InTotal += p.Quantity
	if max(from.OutTotal, to.InTotal) > maxTotal {
		return errTotal
	}
	b.known[p.ID] = &p
	b.entries = append(b.entries, &p)
	return nil
}

// useHold ends the hold that an entry posts; what the entry leaves of it is free again.
func (b *batch) useHold(e Entry, u money.Unit) error {
	h := b.holds[e.Hold]
	switch {
	case h == nil:
		return errNoHold
	case h.From != e.From || h.To != e.To:
		return errHoldOther
	case h.State == Used:
		return ErrHoldPosted
	case h.State != Live:
		return ErrHoldEnded
	case e.Quantity > h.Quantity && !mayExceed(u):
		return errHoldExceeded
	}
	b.endHold(h, Used, e.Quantity, e.ID)
	return nil
}

func (b *batch) endHold(h *Held, as State, posted, entry int64) {
	h.State, h.Posted, h.Entry, h.EndedAt = as, posted, entry, b.tx.Now()
	b.accounts[h.From].HeldOut -= h.Quantity
	b.accounts[h.To].HeldIn -= h.Quantity
	b.ended = append(b.ended, h)
}

func (b *batch) reserve(h Hold) error {
	if known := b.holds[h.ID]; known != nil {
		if !known.same(h) {
			return ErrIDTaken
		}
		return nil
	}
	from, to, err := b.pair(h.From, h.To)
	if err != nil {
		return err
	}
	from.HeldOut += h.Quantity
	to.HeldIn += h.Quantity
	if max(from.HeldOut, to.HeldIn) > maxTotal {
		return errTotal
	}
	if from.low() {
		return ErrFloor
	}
	n := &Held{Hold: h, State: Live, MadeAt: b.tx.Now()}
	b.holds[h.ID] = n
	b.made = append(b.made, n)
	return nil
}

// write puts everything down.
func (b *batch) write(ctx context.Context) error {
	return change(ctx, b.tx,
		rows(insertHolds, b.made, func(h *Held, args []any) []any {
			return append(args, h.ID, h.Kind, h.From, h.To, h.Quantity, h.Subject, micros(h.ExpiresAt), micros(h.MadeAt))
		}),
		rows(endHolds, b.ended, func(h *Held, args []any) []any {
			return append(args, h.ID, string(h.State), h.Posted, h.Entry, micros(h.EndedAt))
		}),
		rows(insertCarves, b.carves, func(c carve, args []any) []any {
			return append(args, c.account, c.start, c.end, c.entry)
		}),
		rows(insertEntries, b.entries, func(p *Posted, args []any) []any {
			return append(args, p.ID, p.SetID, p.Kind, p.From, p.To, p.Quantity, p.Subject, p.Hold,
				p.Returns, p.Reverses, p.FromStart, p.FromEnd, p.ToStart, clock.Micros(p.At))
		}),
		rows(updateAccounts, b.changed(), func(a *line, args []any) []any {
			return append(args, a.ID, a.InTotal, a.OutTotal, a.HeldOut, a.HeldIn, a.SpentTo)
		}))
}

// changed returns the accounts that are not as they were, in the order of their ids.
func (b *batch) changed() []*line {
	var out []*line
	for _, a := range b.accounts {
		if a.Account != a.before {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(x, y *line) int { return cmp.Compare(x.ID, y.ID) })
	return out
}
