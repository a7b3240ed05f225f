package giving

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving/internal/givingdb"
)

// InvoiceByNumber returns the invoice that an organisation has been recorded with under a number;
// false when there is none.
func InvoiceByNumber(ctx context.Context, r db.Queryer, organisation int64, number string) (Invoice, bool, error) {
	row, err := q.GetInvoiceByNumber(ctx, r, givingdb.GetInvoiceByNumberParams{OrganisationID: organisation, Number: number})
	if errors.Is(err, sql.ErrNoRows) {
		return Invoice{}, false, nil
	}
	return invoiceOf(row), err == nil, err
}

// UsedByCampaign returns how much of a pool has been promised or given to each campaign that it
// matches, in minor units, by campaign; at most maxRows of them.
func UsedByCampaign(ctx context.Context, r db.Queryer, pool int64) (map[int64]int64, error) {
	rows, err := q.PoolUses(ctx, r, givingdb.PoolUsesParams{PoolID: pool, Scope: scopeCampaign, Most: maxRows})
	if err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	for _, u := range rows {
		id, err := clock.ParseID(u.Key)
		if err != nil {
			return nil, err
		}
		out[id] = u.UsedMinor
	}
	return out, nil
}

// Given is what was given in money in a stretch of time.
type Given struct {
	Gifts   int64
	Minor   int64 // by givers, what was given back not deducted
	Matched int64
}

// GivenSince sums up the gifts of money that were made at since or later and have been received.
func GivenSince(ctx context.Context, r db.Queryer, since time.Time) (Given, error) {
	row, err := q.GivenSince(ctx, r, clock.IDAt(since)-1)
	return Given(row), err
}
