package givingweb

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// give makes a gift that waits to be paid and leads on to paying it. Nothing is read for that; what the
// campaign's page shows is read only when that page is the answer.
func (h *Handlers) give(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	if h.gifts != nil && !h.gifts.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	in := h.readGift(f, r.PathValue("slug"))
	in.Lang = string(i18n.LangOf(r.Context()))
	in.Device = h.keepDevice(w, r)
	in.Person = access.PersonID(r.Context())
	if f.Err() == nil {
		g, err := h.d.Giving.Give(r.Context(), in)
		if err == nil {
			return web.Redirect(w, r, "/g/"+g.Token+"/pay")
		}
		if fault.KindOf(err) == fault.Conflict {
			return h.notMade(w, r, f, http.StatusConflict)
		}
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	return h.notMade(w, r, f, http.StatusUnprocessableEntity)
}

func (h *Handlers) readGift(f *web.Form, slug string) giving.GiftInput {
	in := giving.GiftInput{Slug: slug, Amount: readAmount(f), Method: f.Choice("method", h.d.Payments.Gateways()...),
		Visibility: giving.Visibility(f.Choice("visibility", string(giving.Public), string(giving.Organisation), string(giving.Sealed))),
		Name:       f.Text("name", giving.MaxNameRunes), Message: f.Text("message", giving.MaxMessageRunes)}
	if f.Has("email") {
		in.Email = f.Email("email")
	}
	in.FormKey = formKey(f.Values.Get("form_key"), in)
	return in
}

// formKey makes the key under which a gift is made once: the form's own key and what was filled in.
// The same form sent twice is one gift; the form changed after going back is another.
func formKey(key string, in giving.GiftInput) string {
	if key == "" {
		return ""
	}
	sum := sha256.New()
	for _, s := range []string{key, in.Slug, in.Amount.String(), in.Method, string(in.Visibility), in.Name, in.Email, in.Message} {
		sum.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	return "form:" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18])
}

// failedForm is the form as it was sent, with what is wrong beside each field.
func (h *Handlers) failedForm(f *web.Form) giveForm {
	key := f.Values.Get("form_key")
	if key == "" {
		key = web.FormKey()
	}
	return giveForm{FormView: f.View(), Key: key, Gateways: h.d.Payments.Gateways()}
}

// notMade shows the campaign as it stands now with the form as it was sent: what is wrong beside each
// field or, with 409, that the campaign stopped taking gifts while the form was open.
func (h *Handlers) notMade(w http.ResponseWriter, r *http.Request, f *web.Form, status int) error {
	v, err := h.readCampaign(r.Context(), r.PathValue("slug"), device(r))
	if err != nil {
		return err
	}
	form := h.failedForm(f)
	form.Ended = status == http.StatusConflict
	return web.Render(w, r, status, campaignPage(v, form))
}

func visibilities() []giving.Visibility {
	return []giving.Visibility{giving.Public, giving.Organisation, giving.Sealed}
}

func gatewayName(ctx context.Context, name string) string {
	if key := "giving.gateway." + name; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return name
}
