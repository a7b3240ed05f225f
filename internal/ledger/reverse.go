package ledger

import (
	"context"
	"fmt"

	"manyhands/internal/db"
)

// Reverse undoes a whole entry that was a mistake: a new entry with the id reversalID moves its
// quantity back from To to From. Where To is traced it is carved out of the entry's own arrival,
// which must be wholly unused; where From is traced it arrives anew at the end of the line. A
// repeat under the same id changes nothing. An error means that nothing was written.
//
// Faults (Conflict): ErrSpent, ErrFloor, ErrIDTaken, ErrReversed (it was reversed under another id),
// ErrReturned (part of it was given back), "ledger.reversal_final" (it is itself a reversal: post
// anew instead); NotFound "ledger.no_entry"; Invalid "ledger.id".
func Reverse(ctx context.Context, tx *db.Tx, entryID, reversalID, subject int64, kind string) error {
	if reversalID <= 0 {
		return errID
	}
	b := newBatch(tx)
	if err := b.loadEntries(ctx, []int64{entryID, reversalID}); err != nil {
		return err
	}
	o, ok := b.known[entryID]
	if !ok {
		return errNoEntry
	}
	e := Entry{ID: reversalID, Kind: kind, From: o.To, To: o.From, Quantity: o.Quantity, Subject: subject}
	if p, ok := b.known[reversalID]; ok {
		if !p.same(e, o.ID) {
			return ErrIDTaken
		}
		return nil
	}
	if err := b.reversible(ctx, o); err != nil {
		return err
	}
	if err := b.loadAccounts(ctx, []int64{o.To, o.From}); err != nil {
		return err
	}
	if err := b.enter(ctx, Posted{Entry: e, SetID: reversalID, Reverses: o.ID}); err != nil {
		return err
	}
	if b.accounts[e.From].low() {
		return ErrFloor
	}
	return b.write(ctx)
}

func (b *batch) reversible(ctx context.Context, o *Posted) error {
	if o.Reverses != 0 {
		return errFinal
	}
	if _, ok, err := reversal(ctx, b.tx, o.ID); err != nil || ok {
		if ok {
			return ErrReversed
		}
		return err
	}
	returned, err := ReturnedOf(ctx, b.tx, o.ID)
	if err == nil && returned > 0 {
		err = ErrReturned
	}
	return err
}

// reversal returns the entry that undid entry id, if one did.
func reversal(ctx context.Context, q db.Queryer, id int64) (Posted, bool, error) {
	found, err := entries(ctx, q, reversalOf, id)
	if err != nil {
		return Posted{}, false, fmt.Errorf("ledger: reversal: %w", err)
	}
	if len(found) == 0 {
		return Posted{}, false, nil
	}
	return found[0], true, nil
}
