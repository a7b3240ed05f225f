package givingweb

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// PromiseForm is the form to promise things or time for a need, for the need's own page.
func (h *Handlers) PromiseForm(_ context.Context, n programme.NeedView) templ.Component {
	v := web.NewFormView("visibility", string(giving.Organisation))
	return promiseForm(n, v, web.FormKey(), n.Asks(h.now()))
}

// promise holds what somebody promises to bring.
func (h *Handlers) promise(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	if h.gifts != nil && !h.gifts.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	n, err := h.shownNeed(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	in := giving.PromiseInput{Need: n.ID, Quantity: f.Int("quantity", 1, maxPromise), Name: f.Text("name", giving.MaxNameRunes),
		Visibility: giving.Visibility(f.Choice("visibility", string(giving.Public), string(giving.Organisation))),
		Email:      f.Email("email"), Message: f.Text("message", giving.MaxMessageRunes), Lang: string(i18n.LangOf(r.Context())),
		Person: access.PersonID(r.Context())}
	if key := f.Values.Get("form_key"); key != "" {
		in.FormKey = "promise:" + key
	}
	if f.Err() == nil {
		g, err := h.d.Giving.Promise(r.Context(), in)
		if err == nil {
			return web.Redirect(w, r, "/g/"+g.Token)
		}
		if fault.KindOf(err) == fault.Conflict {
			f.Bad("quantity", conflictKey(err))
		} else if err := f.Merge(err); err != nil {
			return err
		}
	}
	key := f.Values.Get("form_key")
	if key == "" {
		key = web.FormKey()
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, promisePage(n, f.View(), key, n.Asks(h.now())))
}

// shownNeed returns a need of things or time that everybody may see.
func (h *Handlers) shownNeed(ctx context.Context, slug string) (n programme.NeedView, err error) {
	err = h.d.DB.Read(ctx, func(r *db.Reader) error {
		if n, err = programme.NeedBySlug(ctx, r, slug); err == nil && (!n.Shown() || n.Unit.IsMoney()) {
			err = fault.New(fault.NotFound, "programme.no_need")
		}
		return err
	})
	return n, err
}

// maxPromise is the most that the form takes at once.
const maxPromise = 1000
