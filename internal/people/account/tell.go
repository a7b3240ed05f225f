package account

import (
	"context"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people"
)

// tellChange says to a person by mail, and to the number that was theirs until now, that how they are
// reached has changed: whoever did not do it themselves must hear of it somewhere else.
func (s *Service) tellChange(ctx context.Context, tx *db.Tx, person int64, before, key string) error {
	if before != "" {
		p, err := s.people.PersonByID(ctx, tx, person)
		if err != nil {
			return err
		}
		words := s.words(ctx, p.Lang)
		err = notify.SendSMS(ctx, tx, notify.SMS{To: before, Lang: i18n.LangOf(words).Tag(), Template: notify.SMSChanged,
			Text: i18n.T(words, "account.sms_changed", "Network", s.cfg.Network.In(words))})
		if err != nil {
			return err
		}
	}
	return s.tellMail(ctx, tx, person, key)
}

// tellMail sends a person a mail that must be said, if they have an address.
func (s *Service) tellMail(ctx context.Context, tx *db.Tx, person int64, key string, args ...any) error {
	p, err := s.people.PersonByID(ctx, tx, person)
	if err != nil || p.Email == "" {
		return err
	}
	return notify.Send(ctx, tx, s.letter(ctx, p, p.Email, key, args...))
}

// letter writes the mail of a key: its subject is under key + "_subject".
func (s *Service) letter(ctx context.Context, p people.Person, to, key string, args ...any) notify.Mail {
	words := s.words(ctx, p.Lang)
	args = append([]any{"Network", s.cfg.Network.In(words), "Link", s.cfg.BaseURL + "/me/contact"}, args...)
	return notify.Mail{To: to, Lang: i18n.LangOf(words).Tag(), Subject: i18n.T(words, key+"_subject", args...), Text: i18n.T(words, key, args...)}
}
