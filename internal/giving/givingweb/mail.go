package givingweb

import (
	"context"
	"encoding/json"
	"fmt"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/notify"
	"manyhands/internal/programme"
)

// RegisterJobs has r send the letters of these pages.
func (h *Handlers) RegisterJobs(r *job.Runner) {
	r.Handle(giving.JobThank, h.thank)
}

// thank writes to a giver, in the language in which the gift was made, that it has arrived and where
// to follow it.
func (h *Handlers) thank(ctx context.Context, args json.RawMessage) error {
	var a giving.ThankArgs
	if err := json.Unmarshal(args, &a); err != nil {
		return fmt.Errorf("givingweb: read the job: %w", err)
	}
	return h.d.DB.Write(ctx, func(tx *db.Tx) error {
		g, err := giving.GiftByID(ctx, tx, a.Gift)
		if fault.KindOf(err) == fault.NotFound || (err == nil && g.GiverEmail == "") {
			return nil // there is nobody to thank any more
		}
		if err != nil {
			return err
		}
		n, err := programme.NeedViewByID(ctx, tx, g.Need)
		if err != nil {
			return err
		}
		return notify.Send(ctx, tx, h.thanks(ctx, g, n))
	})
}

func (h *Handlers) thanks(ctx context.Context, g giving.Gift, n programme.NeedView) notify.Mail {
	lang, ok := i18n.ParseLang(g.Lang)
	if !ok {
		lang = i18n.ZH
	}
	ctx = i18n.With(ctx, h.d.Bundle, lang, h.zone())
	args := []any{"Amount", g.Amount, "Match", money.Yuan(g.MatchPosted), "Campaign", n.Title, "Programme", n.ProgrammeName,
		"Link", h.address("/g/" + g.Token), "Network", h.issuer(ctx)}
	text := i18n.T(ctx, "giving.mail_thank", args...)
	if g.MatchPosted > 0 {
		text += i18n.T(ctx, "giving.mail_matched", args...)
	}
	return notify.Mail{To: g.GiverEmail, Lang: string(lang), Subject: i18n.T(ctx, "giving.mail_subject", args...),
		Text: text + i18n.T(ctx, "giving.mail_follow", args...), Topic: notify.Thanks, Prompt: true}
}
