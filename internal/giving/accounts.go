package giving

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

// Kinds of ledger entries and holds that giving makes.
const (
	KindGift        = "gift"
	KindMatch       = "match"
	KindGiftReturn  = "gift.return"
	KindMatchReturn = "match.return"
	KindPoolFunded  = "pool.funded"
	KindPoolRest    = "pool.rest"
	KindPayout      = "payout"
	KindRedirect    = "redirect"
	KindOutcome     = "outcome"
	KindArrival     = "arrival"
)

// Where quantities come from and go to outside the network. These accounts have no floor: they only
// count.

func gatewayAccount(ctx context.Context, tx *db.Tx, method string, unit money.Unit) (int64, error) {
	return ledger.Open(ctx, tx, "arrivals:"+method+":"+string(unit), unit, false, false)
}

func sponsorAccount(ctx context.Context, tx *db.Tx, organisation int64) (int64, error) {
	return ledger.Open(ctx, tx, "sponsor:"+clock.FormatID(organisation), money.CNY, false, false)
}

func payeeAccount(ctx context.Context, tx *db.Tx, organisation int64) (int64, error) {
	return ledger.Open(ctx, tx, "payee:"+clock.FormatID(organisation), money.CNY, false, false)
}

func madeAccount(ctx context.Context, tx *db.Tx, unit money.Unit) (int64, error) {
	return ledger.Open(ctx, tx, "made:"+string(unit), unit, false, false)
}

func reachedAccount(ctx context.Context, tx *db.Tx, unit money.Unit) (int64, error) {
	return ledger.Open(ctx, tx, "reached:"+string(unit), unit, false, false)
}

func fundAccount(ctx context.Context, tx *db.Tx, fund int64) (int64, error) {
	return ledger.Open(ctx, tx, "fund:"+clock.FormatID(fund), money.CNY, true, true)
}

func poolAccount(ctx context.Context, tx *db.Tx, pool int64) (int64, error) {
	return ledger.Open(ctx, tx, "pool:"+clock.FormatID(pool), money.CNY, true, true)
}
