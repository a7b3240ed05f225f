// Package safeguard keeps what safeguarding leads answer for: records opened in an emergency, legal holds,
// how long things are kept, and their erasure with a proof.
//
// It decides nothing about who may: package access does. It opens no record: package child does. It must not
// keep a word about a child in clear: reasons are sealed under the record's own key and go with it.
package safeguard

import (
	"context"
	"embed"
	"fmt"
	"time"
	"unicode/utf8"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/safeguard/internal/safeguarddb"
	"manyhands/internal/vault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Lead is a safeguarding lead who is told that something waits for them.
type Lead struct {
	access.Actor
	Email string
	Lang  i18n.Lang
}

// Options are what the service is made of; durations that are 0 get their defaults.
type Options struct {
	Vault   *vault.Vault
	Texts   *i18n.Bundle
	BaseURL string
	// Leads returns everybody in force as safeguarding lead.
	Leads func(ctx context.Context, r db.Queryer) ([]Lead, error)

	Concerns Concerns // nil: none are counted

	GlassLife time.Duration // how long an emergency lasts; at most LongestGlass
	Forget    time.Duration // until backups have forgotten a destroyed key
	KeepDays  map[Kind]int  // what is set to another time than the usual one; 0 is the usual one
	Itself    []Clock       // what ends by itself, to be shown
}

// Defaults, and the most that an emergency may last.
const (
	DefaultGlass   = time.Hour
	LongestGlass   = 24 * time.Hour
	DefaultForget  = 35 * 24 * time.Hour // what backups do unless told otherwise
	ReviewWithin   = 3 * 24 * time.Hour
	ShortestReason = 10 // characters
	LongestReason  = 2000
	MaxPage        = 100
)

// Service is the package's door.
type Service struct {
	d        *db.DB
	o        Options
	children *child.Service
	clocks   []Clock
	keepers  map[Kind]Keeper
	heirs    Heirs
}

// New returns the service. Children is set with Use, since package child asks this one who has opened a
// record in an emergency.
func New(d *db.DB, o Options) *Service {
	for _, x := range []struct {
		at    *time.Duration
		usual time.Duration
	}{{&o.GlassLife, DefaultGlass}, {&o.Forget, DefaultForget}} {
		if *x.at <= 0 {
			*x.at = x.usual
		}
	}
	o.GlassLife = min(o.GlassLife, LongestGlass)
	s := &Service{d: d, o: o, clocks: setClocks(o.KeepDays, o.Itself)}
	s.keepers = s.own()
	return s
}

// Use sets the children's records.
func (s *Service) Use(children *child.Service) { s.children = children }

var q = safeguarddb.New()

// asLead is the question of a lead about a record.
var asLead = access.Question{Purpose: access.Safeguarding, Reason: true}

// may loads a record for a lead who may do p with it. Faults: NotFound "child.no_record".
func (s *Service) may(ctx context.Context, tx *db.Tx, record int64, p access.Permission) (child.Record, error) {
	r, gate, err := s.children.Resource(ctx, tx, record)
	if err != nil {
		return r, err
	}
	ask := asLead
	ask.At = tx.Now()
	if !access.DecideRecord(ctx, p, gate, ask).Allowed {
		return r, fault.New(fault.NotFound, "child.no_record").By(string(p), record)
	}
	return r, nil
}

func (s *Service) seal(ctx context.Context, r db.Queryer, record int64, field, text string) ([]byte, error) {
	box, err := s.o.Vault.Box(ctx, r, record)
	if err != nil {
		return nil, err
	}
	return box.SealText(field, text)
}

// open returns a sealed text, or "" when the record's key is destroyed.
func (s *Service) open(ctx context.Context, r db.Queryer, record int64, field string, sealed []byte) (string, error) {
	box, err := s.o.Vault.Box(ctx, r, record)
	if err != nil {
		return "", err
	}
	text, err := box.OpenText(field, sealed)
	if fault.KindOf(err) == fault.Gone {
		return "", nil
	}
	return text, err
}

// worded checks a text that somebody gives as a reason.
func worded(field, text string, least int) error {
	var f fault.Fields
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0:
		f.Add(field, "form.required")
	case n < least:
		f.Add(field, "safeguard.reason_short", "Least", least)
	case n > LongestReason:
		f.Add(field, "form.too_long", "Max", LongestReason)
	}
	return f.Err()
}

func act(ctx context.Context, tx *db.Tx, kind string, record, organisation int64, data any) error {
	err := audit.Add(ctx, tx, audit.Act{Kind: kind, Subject: record, Organisation: organisation, Person: access.PersonID(ctx),
		Purpose: string(access.Safeguarding), Data: data})
	if err != nil {
		return fmt.Errorf("safeguard: trail: %w", err)
	}
	return nil
}

// tell sends the leads who answer for an organisation a mail that says nothing but that something waits.
func (s *Service) tell(ctx context.Context, tx *db.Tx, organisation, except int64, what string) error {
	leads, err := s.o.Leads(ctx, tx)
	if err != nil {
		return err
	}
	for _, l := range leads {
		as := access.With(ctx, l.Actor)
		if l.PersonID == except || l.Email == "" || access.CheckFor(as, access.GlassReview, organisation) != nil {
			continue
		}
		in := i18n.With(ctx, s.o.Texts, l.Lang, nil)
		err := notify.Send(ctx, tx, notify.Mail{To: l.Email, Lang: l.Lang.Tag(), Subject: i18n.T(in, "safeguard.mail."+what+"_subject"),
			Text: i18n.T(in, "safeguard.mail."+what+"_text", "Link", s.o.BaseURL+"/desk/glass")})
		if err != nil {
			return err
		}
	}
	return nil
}

// moment reads a stored moment that may be absent.
func moment(micros int64) time.Time { return clock.Time(micros) }
