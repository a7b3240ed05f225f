package givingweb

import (
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/web"
)

// gift is the private link: where the gift stands and what it became.
func (h *Handlers) gift(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if v.Gift.State == giving.Waiting && v.Payment.State.Open() && h.asks.Allow(v.Gift.Token) {
		// No answer from the gateway is no news: the page says that it waits.
		if state, err := h.d.Payments.Settle(r.Context(), v.Gift.ID); err == nil && !state.Open() {
			if v, err = h.readGiftView(r.Context(), v.Gift.Token); err != nil {
				return err
			}
		}
	}
	v.Thanks = r.URL.Query().Get("thanks") == "1"
	if web.IsFragment(r) {
		return web.Render(w, r, http.StatusOK, giftBody(v))
	}
	return web.Render(w, r, http.StatusOK, giftPage(v))
}

// takeBack ends a promise of things or time that will not be kept.
func (h *Handlers) takeBack(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	err = h.d.DB.Write(r.Context(), func(tx *db.Tx) error {
		return h.d.Giving.TakeBack(r.Context(), tx, v.Gift.ID, access.PersonID(r.Context()))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, v.path(""))
}
