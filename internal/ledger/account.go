package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/money"
)

// Account is a place where quantity of one unit sits: a fund, a pool, a shelf, or a source such as
// a gateway. All quantities are in minor units.
type Account struct {
	ID      int64
	Code    string // unique, such as "fund:01h..."
	Unit    money.Unit
	Floored bool // never below zero, holds included
	Traced  bool // keeps its lines of arrivals and uses

	InTotal  int64 // all that ever came in; on a traced account the end of the line of arrivals
	OutTotal int64 // all that ever went out
	HeldOut  int64 // reserved to leave
	HeldIn   int64 // promised to arrive
	SpentTo  int64 // on a traced account: uses have covered the line of arrivals up to here
	OpenedAt time.Time
}

// Balance is what sits in the account, what is reserved to leave included.
func (a Account) Balance() int64 { return a.InTotal - a.OutTotal }

// Available is what may still leave: the balance less what is reserved.
func (a Account) Available() int64 { return a.Balance() - a.HeldOut }

// Open makes the account with that code, or finds it, and returns its id. A traced account must be
// floored: what was not there cannot be followed.
//
// Faults: Conflict "ledger.account_differs" when the code exists with another unit or other flags;
// Invalid "ledger.traced_unfloored".
func Open(ctx context.Context, tx *db.Tx, code string, unit money.Unit, floored, traced bool) (int64, error) {
	if traced && !floored {
		return 0, errUnfloored
	}
	a, err := AccountByCode(ctx, tx, code)
	if errors.Is(err, errNoAccount) {
		if _, err = tx.ExecContext(ctx, insertAccount, code, string(unit), floored, traced, tx.NowMicros()); err == nil {
			a, err = AccountByCode(ctx, tx, code)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("ledger: open account: %w", err)
	}
	if a.Unit != unit || a.Floored != floored || a.Traced != traced {
		return 0, errAccountDiffers
	}
	return a.ID, nil
}

// AccountByID returns an account; fault NotFound "ledger.no_account".
func AccountByID(ctx context.Context, q db.Queryer, id int64) (Account, error) {
	return oneAccount(ctx, q, selectAccount+"WHERE id = $1", id)
}

// AccountByCode returns an account; fault NotFound "ledger.no_account".
func AccountByCode(ctx context.Context, q db.Queryer, code string) (Account, error) {
	return oneAccount(ctx, q, selectAccount+"WHERE code = $1", code)
}

func oneAccount(ctx context.Context, q db.Queryer, query string, key any) (Account, error) {
	a, err := scanAccount(q.QueryRowContext(ctx, query, key))
	if err != nil {
		return Account{}, found(err, errNoAccount, "read account")
	}
	return a, nil
}

// fewIDs is up to how many rows are read one by one rather than with a list parameter.
const fewIDs = 4

// Accounts returns those of the accounts that exist, by id.
func Accounts(ctx context.Context, q db.Queryer, ids []int64) (map[int64]Account, error) {
	out := make(map[int64]Account, len(ids))
	err := byIDs(ctx, q, selectAccount, ids, func(row scanner) error {
		a, err := scanAccount(row)
		if err == nil {
			out[a.ID] = a
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read accounts: %w", err)
	}
	return out, nil
}

func scanAccount(row scanner) (Account, error) {
	var a Account
	var opened int64
	err := row.Scan(&a.ID, &a.Code, &a.Unit, &a.Floored, &a.Traced,
		&a.InTotal, &a.OutTotal, &a.HeldOut, &a.HeldIn, &a.SpentTo, &opened)
	a.OpenedAt = clock.Time(opened)
	return a, err
}
