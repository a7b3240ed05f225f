package giving

import (
	"context"
	"database/sql"
	"errors"

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
