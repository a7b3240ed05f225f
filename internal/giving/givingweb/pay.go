package givingweb

import (
	"errors"
	"net/http"

	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/payment"
	"manyhands/internal/web"
)

// payPage shows what is about to be paid and what is held for it.
func (h *Handlers) payPage(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if v.Gift.State == giving.Received || v.Gift.Campaign == 0 {
		return web.Redirect(w, r, v.path(""))
	}
	return web.Render(w, r, http.StatusOK, payStep(v, false))
}

// pay hands the giver over to the wallet.
func (h *Handlers) pay(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if v.Gift.State == giving.Received || v.Gift.Campaign == 0 {
		return web.Redirect(w, r, v.path(""))
	}
	if v.OtherSum {
		return web.Redirect(w, r, v.path("/pay"))
	}
	subject := i18n.T(r.Context(), "giving.wallet_subject", "Campaign", v.title())
	out, err := h.d.Payments.Checkout(r.Context(), v.Gift.ID, subject, v.path("?thanks=1"))
	switch {
	case errors.Is(err, payment.ErrEnded), errors.Is(err, payment.ErrExpired):
		return web.Redirect(w, r, v.path("/pay"))
	case fault.KindOf(err) == fault.Busy:
		w.Header().Set("Retry-After", web.RetryAfter())
		return web.Render(w, r, http.StatusServiceUnavailable, payStep(v, true))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, out.RedirectURL)
}

// again makes the same gift anew when the time to pay the old one has passed. Pressing it twice makes
// one gift.
func (h *Handlers) again(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	old := v.Gift
	if old.State == giving.Waiting && !v.payable() {
		// The old one may have been paid at the last moment: the gateway knows.
		if _, err := h.d.Payments.Settle(r.Context(), old.ID); err != nil {
			return err
		}
		if v, err = h.readGiftView(r.Context(), old.Token); err != nil {
			return err
		}
	}
	switch {
	case v.Gift.State == giving.Received || v.Gift.Campaign == 0:
		return web.Redirect(w, r, v.path(""))
	case v.Gift.State == giving.Waiting:
		return web.Redirect(w, r, v.path("/pay"))
	}
	g, err := h.d.Giving.Give(r.Context(), giving.GiftInput{Campaign: old.Campaign, Amount: old.Amount, Method: old.Method,
		Visibility: old.Visibility, Name: old.GiverName, Email: old.GiverEmail, Message: old.Message,
		Lang: string(i18n.LangOf(r.Context())), FormKey: "again:" + old.Token, Person: old.Person, Device: h.keepDevice(w, r)})
	if fault.KindOf(err) == fault.Conflict {
		return web.Redirect(w, r, "/campaigns/"+v.Campaign.Slug)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/g/"+g.Token+"/pay")
}
