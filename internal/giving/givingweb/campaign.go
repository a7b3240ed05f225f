package givingweb

import (
	"errors"
	"net/http"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/web"
)

// campaign shows a campaign with the form to give.
func (h *Handlers) campaign(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readCampaign(r.Context(), r.PathValue("slug"), device(r))
	if errors.Is(err, errSuspended) {
		return web.Render(w, r, http.StatusNotFound, suspendedPage())
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, campaignPage(v, h.newGiveForm(v)))
}

// giveForm is the form to give, as it is shown.
type giveForm struct {
	web.FormView
	Key      string
	Gateways []string
	Ended    bool // what was sent could not be taken: the campaign has ended or not begun
}

func (h *Handlers) newGiveForm(v campaignView) giveForm {
	values := web.NewFormView("visibility", string(giving.Organisation))
	if n := len(v.Presets); n > 0 {
		values.Values.Set("preset", v.Presets[n/2].Unit.Price.Decimal())
	}
	gateways := h.d.Payments.Gateways()
	if len(gateways) > 0 {
		values.Values.Set("method", gateways[0])
	}
	return giveForm{FormView: values, Key: web.FormKey(), Gateways: gateways}
}

// readAmount takes what was typed, and where nothing was typed what was picked; what is wrong is
// noted at the field "amount".
func readAmount(f *web.Form) money.Amount {
	if f.Has("amount") || !f.Has("preset") {
		return f.Money("amount", money.CNY)
	}
	a, err := money.Parse(f.Values.Get("preset"), money.CNY)
	if err != nil {
		f.Bad("amount", "money.unreadable")
	}
	return a
}

// match answers with the line that says what an amount would be matched with.
func (h *Handlers) match(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	if !web.IsFragment(r) {
		return web.Redirect(w, r, "/campaigns/"+slug+"#give")
	}
	f, err := web.ReadQuery(r)
	if err != nil {
		return err
	}
	v := matchView{Amount: readAmount(f)}
	if f.Err() == nil {
		err = h.d.DB.Read(r.Context(), func(q *db.Reader) error {
			c, err := shownCampaign(r.Context(), q, slug)
			if err != nil || !c.OpenAt(h.now()) {
				return err
			}
			v.Pool, v.Match, err = h.d.Giving.MatchFor(r.Context(), q, c.ID, v.Amount, "", device(r), h.now())
			return err
		})
		if err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, matchLine(v))
}

// matchView is what an amount would be matched with.
type matchView struct {
	Amount money.Amount
	Pool   giving.Pool
	Match  int64
}
