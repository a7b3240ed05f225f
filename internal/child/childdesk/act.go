package childdesk

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

const root = "/desk/children"

// path is where a record's pages stand: path(id, "care", "edit", "name").
func path(record int64, parts ...string) string {
	out := root + "/" + clock.FormatID(record)
	for _, x := range parts {
		out += "/" + x
	}
	return out
}

// forPurpose is path under a purpose.
func forPurpose(record int64, purpose access.Purpose, parts ...string) string {
	return path(record, append([]string{string(purpose)}, parts...)...)
}

var errNoRecord = fault.New(fault.NotFound, "child.no_record")

// target is the record and the purpose that an address names.
type target struct {
	id      int64
	purpose access.Purpose
}

// targetOf reads an address. What is no number and no purpose is no record. Pages for guardians are
// elsewhere.
func targetOf(r *http.Request) (t target, err error) {
	if t.id, err = clock.ParseID(r.PathValue("id")); err != nil {
		return t, errNoRecord
	}
	t.purpose = access.Purpose(r.PathValue("purpose"))
	if !slices.Contains(purposes(), t.purpose) {
		return t, errNoRecord
	}
	return t, nil
}

// caseOf reads an address whose purpose is fixed by what the page does.
func caseOf(r *http.Request, purpose access.Purpose) (t target, err error) {
	if t.id, err = clock.ParseID(r.PathValue("id")); err != nil {
		return t, errNoRecord
	}
	t.purpose = purpose
	return t, nil
}

// partOf reads the number of a part of a record; what is none is 0, which no part has.
func partOf(r *http.Request, name string) int64 {
	id, _ := clock.ParseID(r.PathValue(name))
	return id
}

// purposes are those for which staff open records.
func purposes() []access.Purpose {
	return slices.DeleteFunc(access.Purposes(), func(p access.Purpose) bool { return p == access.Guardian })
}

func (t target) path(parts ...string) string { return forPurpose(t.id, t.purpose, parts...) }

// outcome is how an act ended that the reader may have to mend.
type outcome struct {
	done    bool
	problem string // the sentence of what stood in the way, "" for something beside a field
	status  int
	key     string // of the fault
}

// act does body once for the form, in one write. What the reader can mend comes back: fields are noted
// in f, and what is refused or has changed meanwhile becomes a sentence above the form. A form that was
// sent before counts as done.
func (p *Pages) act(ctx context.Context, f *web.Form, body func(tx *db.Tx) error) (outcome, error) {
	if f.Err() != nil {
		return outcome{status: http.StatusUnprocessableEntity}, nil
	}
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		first, err := p.cfg.Children.Once(ctx, tx, f.Values.Get("form_key"))
		if err != nil || !first {
			return err
		}
		return body(tx)
	})
	if e, ok := errors.AsType[*fault.Error](err); ok && mendable(e) {
		return outcome{problem: i18n.Fault(ctx, err), status: web.Status(e.Kind), key: e.Key}, nil
	}
	if err := f.Merge(err); err != nil {
		return outcome{}, err
	}
	return outcome{done: f.Err() == nil, status: http.StatusUnprocessableEntity}, nil
}

// mendable reports whether a refusal is shown on the page where it happened: what cannot be known of
// stays a page that was not found.
func mendable(e *fault.Error) bool {
	return e.Kind == fault.Conflict || e.Kind == fault.Forbidden || e.Kind == fault.TooMany || e.Kind == fault.Invalid
}

// sent reads a form, acts, and leads on; or shows the page where the form stood, with what was in the way.
func (p *Pages) sent(w http.ResponseWriter, r *http.Request, back web.Handler, to string, body func(ctx context.Context, tx *db.Tx, f *web.Form) error) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	return p.done(w, r, f, back, to, func(ctx context.Context, tx *db.Tx) error { return body(ctx, tx, f) })
}

// done is sent for a form that has been read.
func (p *Pages) done(w http.ResponseWriter, r *http.Request, f *web.Form, back web.Handler, to string, body func(ctx context.Context, tx *db.Tx) error) error {
	ctx := r.Context()
	o, err := p.act(ctx, f, func(tx *db.Tx) error { return body(ctx, tx) })
	if err != nil {
		return err
	}
	if o.done {
		return web.Redirect(w, r, to)
	}
	return back(w, refused(r, o, f))
}

type refusedKey struct{}

// said is what a page shows of an act that did not go through: the sentence, and the form as it was sent
// with the address that it was sent to, since a page has several.
type said struct {
	outcome
	to   string
	form web.FormView
}

// refused carries what stood in the way to the page that is shown again.
func refused(r *http.Request, o outcome, f *web.Form) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), refusedKey{}, said{o, r.URL.Path, f.View()}))
}

// saidOf returns what was carried; nothing, and status 200, on a page that is opened.
func saidOf(ctx context.Context) said {
	if s, ok := ctx.Value(refusedKey{}).(said); ok {
		return s
	}
	return said{outcome: outcome{status: http.StatusOK}}
}

// of returns the form that is sent to an address: as it was sent, or empty with the given values.
func (s said) of(to string, values ...string) web.FormView {
	if s.to == to {
		return s.form
	}
	return web.NewFormView(values...)
}

// open reports whether a form that hides behind its heading is shown: it was just sent.
func (s said) open(to string) bool { return s.to == to }

// doors returns what who acts may do with a record that they may open for the purpose at hand. Faults:
// NotFound "child.no_record".
func (p *Pages) doors(ctx context.Context, t target) (d child.Doors, err error) {
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err = p.openDoors(ctx, tx, t)
		return err
	})
	return d, err
}

func (p *Pages) openDoors(ctx context.Context, tx *db.Tx, t target) (child.Doors, error) {
	d, err := p.cfg.Children.Doors(ctx, tx, t.id, t.purpose)
	if err == nil && !slices.Contains(d.Purposes, t.purpose) {
		err = errNoRecord
	}
	return d, err
}
