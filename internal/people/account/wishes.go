package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people/account/internal/accountdb"
)

// Wishes are what a person wants to be told, and when not. The quiet hours are minutes of the day in the
// network's zone, QuietFrom included and QuietUntil not; they may go over midnight, and there are none
// when both are the same.
type Wishes struct {
	Topics     map[notify.Topic]bool
	QuietFrom  int
	QuietUntil int
}

const dayMinutes = 24 * 60

// DefaultWishes are those of people who have said nothing: everything about their own gifts, no news,
// and quiet from ten in the evening to seven in the morning.
func DefaultWishes() Wishes {
	return Wishes{QuietFrom: 22 * 60, QuietUntil: 7 * 60, Topics: map[notify.Topic]bool{
		notify.Thanks: true, notify.Outcomes: true, notify.Reminders: true, notify.News: false}}
}

// WishesOf returns a person's wishes. A topic that was turned off in a mail to their address is off.
func (s *Service) WishesOf(ctx context.Context, r db.Queryer, person int64) (Wishes, error) {
	w := DefaultWishes()
	row, err := q.WishOf(ctx, r, person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return w, fmt.Errorf("account: wishes: %w", err)
	}
	if err == nil {
		w = Wishes{QuietFrom: int(row.QuietFrom), QuietUntil: int(row.QuietUntil), Topics: map[notify.Topic]bool{
			notify.Thanks: row.Thanks, notify.Outcomes: row.Outcomes, notify.Reminders: row.Reminders, notify.News: row.News}}
	}
	p, err := s.people.PersonByID(ctx, r, person)
	if err != nil || p.Email == "" {
		return w, err
	}
	return w, s.refused(ctx, r, p.Email, w)
}

// refused turns off in w what was refused under an address.
func (s *Service) refused(ctx context.Context, r db.Queryer, address string, w Wishes) error {
	topics, err := q.Refusals(ctx, r, s.addressHash(address))
	if err != nil {
		return fmt.Errorf("account: refusals: %w", err)
	}
	for _, t := range topics {
		w.Topics[notify.Topic(t)] = false
	}
	return nil
}

// SetWishes keeps a person's wishes; what was turned off in mails to their address before no longer
// counts. Faults: Fields naming "quiet_from" or "quiet_until".
func (s *Service) SetWishes(ctx context.Context, tx *db.Tx, person int64, w Wishes) error {
	var bad fault.Fields
	for name, minute := range map[string]int{"quiet_from": w.QuietFrom, "quiet_until": w.QuietUntil} {
		if minute < 0 || minute >= dayMinutes {
			bad.Add(name, "form.choice")
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	p, err := s.people.PersonByID(ctx, tx, person)
	if err != nil {
		return err
	}
	if p.Email != "" {
		if err := q.DeleteRefusals(ctx, tx, s.addressHash(p.Email)); err != nil {
			return fmt.Errorf("account: refusals: %w", err)
		}
	}
	err = q.PutWish(ctx, tx, accountdb.PutWishParams{PersonID: person, Thanks: w.Topics[notify.Thanks], Outcomes: w.Topics[notify.Outcomes],
		Reminders: w.Topics[notify.Reminders], News: w.Topics[notify.News], QuietFrom: int64(w.QuietFrom), QuietUntil: int64(w.QuietUntil),
		ChangedAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("account: keep wishes: %w", err)
	}
	return nil
}

// QuietUntilAt returns when the quiet hours end in which at lies, the zero time outside them.
func (w Wishes) QuietUntilAt(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	day := local.Day()
	switch {
	case w.QuietFrom == w.QuietUntil:
		return time.Time{}
	case w.QuietFrom < w.QuietUntil:
		if minute < w.QuietFrom || minute >= w.QuietUntil {
			return time.Time{}
		}
	case minute >= w.QuietFrom:
		day++
	case minute >= w.QuietUntil:
		return time.Time{}
	}
	return time.Date(local.Year(), local.Month(), day, w.QuietUntil/60, w.QuietUntil%60, 0, 0, zone)
}

// Wish says what the owner of an address wishes of a mail about t. It implements notify.Wishes.
func (s *Service) Wish(ctx context.Context, address string, t notify.Topic, lang string) (out notify.Wish, err error) {
	address = strings.ToLower(address)
	err = s.d.Read(ctx, func(r *db.Reader) error {
		w := DefaultWishes()
		p, err := s.people.PersonByEmail(ctx, r, address)
		if err == nil {
			w, err = s.WishesOf(ctx, r, p.ID)
		} else if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Invalid {
			err = nil // a guest
		}
		if err == nil {
			err = s.refused(ctx, r, address, w)
		}
		link := s.cfg.BaseURL + "/notices/" + s.refusalToken(address, t)
		words := s.words(ctx, i18n.ZH)
		if strings.HasPrefix(lang, "en") {
			words = s.words(ctx, i18n.EN)
		}
		out = notify.Wish{Unwanted: !w.Topics[t], NotBefore: w.QuietUntilAt(s.d.Now(), s.cfg.Zone), Unsubscribe: link,
			Footer: i18n.T(words, "account.mail_footer", "Topic", i18n.T(words, "account.topic."+string(t)), "Link", link)}
		return err
	})
	return out, err
}

// Later runs body in a write. It implements notify.Wishes.
func (s *Service) Later(ctx context.Context, body func(tx *db.Tx) error) error {
	return s.d.Write(ctx, body)
}
