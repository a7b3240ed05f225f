package givingdesk

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/payment"
	"manyhands/internal/web"
)

// quarantineView lists money that a gateway reported and that nobody expected. Open is the case whose
// form needs another look.
type quarantineView struct {
	Cases []payment.Quarantine
	Next  string
	Open  int64
	Form  web.FormView

	Resolve bool // the reader may say what was done
}

func (h *Desk) listQuarantine(w http.ResponseWriter, r *http.Request) error {
	return h.quarantinePage(w, r, http.StatusOK, 0, web.FormView{})
}

func (h *Desk) quarantinePage(w http.ResponseWriter, r *http.Request, status int, open int64, f web.FormView) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v quarantineView, err error) {
		v.Cases, err = h.payments.Quarantined(ctx, snap, cursor(r), pageSize+1)
		v.Cases, v.Next = page(v.Cases, func(c payment.Quarantine) int64 { return c.ID })
		return v, err
	})
	if err != nil {
		return err
	}
	v.Open, v.Form = open, f
	if v.Resolve, err = allowed(mayResolve(ctx)); err != nil {
		return err
	}
	return web.Render(w, r, status, quarantinePage(v))
}

// mayResolve returns nil when who acts may resolve cases. Nobody knows whose the money is, so that takes
// a role in the whole network.
func mayResolve(ctx context.Context) error {
	return access.CheckFor(ctx, access.QuarantineResolve, access.Network)
}

// formOf is the form of a case: empty, unless it needs another look.
func (v quarantineView) formOf(id int64) web.FormView {
	if id == v.Open {
		return v.Form
	}
	return web.FormView{}
}

func (h *Desk) resolveQuarantine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := mayResolve(ctx); err != nil {
		return err
	}
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	note := f.Lines(noteName(id), payment.MaxNoteRunes)
	f.Required(noteName(id))
	if f.Err() == nil {
		err = f.Merge(h.db.Write(ctx, func(tx *db.Tx) error {
			return h.payments.ResolveQuarantine(ctx, tx, id, me(ctx), note)
		}))
		if err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return h.quarantinePage(w, r, http.StatusUnprocessableEntity, id, f.View())
	}
	return web.Redirect(w, r, "/desk/gifts/quarantine")
}

// noteName names the field of a case's note: there are several on one page.
func noteName(id int64) string { return "note_" + clock.FormatID(id) }

// caseHref is where a case's form leads.
func caseHref(c payment.Quarantine) string {
	return "/desk/quarantine/" + clock.FormatID(c.ID)
}
