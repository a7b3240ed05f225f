package givingdesk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/web"
)

// booksView is the books: a line per fund, and their sum.
type booksView struct {
	Lines []giving.FundBook
	Total giving.FundBook
}

// balance is what is in a fund, reserved or not.
func balance(b giving.FundBook) int64 { return b.In - b.Out }

func (h *Desk) listBooks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (booksView, error) { return books(ctx, snap, r.URL.Query().Get("sort")) })
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, booksPage(v))
}

func books(ctx context.Context, r db.Queryer, sort string) (v booksView, err error) {
	if v.Lines, err = giving.Books(ctx, r); err != nil {
		return v, err
	}
	for _, b := range v.Lines {
		v.Total.In += b.In
		v.Total.Out += b.Out
		v.Total.Held += b.Held
		v.Total.Free += b.Free
	}
	sortBooks(ctx, v.Lines, sort)
	return v, nil
}

// sortBooks orders the lines by one column, downwards when its name begins with a minus; a name that
// is no column leaves the order in which the funds were opened.
func sortBooks(ctx context.Context, lines []giving.FundBook, by string) {
	name, down := strings.CutPrefix(by, "-")
	var order func(a, b giving.FundBook) int
	switch name {
	case "fund":
		order = func(a, b giving.FundBook) int { return compareText(a.Fund.Name.In(ctx), b.Fund.Name.In(ctx)) }
	case "in":
		order = func(a, b giving.FundBook) int { return cmp.Compare(a.In, b.In) }
	case "out":
		order = func(a, b giving.FundBook) int { return cmp.Compare(a.Out, b.Out) }
	case "held":
		order = func(a, b giving.FundBook) int { return cmp.Compare(a.Held, b.Held) }
	case "balance":
		order = func(a, b giving.FundBook) int { return cmp.Compare(balance(a), balance(b)) }
	default:
		return
	}
	if down {
		up := order
		order = func(a, b giving.FundBook) int { return up(b, a) }
	}
	slices.SortStableFunc(lines, order)
}

// exportBooks takes the books away with the same columns and the same sum as the page.
func (h *Desk) exportBooks(as format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		head := heads(ctx, "desk.col.fund", "desk.col.purpose", "desk.col.came_in", "desk.col.went_out", "desk.col.balance", "desk.col.held", "desk.col.free")
		return h.export(w, r, as, "books", head, func(snap *db.Reader, put func(...cell) error) error {
			v, err := books(ctx, snap, r.URL.Query().Get("sort"))
			if err != nil {
				return err
			}
			for _, b := range v.Lines {
				if err := put(text(b.Fund.Name.In(ctx)), text(purpose(ctx, b.Fund)), yuan(b.In), yuan(b.Out), yuan(balance(b)), yuan(b.Held), yuan(b.Free)); err != nil {
					return err
				}
			}
			return put(text(i18n.T(ctx, "word.total")), text(""), yuan(v.Total.In), yuan(v.Total.Out), yuan(balance(v.Total)), yuan(v.Total.Held), yuan(v.Total.Free))
		})
	}
}

// purpose says whether a fund may be used for one thing only.
func purpose(ctx context.Context, f giving.Fund) string {
	if f.Restricted {
		return i18n.T(ctx, "desk.restricted")
	}
	return i18n.T(ctx, "desk.unrestricted")
}

// inYuan writes a sum of money for the reader.
func inYuan(ctx context.Context, minor int64) string { return i18n.Money(ctx, money.Yuan(minor)) }
