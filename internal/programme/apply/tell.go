package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

const remindEvery = 6 * time.Hour

// must is the topic of what an organisation has to be told, whatever its people wish.
const must notify.Topic = ""

// Register has r remind organisations of what runs out.
func (s *Service) Register(r *job.Runner) {
	r.Every("apply.remind", remindEvery, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error { return s.Remind(ctx, tx) })
	})
}

// Remind mails who answers for an organisation what of its papers, or of its programmes' checks, runs out
// or has run out; each once.
func (s *Service) Remind(ctx context.Context, tx *db.Tx) error {
	for _, kind := range []string{checklist.Organisation, checklist.Programme} {
		due, err := checklist.Remind(ctx, tx, kind)
		if err != nil {
			return err
		}
		for _, e := range due {
			if err := s.remindOf(ctx, tx, e); err != nil {
				return fmt.Errorf("apply: remind: %w", err)
			}
		}
	}
	return nil
}

func (s *Service) remindOf(ctx context.Context, tx *db.Tx, e checklist.Ending) error {
	organisation := e.Subject
	if e.Kind == checklist.Programme {
		p, err := programme.ProgrammeByID(ctx, tx, e.Subject)
		if err != nil {
			return err
		}
		organisation = p.Organisation
	}
	key := "apply.mail_ends"
	if e.Days == 0 {
		key = "apply.mail_ended"
	}
	return s.tellOf(ctx, tx, organisation, notify.Reminders, key, "What", e.Name(), "Date", e.EndsAt.Add(-time.Microsecond))
}

// tell mails everybody who has confirmed that they answer for an organisation, each once and in their language. An argument What
// is a message key.
func (s *Service) tell(ctx context.Context, tx *db.Tx, v View, topic notify.Topic, key string, args ...any) error {
	told := map[int64]bool{}
	for _, r := range v.People {
		if told[r.Person] || r.Email == "" || !r.Confirmed {
			continue
		}
		told[r.Person] = true
		p, err := s.People.PersonByID(ctx, tx, r.Person)
		if err != nil {
			return err
		}
		if err := s.mail(ctx, tx, p, v, topic, key, args); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) mail(ctx context.Context, tx *db.Tx, to people.Person, v View, topic notify.Topic, key string, args []any) error {
	if s.Texts == nil {
		return errors.New("apply: mails need texts")
	}
	lang := cmp.Or(to.Lang, i18n.ZH)
	in := i18n.With(ctx, s.Texts, lang, s.Zone)
	all := []any{"Name", v.Name.In(in), "Link", s.BaseURL() + "/apply/" + clock.FormatID(v.ID)}
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		if args[i] == "What" {
			value = i18n.T(in, fmt.Sprint(value))
		}
		all = append(all, args[i], value)
	}
	return notify.Send(ctx, tx, notify.Mail{To: to.Email, Lang: lang.Tag(), Subject: i18n.T(in, key+"_subject", all...),
		Text: i18n.T(in, key+"_text", all...), Topic: topic})
}
