// Package account is what people do with their own account: reach it by telephone, change how they are
// reached, say what they wish to be told and when, put past gifts into it, take their data along, and
// leave.
//
// A telephone number is sealed under its owner's key and found by a blind index; it is never in clear in
// a table of its own, a log or an address. The package must not decide who may do what, nor keep
// anything about children: who holds a child's consent or a colleague's duty says so through Holder
// when that person wants to leave.
package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/people"
	"manyhands/internal/people/account/internal/accountdb"
	"manyhands/internal/vault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

var q = accountdb.New()

// Config is what the service needs to know about the installation.
type Config struct {
	BaseURL string    // scheme and host under which people reach the pages, without a final slash
	Network i18n.Text // the network's name, for messages
	Secret  []byte    // keys the hashes of codes, clients and addresses
	Zone    *time.Location
	// MessagesPerDay is how many codes may leave by short message in a day, over everybody; 0: the
	// default of 500. Each costs money, and only robots would want more.
	MessagesPerDay int
	// Countries are the calling codes that messages are sent to, such as "86"; none: 86 alone; "*": all.
	// Numbers abroad are how robots turn short messages into money for themselves.
	Countries []string
	// Holders say who cannot leave yet.
	Holders []Holder
	// Forgetters forget a person who leaves, each in its own tables.
	Forgetters []Forgetter
	// Tellers add to what a person takes along.
	Tellers []Teller
	// Changed is called in the write that changes how a person is reached, who acts in ctx: it ends their
	// other sessions. Nil for nothing.
	Changed func(ctx context.Context, tx *db.Tx, person int64) error
}

// Holder knows why a person cannot leave yet: an appointment, a child's consent that hangs on them.
type Holder interface {
	// Holds returns message keys, each a reason with what to do first; none when nothing holds them.
	Holds(ctx context.Context, r db.Queryer, person int64) ([]string, error)
}

// Forgetter removes what it keeps of a person who leaves, found by their id or by an address that they
// have proven. It must change no total.
type Forgetter interface {
	Forget(ctx context.Context, tx *db.Tx, person int64, addresses []string) error
}

// Teller tells a person what is known of them.
type Teller interface {
	Tell(ctx context.Context, r db.Queryer, person int64, addresses []string) ([]Section, error)
}

// Service is the package's door.
type Service struct {
	d      *db.DB
	texts  *i18n.Bundle
	people *people.Service
	vault  *vault.Vault
	cfg    Config
}

// defaultMessages is MessagesPerDay where it is not set.
const defaultMessages = 500

// New returns the service.
func New(d *db.DB, texts *i18n.Bundle, p *people.Service, v *vault.Vault, cfg Config) *Service {
	if cfg.MessagesPerDay <= 0 {
		cfg.MessagesPerDay = defaultMessages
	}
	if len(cfg.Countries) == 0 {
		cfg.Countries = []string{mainland}
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Changed == nil {
		cfg.Changed = func(context.Context, *db.Tx, int64) error { return nil }
	}
	return &Service{d: d, texts: texts, people: p, vault: v, cfg: cfg}
}

// Register has r delete codes that are over and let those leave whose time has come.
func (s *Service) Register(r *job.Runner) {
	r.Every("account.tidy", time.Hour, func(ctx context.Context) error {
		err := s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := q.PurgeCodes(ctx, tx, tx.NowMicros()-keepCodes.Microseconds())
			return err
		})
		if err != nil {
			return fmt.Errorf("account: purge codes: %w", err)
		}
		return s.LeaveDue(ctx)
	})
}

// hash returns a keyed hash of parts: nobody who reads the database can try numbers or codes on it.
func (s *Service) hash(what string, parts ...string) string {
	h := hmac.New(sha256.New, s.cfg.Secret)
	_, _ = fmt.Fprintf(h, "account %s", what) // a hash never fails
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, " %d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// words returns the texts in a language, for messages.
func (s *Service) words(ctx context.Context, lang i18n.Lang) context.Context {
	if lang != i18n.EN {
		lang = i18n.ZH
	}
	return i18n.With(ctx, s.texts, lang, s.cfg.Zone)
}
