package givingweb

import (
	"context"
	"net/http"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// listView is the list of campaigns.
type listView struct {
	Open   []programme.NeedView
	Next   string // cursor of the next page, "" for none
	Closed []programme.NeedView
	Places []i18n.Text
	Words  string
	Place  string
}

const (
	listPage   = 24
	listClosed = 6
)

// campaigns lists the campaigns that ask now, and the last that have closed.
func (h *Handlers) campaigns(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadQuery(r)
	if err != nil {
		return err
	}
	v := listView{Words: f.Text("words", 100), Place: f.Text("place", 100)}
	now := h.now()
	err = h.d.DB.Read(r.Context(), func(q *db.Reader) error {
		filter := programme.NeedFilter{Kind: programme.KindMoney, Words: v.Words, Place: v.Place,
			After: programme.ParseCursor(f.Values.Get("after")), Limit: listPage}
		open, next, err := programme.Needs(r.Context(), q, now, filter)
		if err != nil {
			return err
		}
		v.Open, v.Next = open, next.String()
		if v.Places, err = programme.Places(r.Context(), q, now); err != nil {
			return err
		}
		return v.readClosed(r.Context(), q)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, campaignsPage(v))
}

// filtered reports whether the list is narrowed: then the closed campaigns are not shown below it.
func (v listView) filtered() bool { return v.Words != "" || v.Place != "" }

func (v *listView) readClosed(ctx context.Context, r db.Queryer) error {
	if v.filtered() {
		return nil
	}
	closed, err := giving.Campaigns(ctx, r, giving.CampaignClosed, 0, listClosed)
	if err != nil {
		return err
	}
	for _, c := range closed {
		n, err := programme.NeedViewByID(ctx, r, c.Need)
		if err != nil {
			return err
		}
		if n.Shown() {
			v.Closed = append(v.Closed, n)
		}
	}
	return nil
}
