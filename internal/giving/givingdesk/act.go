package givingdesk

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/web"
)

// thing is a kind of thing that has a page on which something is done with it.
type thing[T any] struct {
	path  string // of its page, but for the id
	byID  func(ctx context.Context, r db.Queryer, id int64) (T, error)
	owner func(ctx context.Context, l *lookup, t T) (int64, error) // the organisation for which one must be appointed
}

func campaigns() thing[giving.Campaign] {
	return thing[giving.Campaign]{"/desk/campaigns/", giving.CampaignByID,
		func(ctx context.Context, l *lookup, c giving.Campaign) (int64, error) {
			return l.ownerOfFund(ctx, c.Fund)
		}}
}

func payouts() thing[giving.Payout] {
	return thing[giving.Payout]{"/desk/payouts/", giving.PayoutByID,
		func(ctx context.Context, l *lookup, p giving.Payout) (int64, error) {
			return l.ownerOfFund(ctx, p.Fund)
		}}
}

// gifts belong to the organisation that they went to.
func gifts() thing[giving.Gift] {
	return thing[giving.Gift]{"/desk/gifts/", giving.GiftByID,
		func(ctx context.Context, l *lookup, g giving.Gift) (int64, error) {
			n, err := l.need(ctx, g.Need)
			return n.Organisation, err
		}}
}

// pools belong to their sponsor.
func pools() thing[giving.Pool] {
	return thing[giving.Pool]{"/desk/pools/", giving.PoolByID,
		func(_ context.Context, _ *lookup, p giving.Pool) (int64, error) { return p.Sponsor, nil }}
}

// change does something with a thing as it is now.
type change[T any] func(ctx context.Context, tx *db.Tx, t T) error

// within changes a thing in one transaction, if whoever acts may do p for its owner.
func within[T any](ctx context.Context, h *Desk, k thing[T], id int64, p access.Permission, do change[T]) error {
	return h.db.Write(ctx, func(tx *db.Tx) error {
		t, err := k.byID(ctx, tx, id)
		if err != nil {
			return err
		}
		owner, err := k.owner(ctx, h.lookup(tx), t)
		if err != nil {
			return err
		}
		if err := access.CheckFor(ctx, p, owner); err != nil {
			return err
		}
		return do(ctx, tx, t)
	})
}

// press answers a button: it changes the thing in the route and shows it.
func press[T any](h *Desk, w http.ResponseWriter, r *http.Request, k thing[T], p access.Permission, do change[T]) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if err := within(r.Context(), h, k, id, p, do); err != nil {
		return err
	}
	return web.Redirect(w, r, k.path+clock.FormatID(id))
}

// form is how a form on a thing's page is answered.
type form[T any] struct {
	read   func(f *web.Form) (change[T], error) // reads the fields and returns what they ask for
	beside map[string]string                    // by its key, the field that a refusal of the change concerns
	again  func(f *web.Form) error              // answers with the page once more, and what is wrong
}

// submit answers a form: it changes the thing in the route as the form asks, if nothing is wrong with
// its fields, and shows the thing.
func submit[T any](h *Desk, w http.ResponseWriter, r *http.Request, k thing[T], p access.Permission, x form[T]) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	do, err := x.read(f)
	if err != nil {
		return err
	}
	if f.Err() == nil {
		if err := beside(f, within(r.Context(), h, k, id, p, do), x.beside); err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return x.again(f)
	}
	return web.Redirect(w, r, k.path+clock.FormatID(id))
}

// show answers with the page of the thing in the route, as view finds it in one snapshot.
func show[V any](h *Desk, w http.ResponseWriter, r *http.Request, status int, view func(ctx context.Context, l *lookup, id int64) (V, error), page func(V) templ.Component) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	v, err := read(ctx, h.db, func(snap *db.Reader) (V, error) { return view(ctx, h.lookup(snap), id) })
	if err != nil {
		return err
	}
	return web.Render(w, r, status, page(v))
}
