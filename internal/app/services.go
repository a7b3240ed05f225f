package app

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/child/tell"
	"manyhands/internal/concern"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme/apply"
	"manyhands/internal/safeguard"
	"manyhands/internal/vault"
)

// Services are the verticals on one database, wired to each other.
type Services struct {
	DB        *db.DB
	Vault     *vault.Vault
	Blobs     *blob.Store
	Giving    *giving.Service
	Payments  *payment.Service
	People    *people.Service
	Apply     *apply.Service
	Reach     *reach.Service
	SignIn    *signin.Service
	Account   *account.Service
	OIDC      *oidc.Client // nil where the network has no provider of its own
	Concerns  *concern.Service
	Consents  *consent.Service
	Children  *child.Service
	Tell      *tell.Service
	Safeguard *safeguard.Service
	Sandbox   *sandbox.Gateway // nil when it is not offered
}

// Setting is what the services need to know of the installation.
type Setting struct {
	Secret   []byte // keys hashes and the sandbox's signatures
	Zone     *time.Location
	BaseURL  func() string // where this installation is reached, without a final slash
	Network  i18n.Text
	Sandbox  bool
	Filing   bool // a charity's campaign opens with a certificate and a filed plan alone
	Texts    *i18n.Bundle
	Vault    *vault.Vault // nil for one that is locked
	Accounts Accounts
	AloneAge int                    // years below which no child goes home alone; 0 is the usual age
	KeepDays map[safeguard.Kind]int // what is kept for another time than usual; 0 is the usual one
	Watch    Watcher                // is told what gateways and payments do; nil for nobody
}

// NewServices wires the verticals.
func NewServices(d *db.DB, set Setting) (*Services, error) {
	if set.Vault == nil {
		set.Vault = vault.Shut(d)
	}
	s := &Services{DB: d, Vault: set.Vault, Blobs: blob.New(set.Vault)}
	var gateways []payment.Gateway
	var names []string
	if set.Sandbox {
		s.Sandbox = sandbox.New(d, sandbox.Options{Secret: set.Secret, BaseURL: set.BaseURL})
		gateways, names = append(gateways, s.Sandbox), append(names, s.Sandbox.Name())
	}
	link := &payments{}
	s.Giving = giving.New(d, giving.Options{Payments: link, Gateways: names, Secret: set.Secret, Zone: set.Zone, Filing: set.Filing})
	var purpose payment.Purpose = gifts{s.Giving}
	if set.Watch != nil {
		for i, g := range gateways {
			gateways[i] = watched{g, set.Watch}
		}
		purpose = counted{purpose, set.Watch}
	}
	s.Payments = payment.New(d, gateways, purpose)
	link.service = s.Payments
	var err error
	s.People, err = people.New(d, set.Texts, people.Config{BaseURL: set.BaseURL(), Network: set.Network, Movers: movers(), Apart: sides()})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	s.Apply = apply.New(d, apply.Options{Vault: s.Vault, Blobs: s.Blobs, People: s.People, Texts: set.Texts, BaseURL: set.BaseURL, Zone: set.Zone,
		NeedsHeir: func(ctx context.Context, r db.Queryer, id int64) (bool, error) {
			return s.Safeguard.NeedsHeir(ctx, r, id)
		}})
	s.Reach = reach.New(s.People, s.Vault)
	s.SignIn, err = signin.New(signin.Config{DB: d, Texts: set.Texts, People: s.People, Vault: s.Vault, BaseURL: set.BaseURL(), Network: set.Network, Secret: set.Secret, ProviderLife: set.Accounts.ProviderLife,
		Guardian: func(ctx context.Context, r db.Queryer, person int64) (bool, error) {
			return s.Children.Guards(ctx, r, person)
		}})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	s.accounts(set)
	if err := s.children(set); err != nil {
		return nil, err
	}
	s.Concerns = concern.New(d, s.Vault, hearers{d, s.People, i18n.ZH}, set.Texts, set.BaseURL())
	s.keepers()
	return s, nil
}
