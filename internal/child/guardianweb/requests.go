package guardianweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

type requestsView struct {
	about
	list []child.Request
	sent bool
}

// requests shows what the reader asked for and what was answered, and takes a new wish.
func (p *Pages) requests(w http.ResponseWriter, r *http.Request) error {
	a, err := p.open(r)
	if err != nil {
		return err
	}
	v := requestsView{about: a, sent: r.URL.Query().Get("sent") != ""}
	err = p.inTx(r.Context(), func(tx *db.Tx) error {
		v.list = nil
		list, err := p.cfg.Children.Requests(r.Context(), tx, a.ID, access.Guardian)
		for _, x := range list {
			if x.MadeBy == access.PersonID(r.Context()) { // one guardian's words are not for another
				v.list = append(v.list, x)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, requestsPage(v))
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.requests, path(id, "requests")+"?sent=1", func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		_, err := p.cfg.Children.Ask(ctx, tx, id, child.RequestKind(f.Values.Get("kind")), f.Values.Get("words"))
		return err
	})
}

func requestTone(s child.RequestState) ui.Tone {
	switch s {
	case child.RequestOpen:
		return ui.Warm
	case child.RequestAccepted:
		return ui.OK
	}
	return ui.Plain
}
