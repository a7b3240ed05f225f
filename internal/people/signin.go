package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people/internal/peopledb"
)

// How long a sign-in link works: one that was mailed (OWASP ASVS 5.0, 6.5.5), and one that was made on the
// server, to be handed over.
const (
	LinkLife    = 10 * time.Minute
	ConsoleLife = 15 * time.Minute
)

const (
	tokenBytes   = 32             // 256 bits: cannot be guessed (OWASP asks for 128)
	linksPerHour = 5              // to one address; the rest of the hour's wishes are dropped
	keepLinks    = 24 * time.Hour // after their end, so that an old link says what it is
)

// RequestLink sends a mail with a sign-in link to email. Whatever is known about the address, and
// even when it has had enough links, the answer is nil: nobody learns who is here.
// toPath is where to go after signing in; anything that is no page of this site is dropped. lang is
// the mail's language. Faults: Fields naming "email".
func (s *Service) RequestLink(ctx context.Context, email, toPath string, lang i18n.Lang) error {
	email, err := Email(email)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if enough, err := enoughLinks(ctx, tx, email); enough || err != nil {
			return err
		}
		token, err := s.addLink(ctx, tx, email, LocalPath(toPath), false)
		if err != nil {
			return err
		}
		return notify.Send(ctx, tx, s.letter(ctx, email, token, lang))
	})
}

// enoughLinks reports whether an address has had its links of the hour. One that holds no link that
// works gets another all the same: else whoever asks for a stranger five times would lock them out.
func enoughLinks(ctx context.Context, tx *db.Tx, email string) (bool, error) {
	hour, err := peopledb.New().CountLinks(ctx, tx, peopledb.CountLinksParams{Email: email, Since: clock.Micros(tx.Now().Add(-time.Hour))})
	if err != nil {
		return false, fmt.Errorf("people: count links: %w", err)
	}
	live, err := peopledb.New().CountLiveLinks(ctx, tx, peopledb.CountLiveLinksParams{Email: email, Now: tx.NowMicros()})
	if err != nil {
		return false, fmt.Errorf("people: count links that work: %w", err)
	}
	return hour >= linksPerHour && live > 0, nil
}

// letter writes the mail.
func (s *Service) letter(ctx context.Context, email, token string, lang i18n.Lang) notify.Mail {
	ctx = i18n.With(ctx, s.texts, lang, nil)
	network := s.cfg.Network.In(ctx)
	return notify.Mail{
		To: email, Lang: lang.Tag(),
		Subject: i18n.T(ctx, "people.mail.subject", "Network", network),
		Text: i18n.T(ctx, "people.mail.text", "Network", network, "Link", s.LinkURL(token),
			"Minutes", int64(LinkLife/time.Minute)),
	}
}

// LinkURL returns the absolute URL of a token's page.
func (s *Service) LinkURL(token string) string { return s.cfg.BaseURL + "/sign-in/" + token }

// MakeLink makes a sign-in link without a mail and returns its token: for the operator's console. Who
// uses it counts as proved well, since it never was in a mailbox. Faults: Fields naming "email".
func (s *Service) MakeLink(ctx context.Context, tx *db.Tx, email string) (token string, err error) {
	if email, err = Email(email); err != nil {
		return "", err
	}
	return s.addLink(ctx, tx, email, "", true)
}

func (s *Service) addLink(ctx context.Context, tx *db.Tx, email, toPath string, console bool) (string, error) {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	token := base64.RawURLEncoding.EncodeToString(b[:])
	hash, _ := tokenHash(token)
	life := LinkLife
	if console {
		life = ConsoleLife
	}
	err := peopledb.New().InsertLink(ctx, tx, peopledb.InsertLinkParams{
		TokenHash: hash, Email: email, ToPath: toPath, Console: console,
		MadeAt: tx.NowMicros(), ExpiresAt: clock.Micros(tx.Now().Add(life)),
	})
	if err != nil {
		return "", fmt.Errorf("people: add a link: %w", err)
	}
	return token, nil
}

// tokenHash returns what the database keeps of a token; false for what cannot be one.
func tokenHash(token string) (string, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return "", false // the decoder would pass over line ends
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return "", false
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), true
}

// CheckLink returns nil while a link can be used, and does not use it: mail scanners open links.
// Faults: Gone "people.link_used", Gone "people.link_expired", NotFound "people.link_unknown".
func (s *Service) CheckLink(ctx context.Context, token string) error {
	return s.d.Read(ctx, func(q *db.Reader) error {
		_, _, err := openLink(ctx, q, token, s.d.Now())
		return err
	})
}

// Arrival is who came in by a link.
type Arrival struct {
	Person  Person
	To      string // "" or a page of this site
	Console bool   // the link was made on the server, not mailed
}

// UseLink ends a link and returns whose it is. A person who was never here is made. Faults: Gone
// "people.link_used", Gone "people.link_expired", NotFound "people.link_unknown".
func (s *Service) UseLink(ctx context.Context, tx *db.Tx, token string) (Arrival, error) {
	link, hash, err := openLink(ctx, tx, token, tx.Now())
	if err != nil {
		return Arrival{}, err
	}
	n, err := peopledb.New().UseLink(ctx, tx, peopledb.UseLinkParams{Now: tx.NowMicros(), TokenHash: hash})
	if err != nil {
		return Arrival{}, fmt.Errorf("people: use a link: %w", err)
	}
	if n == 0 {
		return Arrival{}, errUsed
	}
	p, err := s.EnsurePerson(ctx, tx, link.Email, "")
	return Arrival{Person: p, To: link.ToPath, Console: link.Console}, err
}

var errUsed = fault.New(fault.Gone, "people.link_used")

func openLink(ctx context.Context, q db.Queryer, token string, now time.Time) (peopledb.LinkRow, string, error) {
	hash, ok := tokenHash(token)
	if !ok {
		return peopledb.LinkRow{}, "", fault.New(fault.NotFound, "people.link_unknown")
	}
	link, err := peopledb.New().Link(ctx, q, hash)
	switch {
	case err != nil:
		return link, "", fmt.Errorf("people: link: %w", db.NotFound(err, "people.link_unknown"))
	case link.UsedAt != 0:
		return link, "", errUsed
	case clock.Micros(now) >= link.ExpiresAt:
		return link, "", fault.New(fault.Gone, "people.link_expired")
	}
	return link, hash, nil
}
