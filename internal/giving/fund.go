package giving

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"unicode/utf8"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/slug"
)

// MaxFundNameRunes is the longest name of a fund.
const MaxFundNameRunes = 80

// FundInput describes a fund to open.
type FundInput struct {
	ID         int64 // 0: a new one; the same id again is the same fund
	Name       i18n.Text
	Restricted bool  // may be used for one thing only
	Programme  int64 // 0: the network's own
	By         int64 // who opens it; 0: the system
}

// Validate returns what is wrong with the input, field by field.
func (in FundInput) Validate() error {
	var f fault.Fields
	for name, text := range map[string]string{"fund_name_zh": in.Name.ZH, "fund_name_en": in.Name.EN} {
		if text == "" {
			f.Add(name, "form.required")
		} else if utf8.RuneCountInString(text) > MaxFundNameRunes {
			f.Add(name, "form.too_long", "Max", MaxFundNameRunes)
		}
	}
	return f.Err()
}

// OpenFund opens a fund with its account in the ledger. Faults: Fields for bad input.
func OpenFund(ctx context.Context, tx *db.Tx, in FundInput) (Fund, error) {
	if err := in.Validate(); err != nil {
		return Fund{}, err
	}
	return openFund(ctx, tx, in)
}

// openFund opens a fund whose name has been looked at: a campaign's is its title.
func openFund(ctx context.Context, tx *db.Tx, in FundInput) (Fund, error) {
	if in.ID != 0 {
		if known, err := q.GetFund(ctx, tx, in.ID); err == nil {
			return fundOf(known), nil
		} else if !errors.Is(err, sql.ErrNoRows) {
			return Fund{}, err
		}
	}
	id := cmp.Or(in.ID, tx.NewID())
	account, err := fundAccount(ctx, tx, id)
	if err != nil {
		return Fund{}, err
	}
	row := givingdb.InsertFundParams{ID: id, Slug: slug.Unique(in.Name.EN, id), NameZh: in.Name.ZH, NameEn: in.Name.EN,
		Restricted: in.Restricted, ProgrammeID: in.Programme, AccountID: account, OpenedAt: tx.NowMicros()}
	if err := q.InsertFund(ctx, tx, row); err != nil {
		return Fund{}, err
	}
	if err := event.Add(ctx, tx, "fund.opened", id, in.By, nil); err != nil {
		return Fund{}, err
	}
	return FundByID(ctx, tx, id)
}

// FundByID returns a fund. Faults: NotFound "giving.no_fund".
func FundByID(ctx context.Context, r db.Queryer, id int64) (Fund, error) {
	row, err := q.GetFund(ctx, r, id)
	return fundOf(row), db.NotFound(err, "giving.no_fund")
}

// FundBySlug returns a fund. Faults: NotFound "giving.no_fund".
func FundBySlug(ctx context.Context, r db.Queryer, slug string) (Fund, error) {
	row, err := q.GetFundBySlug(ctx, r, slug)
	return fundOf(row), db.NotFound(err, "giving.no_fund")
}

// Funds returns up to most funds in the order in which they were opened, after the id after.
func Funds(ctx context.Context, r db.Queryer, after int64, most int) ([]Fund, error) {
	rows, err := q.ListFunds(ctx, r, givingdb.ListFundsParams{After: after, Most: int32(min(most, 1000))})
	return all(rows, fundOf), err
}

// StandingFunds returns the oldest 500 funds that no campaign fills: those that may take what a
// campaign leaves over.
func StandingFunds(ctx context.Context, r db.Queryer) ([]Fund, error) {
	rows, err := q.StandingFunds(ctx, r)
	return all(rows, fundOf), err
}

// FundBook is one line of the books: what a fund's account says. In − Out = Held + Free.
type FundBook struct {
	Fund Fund
	In   int64 // came in, matches and redirected money included, refunds not deducted
	Out  int64 // left: paid out, refunded, redirected
	Held int64 // reserved for payouts that are under way
	Free int64 // remaining and not reserved
}

// Books returns a line per fund, read in one snapshot.
func Books(ctx context.Context, r db.Queryer) ([]FundBook, error) {
	var out []FundBook
	after := int64(0)
	for {
		funds, err := Funds(ctx, r, after, 500)
		if err != nil || len(funds) == 0 {
			return out, err
		}
		ids := make([]int64, len(funds))
		for i, f := range funds {
			ids[i] = f.Account
		}
		accounts, err := ledger.Accounts(ctx, r, ids)
		if err != nil {
			return nil, err
		}
		for _, f := range funds {
			out = append(out, bookOf(f, accounts[f.Account]))
		}
		after = funds[len(funds)-1].ID
	}
}

// Book returns one fund's line.
func Book(ctx context.Context, r db.Queryer, f Fund) (FundBook, error) {
	a, err := ledger.AccountByID(ctx, r, f.Account)
	return bookOf(f, a), err
}

func bookOf(f Fund, a ledger.Account) FundBook {
	return FundBook{Fund: f, In: a.InTotal, Out: a.OutTotal, Held: a.HeldOut, Free: a.Available()}
}
