package peopleweb

import (
	"bytes"
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// dataView is the page on which people take their data along or leave.
type dataView struct {
	leaving account.Leaving
	held    []string // message keys of what is to be handed over first
	form    web.FormView
	problem string
	prove   bool // this browser has been open too long for such things
}

// data shows what people can do with their data.
func (p *Pages) data(w http.ResponseWriter, r *http.Request) error {
	v, err := p.dataView(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, dataPage(v))
}

func (p *Pages) dataView(ctx context.Context) (v dataView, err error) {
	v.prove = signin.CheckRecent(ctx) != nil
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		if v.leaving, err = p.cfg.Account.LeavingOf(ctx, q, access.PersonID(ctx)); err != nil {
			return err
		}
		v.held, err = p.cfg.Account.Held(ctx, q, access.PersonID(ctx))
		return err
	})
	return v, err
}

// export hands over all that is known of a person. It is put together before anything is sent, so that
// what fails half-way is an answer that says so and no broken file.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := signin.CheckRecent(ctx); err != nil {
		return proveFirst(w, r, err, "/me/data")
	}
	if !p.exports.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	var b bytes.Buffer
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		return p.cfg.Account.Export(ctx, q, access.PersonID(ctx), &b)
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.zip"`)
	_, _ = w.Write(b.Bytes()) // the reader may have gone
	return nil
}

// leave notes that a person wants to leave.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := signin.CheckRecent(ctx); err != nil {
		return proveFirst(w, r, err, "/me/data")
	}
	if !f.Bool("sure") {
		f.Bad("sure", "people.data.sure_needed")
	}
	err = f.Err()
	if err == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Account.AskLeave(ctx, tx, access.PersonID(ctx)) })
	}
	if err == nil {
		return web.Redirect(w, r, "/me/data")
	}
	v, failed := p.dataView(ctx)
	if failed != nil {
		return failed
	}
	switch fault.KindOf(err) {
	case fault.Internal:
		return err
	case fault.Conflict:
		v.problem = i18n.Fault(ctx, err)
	}
	v.form = f.View()
	return web.Render(w, r, statusOf(err), dataPage(v))
}

// stay takes it back.
func (p *Pages) stay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Account.Stay(ctx, tx, access.PersonID(ctx)) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/me/data")
}
