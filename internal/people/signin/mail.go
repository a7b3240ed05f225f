package signin

import (
	"cmp"
	"context"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
)

// tell mails a person that something about their sign-in was changed, in their language. What is done to
// an account is always told: it cannot be switched off.
func (s *Service) tell(ctx context.Context, tx *db.Tx, person int64, what string, d Device) error {
	p, err := s.cfg.People.PersonByID(ctx, tx, person)
	if err != nil || p.Email == "" {
		return err
	}
	lang := cmp.Or(p.Lang, i18n.ZH)
	ctx = i18n.With(ctx, s.cfg.Texts, lang, nil)
	network := s.cfg.Network.In(ctx)
	return notify.Send(ctx, tx, notify.Mail{
		To: p.Email, Lang: lang.Tag(),
		Subject: i18n.T(ctx, "signin.mail.subject", "Network", network),
		Text: i18n.T(ctx, "signin.mail.text", "Network", network, "What", i18n.T(ctx, "signin.told."+what, "Device", d.In(ctx)),
			"At", i18n.DateTime(ctx, tx.Now()), "Link", s.cfg.BaseURL+"/me/security"),
	})
}

// In names the device in the reader's language, "Chrome on Android".
func (d Device) In(ctx context.Context) string {
	if d.Browser == "" {
		return i18n.T(ctx, "signin.device.unknown")
	}
	return i18n.T(ctx, "signin.device", "Browser", i18n.T(ctx, "signin.device."+d.Browser), "System", i18n.T(ctx, "signin.device."+d.System))
}
