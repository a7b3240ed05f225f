package givingweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingweb/pdf"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/web"
)

// acknowledgement is a thank-you that can be printed. It is no tax receipt and never called one:
// those are official documents that the charity issues (《公益事业捐赠统一票据》).
func (h *Handlers) acknowledgement(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if v.Gift.State != giving.Received || v.Gift.Campaign == 0 {
		return web.Redirect(w, r, v.path(""))
	}
	return web.Render(w, r, http.StatusOK, acknowledgementPage(v, h.letter(r.Context(), v)))
}

func (h *Handlers) acknowledgementPDF(w http.ResponseWriter, r *http.Request) error {
	v, err := h.readGiftView(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if v.Gift.State != giving.Received || v.Gift.Campaign == 0 {
		return web.Redirect(w, r, v.path(""))
	}
	b, err := plainQuotes(r.Context(), h.letter(r.Context(), v)).Render()
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "application/pdf")
	head.Set("Content-Disposition", `attachment; filename="acknowledgement-`+clock.FormatID(v.Gift.ID)+`.pdf"`)
	head.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(b) // the reader may have gone
	return nil
}

// letter writes the acknowledgement; the page and the PDF show the same. A sealed gift names nobody.
func (h *Handlers) letter(ctx context.Context, v giftView) pdf.Letter {
	l := pdf.Letter{Issuer: h.issuer(ctx), Title: letterTitle(ctx), MadeAt: v.Now,
		Text: i18n.T(ctx, "giving.acknowledgement_text", "Campaign", v.title(), "Programme", v.Need.ProgrammeName, "Organisation", v.Need.OrganisationName)}
	add := func(key, value string) {
		if value != "" {
			l.Facts = append(l.Facts, [2]string{i18n.T(ctx, key), value})
		}
	}
	if v.Gift.Visibility != giving.Sealed {
		add("giving.ack_giver", v.Gift.GiverName)
	}
	add("giving.amount", i18n.Money(ctx, v.Gift.Amount))
	add("giving.ack_capitals", "人民币"+pdf.Capitals(v.Gift.Amount.Minor))
	if v.Gift.Refunded > 0 {
		add("giving.ack_returned", i18n.Money(ctx, money.Yuan(v.Gift.Refunded)))
	}
	if v.Gift.MatchPosted > 0 {
		add("giving.ack_matched", i18n.T(ctx, "giving.ack_match_by", "Amount", money.Yuan(v.Gift.MatchPosted), "Pool", v.Pool.Name))
	}
	add("giving.ack_received", i18n.DateTime(ctx, v.Gift.ReceivedAt))
	add("giving.ack_method", methodName(ctx, v.Gift.Method))
	add("giving.ack_number", clock.FormatID(v.Gift.ID))
	add("giving.ack_filing", v.Campaign.FilingNumber)
	add("giving.ack_certificate", h.d.Network.Certificate)
	l.Notes = []string{i18n.T(ctx, "giving.ack_no_receipt"), i18n.T(ctx, "giving.ack_printed", "When", i18n.DateTime(ctx, v.Now))}
	return l
}

// plainQuotes gives an English letter straight quotation marks: those of the PDF's font are as wide as
// a Chinese character.
func plainQuotes(ctx context.Context, l pdf.Letter) pdf.Letter {
	if i18n.LangOf(ctx) == i18n.EN {
		l.Text = strings.NewReplacer("“", `"`, "”", `"`, "’", "'").Replace(l.Text)
	}
	return l
}

// letterTitle is the title in both languages, the reader's first.
func letterTitle(ctx context.Context) string {
	const key = "giving.acknowledgement_title"
	return i18n.T(ctx, key) + " / " + i18n.T(i18n.WithLang(ctx, i18n.LangOf(ctx).Other()), key)
}

func (h *Handlers) issuer(ctx context.Context) string {
	if n := h.d.Network.Name; !n.Empty() {
		return n.In(ctx)
	}
	return i18n.T(ctx, "ui.product")
}

func (h *Handlers) zone() *time.Location {
	if h.d.Zone == nil {
		return i18n.DefaultZone()
	}
	return h.d.Zone
}
