// Package oidc lets people sign in with the network's own OpenID Connect provider: authorization code
// with PKCE, a nonce, and a state that is bound to the browser which began.
//
// Who somebody is at the provider is (issuer, subject), and nothing else: addresses change hands. An
// address is looked at once, when a subject is new here, only if the provider has verified it, and only
// after the person has said yes. The package must not keep a token of the provider's, nor decide what
// a person may do.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc/internal/oidcdb"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

var q = oidcdb.New()

// BackPath is the path to which the provider sends people back; register it there, after the base URL.
const BackPath = "/sign-in/provider/back"

// CeremonyLife is how long signing in at the provider may take.
const CeremonyLife = 10 * time.Minute

// Config says which provider, and who we are there.
type Config struct {
	Issuer   string // as its discovery document says it
	ClientID string
	Secret   string    // never logged; "" for a public client
	Label    i18n.Text // what people call it, for the button
	BaseURL  string    // of this installation, without a final slash
	Network  i18n.Text
	// StrongACR are the values of the claim acr that stand for two things shown; they are asked for too.
	// AlwaysStrong says that the provider asks everybody for two, whatever its tokens say. Without either
	// only the value "mfa" of amr (RFC 8176, section 2) counts, and who comes without it has shown one.
	StrongACR    []string
	AlwaysStrong bool
	Client       *http.Client // nil: one with a timeout of 10 seconds
}

// Client signs people in.
type Client struct {
	d      *db.DB
	people *people.Service
	texts  *i18n.Bundle
	cfg    Config

	mu       sync.Mutex
	provider *gooidc.Provider // nil until it has been reached
	failed   time.Time        // when it last was not
}

// retryAfter is how long a provider that did not answer is left alone.
const retryAfter = 5 * time.Second

// New returns the client. It does not speak to the provider yet, so one that is down keeps nothing from
// starting.
func New(d *db.DB, texts *i18n.Bundle, p *people.Service, cfg Config) *Client {
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &Client{d: d, people: p, texts: texts, cfg: cfg}
}

// Label is what people call the provider.
func (c *Client) Label() i18n.Text { return c.cfg.Label }

// Register has r delete ceremonies that are over.
func (c *Client) Register(r *job.Runner) {
	r.Every("oidc.purge", time.Hour, func(ctx context.Context) error {
		return c.d.Write(ctx, func(tx *db.Tx) error {
			if _, err := q.PurgeCeremonies(ctx, tx, tx.NowMicros()); err != nil {
				return fmt.Errorf("oidc: purge: %w", err)
			}
			return nil
		})
	})
}

var errDown = fault.New(fault.Busy, "oidc.down")

// down is the fault of a provider that cannot be reached. What lies beneath is logged: it holds an
// address and a status, never what was sent.
func down(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		err = fmt.Errorf("the provider answered %d", e.Response.StatusCode)
	}
	return fault.Wrap(err, fault.Busy, errDown.Key)
}

// discover returns the provider, asked once and then known.
func (c *Client) discover(ctx context.Context) (*gooidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider != nil {
		return c.provider, nil
	}
	if now := c.d.Now(); !c.failed.IsZero() && now.Sub(c.failed) < retryAfter {
		return nil, errDown
	}
	p, err := gooidc.NewProvider(gooidc.ClientContext(ctx, c.cfg.Client), c.cfg.Issuer)
	if err != nil {
		c.failed = c.d.Now()
		return nil, down(err)
	}
	c.provider = p
	return p, nil
}

func (c *Client) oauth(p *gooidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: c.cfg.ClientID, ClientSecret: c.cfg.Secret, Endpoint: p.Endpoint(),
		RedirectURL: c.cfg.BaseURL + BackPath, Scopes: []string{gooidc.ScopeOpenID, "email", "profile"}}
}

// NewBrowser returns a random name for a browser, to keep in a cookie while people are away at the
// provider.
func NewBrowser() string { return random() }

func random() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
