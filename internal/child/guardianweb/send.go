package guardianweb

import (
	"context"
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

const root = "/me/children"

// path is where a record's pages stand.
func path(record int64, parts ...string) string {
	out := root + "/" + clock.FormatID(record)
	for _, x := range parts {
		out += "/" + x
	}
	return out
}

var errNoRecord = fault.New(fault.NotFound, "child.no_record")

// idOf reads a number of the address; what is none is a record that is not there.
func idOf(r *http.Request, name string) (int64, error) {
	id, err := clock.ParseID(r.PathValue(name))
	if err != nil || id == 0 {
		return 0, errNoRecord
	}
	return id, nil
}

// outcome is what a page shows of a form that did not go through.
type outcome struct {
	problem string // the sentence of what stood in the way, "" for something beside a field
	status  int
	form    web.FormView
}

type outcomeKey struct{}

// outcomeOf returns what stood in the way of the form that was just sent; nothing, and status 200, on a
// page that is opened.
func outcomeOf(ctx context.Context) outcome {
	if o, ok := ctx.Value(outcomeKey{}).(outcome); ok {
		return o
	}
	return outcome{status: http.StatusOK}
}

// sent reads a form, acts in one write and leads on; or shows the page where the form stood.
func (p *Pages) sent(w http.ResponseWriter, r *http.Request, back web.Handler, to string, body func(ctx context.Context, tx *db.Tx, f *web.Form) error) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	return p.act(w, r, f, back, to, body)
}

// act is sent for a form that has been read. A form that was sent before, as by a second tap, counts as
// done.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, f *web.Form, back web.Handler, to string, body func(ctx context.Context, tx *db.Tx, f *web.Form) error) error {
	ctx := r.Context()
	var err error
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			first, err := p.cfg.Children.Once(ctx, tx, f.Values.Get("form_key"))
			if err != nil || !first {
				return err
			}
			return body(ctx, tx, f)
		})
	}
	return p.answered(w, r, f, err, back, to)
}

// answered leads on when err is nil and nothing is wrong with the form, or shows the page again with what
// the reader can mend. What they may not know of stays a page that was not found.
func (p *Pages) answered(w http.ResponseWriter, r *http.Request, f *web.Form, err error, back web.Handler, to string) error {
	o := outcome{status: http.StatusUnprocessableEntity}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		switch e.Kind {
		case fault.Conflict, fault.Forbidden, fault.TooMany, fault.Invalid:
			o.problem, o.status = i18n.Fault(r.Context(), err), web.Status(e.Kind)
			err = nil
		}
	}
	if err := f.Merge(err); err != nil {
		return err
	}
	if f.Err() == nil && o.problem == "" {
		return web.Redirect(w, r, to)
	}
	o.form = f.View()
	return back(w, r.WithContext(context.WithValue(r.Context(), outcomeKey{}, o)))
}

// about is what every page about one child shows: which child, and where the record stands.
type about struct {
	outcome
	child.Opened
	key    string // of the page's form
	locked error  // the fault of a vault without its master key; nil while names can be read
}

// open opens some groups of a record for its guardian, and always what the child is called.
func (p *Pages) open(r *http.Request, groups ...access.Group) (a about, err error) {
	id, err := idOf(r, "id")
	if err != nil {
		return a, err
	}
	a.outcome, a.key = outcomeOf(r.Context()), web.FormKey()
	a.Opened, err = p.cfg.Children.Open(r.Context(), id, access.Guardian, append([]access.Group{access.Name}, groups...)...)
	return a, err
}

// glance is open for a page that does not need what is sealed: without the master key it shows the
// code instead of the name, so that a yes can be taken back on such a day too.
func (p *Pages) glance(r *http.Request, groups ...access.Group) (about, error) {
	a, err := p.open(r, groups...)
	if !locked(err) {
		return a, err
	}
	a.locked = err
	known, err := p.briefs(r.Context(), []int64{mustID(r)})
	if err == nil && len(known) == 0 {
		err = errNoRecord
	}
	if err != nil {
		return a, err
	}
	a.Opened = known[0]
	return a, nil
}

// locked reports whether what is sealed cannot be read today.
func locked(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Key == "vault.locked"
}

// briefs returns records with nothing opened.
func (p *Pages) briefs(ctx context.Context, ids []int64) (out []child.Opened, err error) {
	err = p.inTx(ctx, func(tx *db.Tx) error {
		out = nil
		list, err := p.cfg.Children.Briefs(ctx, tx, ids, access.Guardian)
		for _, x := range list {
			out = append(out, child.Opened{Record: x, Purpose: access.Guardian})
		}
		return err
	})
	return out, err
}

// called is what the child is called, for headings inside the page.
func (a about) called(ctx context.Context) string { return called(ctx, a.Opened) }

func called(ctx context.Context, o child.Opened) string {
	switch {
	case o.Name != nil && o.Name.Other != "":
		return o.Name.Other
	case o.Name != nil && o.Name.Name != "":
		return o.Name.Name
	}
	return i18n.T(ctx, "family.child_code", "Code", o.Code)
}

// values returns the form as it was sent, or one filled with pairs.
func (o outcome) values(pairs ...string) web.FormView {
	if o.form.Values != nil {
		return o.form
	}
	return web.NewFormView(pairs...)
}
