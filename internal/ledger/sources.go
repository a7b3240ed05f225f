package ledger

import (
	"context"
	"fmt"
	"math"

	"manyhands/internal/db"
)

// Source is a piece of an arrival: [Start, End) of Entry's quantity.
type Source struct {
	Entry      Posted
	Quantity   int64 // End - Start
	Start, End int64
}

// Sources says which arrivals an entry that left a traced account was made of, in the order of the
// line, at most limit pieces; with a limit high enough Σ Quantity is the entry's. It is empty where
// From is not traced. The one source of a return or a reversal is the entry that it gave back.
//
// Faults: NotFound "ledger.no_entry".
func Sources(ctx context.Context, q db.Queryer, entryID int64, limit int) ([]Source, error) {
	e, err := EntryByID(ctx, q, entryID)
	if err != nil {
		return nil, err
	}
	if given := max(e.Returns, e.Reverses); given != 0 {
		return takenFrom(ctx, q, e, given, limit)
	}
	var out []Source
	for pos := e.FromStart; pos >= 0 && pos < e.FromEnd && len(out) < limit; {
		more, next, err := pieces(ctx, q, e, pos, min(limit-len(out), MaxParts))
		if err != nil {
			return nil, err
		}
		out, pos = append(out, more...), next
	}
	return out, nil
}

// pieces returns what a use took of the arrivals that lie between [pos, e.FromEnd), at most limit.
func pieces(ctx context.Context, q db.Queryer, e Posted, pos int64, limit int) (out []Source, next int64, err error) {
	arrivals, err := entries(ctx, q, selectArrivals, e.From, pos, e.FromEnd, limit)
	if err != nil || len(arrivals) == 0 {
		return nil, e.FromEnd, err
	}
	next = arrivals[len(arrivals)-1].ToEnd()
	carves, err := carvesIn(ctx, q, e.From, arrivals[0].ToStart, next, math.MaxInt32)
	if err != nil {
		return nil, 0, err
	}
	for _, a := range arrivals {
		for len(carves) > 0 && carves[0].start < a.ToStart {
			carves = carves[1:]
		}
		end := min(a.ToEnd(), e.FromEnd)
		if len(carves) > 0 {
			end = min(end, carves[0].start)
		}
		if start := max(a.ToStart, e.FromStart); start < end {
			out = append(out, source(a, start, end))
		}
	}
	return out, next, nil
}

func source(arrival Posted, start, end int64) Source {
	return Source{Entry: arrival, Quantity: end - start, Start: start - arrival.ToStart, End: end - arrival.ToStart}
}

// takenFrom returns what a return or reversal took of the entry that it gave back.
func takenFrom(ctx context.Context, q db.Queryer, e Posted, given int64, limit int) ([]Source, error) {
	o, err := EntryByID(ctx, q, given)
	if err != nil {
		return nil, fmt.Errorf("ledger: what entry %d gave back: %w", e.ID, err)
	}
	if o.ToStart < 0 || limit < 1 {
		return nil, nil
	}
	carves, err := carvesIn(ctx, q, e.From, o.ToStart, o.ToEnd(), math.MaxInt32)
	if err != nil {
		return nil, err
	}
	for _, c := range carves {
		if c.entry == e.ID {
			return []Source{source(o, c.start, c.end)}, nil
		}
	}
	return nil, nil
}
