// Package signin is how people prove who they are, and in which browsers they have done so: links by
// mail, passkeys, a password with a code, recovery codes, a family code, and two colleagues who let a third begin anew.
//
// One thing alone, such as a mailbox, opens a giver's own page. The desk wants two (a passkey that
// checks its holder is two), and what a stolen mailbox can do ends there. So do guardians' pages of their
// children, for which a family code is the easy second thing. The package must not decide
// what a person may do once they are known: that is package access's. It keeps no address and no number
// of anybody, says the same of those who are here and those who are not, and must not log what was typed.
package signin

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/people"
	"manyhands/internal/people/signin/internal/signindb"
	"manyhands/internal/vault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Config is what the service stands on.
type Config struct {
	DB      *db.DB
	Texts   *i18n.Bundle
	People  *people.Service
	Vault   *vault.Vault // keeps the secrets of code apps
	BaseURL string       // as people's; its host is what passkeys are bound to
	Network i18n.Text    // the network's name, for mails and on passkeys
	// Guardian reports whether a person answers for a child whose record they can open; nil: nobody does.
	Guardian func(ctx context.Context, q db.Queryer, person int64) (bool, error)
	// ProviderLife is how long a session holds that rests on the network's provider; 0: ProviderLife.
	ProviderLife time.Duration
	Secret       []byte // the installation's; keys the hashes of recovery codes and of who guesses
}

// Service is the package's door.
type Service struct {
	cfg    Config
	d      *db.DB
	q      *signindb.Queries
	web    *webauthn.WebAuthn // nil where passkeys cannot be: the address is a number
	hashes hasher
}

// New returns the service. It refuses a base URL without a host.
func New(cfg Config) (*Service, error) {
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("signin: the base URL must look like https://give.example.org")
	}
	cfg.ProviderLife = cmp.Or(cfg.ProviderLife, ProviderLife)
	if cfg.Guardian == nil {
		cfg.Guardian = func(context.Context, db.Queryer, int64) (bool, error) { return false, nil }
	}
	return &Service{cfg: cfg, d: cfg.DB, q: signindb.New(), web: relyingParty(cfg, strings.ToLower(u.Hostname())), hashes: newHasher()}, nil
}

// relyingParty returns what checks passkeys of a host, nil for a host that can have none: a passkey is
// bound to a domain name (WebAuthn, 5.1.3).
func relyingParty(cfg Config, host string) *webauthn.WebAuthn {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: cfg.Network.ZH, RPOrigins: []string{cfg.BaseURL},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil // not a name that the standard allows; Passkeys says so
	}
	return web
}

// Passkeys reports whether this installation's address allows passkeys.
func (s *Service) Passkeys() bool { return s.web != nil }

// Locked returns the fault that says that codes of apps cannot be checked, or nil.
func (s *Service) Locked() error { return s.cfg.Vault.Locked() }

// Register has r delete what has ended: sessions, challenges, old guesses, devices not seen for a year.
func (s *Service) Register(r *job.Runner) {
	r.Every("signin.purge", time.Hour, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error {
			now := tx.Now()
			for what, purge := range map[string]func() (int64, error){
				"sessions":   func() (int64, error) { return s.q.PurgeSessions(ctx, tx, clock.Micros(now)) },
				"challenges": func() (int64, error) { return s.q.PurgeCeremonies(ctx, tx, clock.Micros(now)) },
				"guesses":    func() (int64, error) { return s.q.PurgeAttempts(ctx, tx, clock.Micros(now.Add(-keepAttempts))) },
				"papers":     func() (int64, error) { return s.q.PurgeFamilyPapers(ctx, tx, clock.Micros(now)) },
				"devices":    func() (int64, error) { return s.q.PurgeDevices(ctx, tx, clock.Micros(now.Add(-DeviceLife))) },
			} {
				if _, err := purge(); err != nil {
					return fmt.Errorf("signin: purge %s: %w", what, err)
				}
			}
			return nil
		})
	})
}

// Forget deletes all by which a person could sign in again, and their sessions: for an account that is
// deleted.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, person int64) error {
	if err := s.forgetFactors(ctx, tx, person); err != nil {
		return err
	}
	if err := s.q.DeleteDevices(ctx, tx, person); err != nil {
		return fmt.Errorf("signin: forget devices: %w", err)
	}
	return s.EndAll(ctx, tx, person)
}

const tokenBytes = 32 // 256 bits: cannot be guessed (OWASP asks for 128)

// newToken draws a token and returns it with what the database keeps of it.
func newToken() (token, hash string) {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	sum := sha256.Sum256(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]), hex.EncodeToString(sum[:])
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

// keyed returns a hash of parts that nobody can make without the installation's secret.
func (s *Service) keyed(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, s.cfg.Secret)
	for _, p := range append([]string{"signin", purpose}, parts...) {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}
