package givingdesk

import (
	"context"
	"net/http"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/web"
)

// statementView is one direction of a fund's account: what came in, or what it was used for.
type statementView struct {
	Book  giving.FundBook
	Lines []ledger.Posted
	Out   bool
	Next  string
}

// way names the direction as the address does.
func (v statementView) way() string {
	if v.Out {
		return "out"
	}
	return "in"
}

// at is where an entry begins and ends on the fund's line of running totals.
func (v statementView) at(e ledger.Posted) (from, to int64) {
	if v.Out {
		return e.FromStart, e.FromEnd
	}
	return e.ToStart, e.ToEnd()
}

func (h *Desk) showStatement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		after = -1
	}
	v, err := read(ctx, h.db, func(snap *db.Reader) (v statementView, err error) {
		f, err := giving.FundBySlug(ctx, snap, r.PathValue("fund"))
		if err != nil {
			return v, err
		}
		if v.Book, err = giving.Book(ctx, snap, f); err != nil {
			return v, err
		}
		v.Out = r.URL.Query().Get("way") == "out"
		v.Lines, err = ledger.Statement(ctx, snap, f.Account, !v.Out, after, pageSize+1)
		if len(v.Lines) > pageSize {
			v.Lines = v.Lines[:pageSize]
			start, _ := v.at(v.Lines[pageSize-1])
			v.Next = plain(start)
		}
		return v, err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, statementPage(v))
}

// exportStatement takes one direction of a fund's account away, whole.
func (h *Desk) exportStatement(as format, out bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v := statementView{Out: out}
		head := heads(ctx, "desk.col.id", "desk.col.time", "desk.col.kind", "desk.col.about_id", "desk.col.amount", "desk.col.from", "desk.col.to")
		return h.export(w, r, as, r.PathValue("fund")+"-"+v.way(), head, func(snap *db.Reader, put func(...cell) error) error {
			f, err := giving.FundBySlug(ctx, snap, r.PathValue("fund"))
			if err != nil {
				return err
			}
			for after := int64(-1); ; {
				lines, err := ledger.Statement(ctx, snap, f.Account, !out, after, exportPage)
				if err != nil || len(lines) == 0 {
					return err
				}
				for _, e := range lines {
					from, to := v.at(e)
					err := put(text(clock.FormatID(e.ID)), moment(e.At), text(kind(ctx, e.Kind)), text(clock.FormatID(e.Subject)), yuan(e.Quantity), yuan(from), yuan(to))
					if err != nil {
						return err
					}
					after = from
				}
			}
		})
	}
}

// kind names an entry's kind.
func kind(ctx context.Context, k string) string { return i18n.T(ctx, "desk.kind."+k) }

// about leads from an entry to what it belongs to, "" when that has no page that the reader may open.
func about(ctx context.Context, e ledger.Posted) string {
	switch id := clock.FormatID(e.Subject); e.Kind {
	case giving.KindPayout:
		return "/desk/payouts/" + id
	case giving.KindGift, giving.KindMatch:
		if access.Allowed(ctx, access.GiftSee) {
			return "/desk/gifts/" + id
		}
	case giving.KindRedirect:
		return "/desk/campaigns/" + id
	}
	return ""
}
