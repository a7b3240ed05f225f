package app

import (
	"fmt"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
)

// Services are the verticals on one database, wired to each other.
type Services struct {
	DB       *db.DB
	Giving   *giving.Service
	Payments *payment.Service
	People   *people.Service
	Sandbox  *sandbox.Gateway // nil when it is not offered
}

// Setting is what the services need to know of the installation.
type Setting struct {
	Secret  []byte // keys hashes and the sandbox's signatures
	Zone    *time.Location
	BaseURL func() string // where this installation is reached, without a final slash
	Network i18n.Text
	Sandbox bool
	Texts   *i18n.Bundle
	Watch   Watcher // is told what gateways and payments do; nil for nobody
}

// NewServices wires the verticals.
func NewServices(d *db.DB, set Setting) (*Services, error) {
	s := &Services{DB: d}
	var gateways []payment.Gateway
	var names []string
	if set.Sandbox {
		s.Sandbox = sandbox.New(d, sandbox.Options{Secret: set.Secret, BaseURL: set.BaseURL})
		gateways, names = append(gateways, s.Sandbox), append(names, s.Sandbox.Name())
	}
	link := &payments{}
	s.Giving = giving.New(d, giving.Options{Payments: link, Gateways: names, Secret: set.Secret, Zone: set.Zone})
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
	s.People, err = people.New(d, set.Texts, people.Config{BaseURL: set.BaseURL(), Network: set.Network})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return s, nil
}
