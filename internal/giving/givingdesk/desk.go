package givingdesk

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/payment"
	"manyhands/internal/people"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts is the catalogue of this package, for i18n.NewBundle.
func Texts() fs.FS { return texts }

// Deps are what the pages stand on.
type Deps struct {
	DB       *db.DB
	Giving   *giving.Service
	Payments *payment.Service
	People   *people.Service
}

// Desk is the set of pages.
type Desk struct {
	db       *db.DB
	giving   *giving.Service
	payments *payment.Service
	people   *people.Service
}

// New returns the pages.
func New(d Deps) *Desk {
	return &Desk{db: d.DB, giving: d.Giving, payments: d.Payments, people: d.People}
}

// pageSize is how many lines a list shows at once.
const pageSize = 50

// idOf reads the id in a route. A text that is no id is a page that does not exist.
func idOf(r *http.Request) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "fault.not_found.sentence")
	}
	return id, nil
}

// cursor reads where a page of a list begins: 0 from the start, also for a text that is no id.
func cursor(r *http.Request) int64 {
	id, err := clock.ParseID(r.URL.Query().Get("after"))
	if err != nil {
		return 0
	}
	return id
}

// page cuts a list that was read with one line too many and returns where the next page begins, "" at
// the end.
func page[T any](list []T, id func(T) int64) ([]T, string) {
	if len(list) <= pageSize {
		return list, ""
	}
	return list[:pageSize], clock.FormatID(id(list[pageSize-1]))
}

// read calls f in one snapshot.
func read[T any](ctx context.Context, d *db.DB, f func(r *db.Reader) (T, error)) (out T, err error) {
	err = d.Read(ctx, func(r *db.Reader) error {
		out, err = f(r)
		return err
	})
	return out, err
}

// How long a form that carries an id may lie open, and how far the clocks of two nodes may differ.
const (
	formLife = 48 * time.Hour
	skew     = time.Minute
)

// formID reads the id that a form was given when it was shown: sending the form twice is then the
// same act. It must be an id of the last two days, so that nobody takes the ids of acts to come.
// Fault: Conflict "desk.form_old".
func (h *Desk) formID(f *web.Form) (int64, error) {
	id, err := clock.ParseID(f.Values.Get("form_id"))
	now := h.db.Now()
	if err != nil || id <= 0 || clock.IDTime(id).After(now.Add(skew)) || now.Sub(clock.IDTime(id)) > formLife {
		return 0, fault.New(fault.Conflict, "desk.form_old")
	}
	return id, nil
}

// me is the person who acts. Routes ask for a permission, so there is one.
func me(ctx context.Context) int64 { return access.PersonID(ctx) }
