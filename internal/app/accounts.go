package app

import (
	"context"
	"time"

	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme"
)

// What people's own accounts want of the others.

// Accounts is what of the configuration concerns people's own accounts; the zero value is safe.
type Accounts struct {
	MessagesPerDay int
	Countries      []string
	ProviderLife   time.Duration // 0: the usual one
	Provider       oidc.Config   // without an issuer there is none
}

func accountsOf(cfg config.Config) (Accounts, error) {
	secret, err := cfg.OIDC.Secret()
	return Accounts{MessagesPerDay: cfg.SMS.PerDay, Countries: cfg.SMS.CountryCodes(),
		ProviderLife: time.Duration(cfg.OIDC.SessionHours) * time.Hour, Provider: oidc.Config{Issuer: cfg.OIDC.Issuer,
			ClientID: cfg.OIDC.ClientID, Secret: secret,
			StrongACR: cfg.OIDC.StrongValues(), AlwaysStrong: cfg.OIDC.AlwaysStrong, Label: i18n.Text{ZH: cfg.OIDC.LabelZH, EN: cfg.OIDC.LabelEN}}}, err
}

// accounts wires the service of people's own accounts, and the network's provider.
func (s *Services) accounts(set Setting) {
	s.Account = account.New(s.DB, set.Texts, s.People, s.Vault, account.Config{BaseURL: set.BaseURL(), Network: set.Network, Secret: set.Secret,
		Zone: set.Zone, MessagesPerDay: set.Accounts.MessagesPerDay, Countries: set.Accounts.Countries,
		Holders:    []account.Holder{appointments{s.People}, guardians{s}},
		Forgetters: []account.Forgetter{givers{s, set.BaseURL()}, ways{s.SignIn}},
		Tellers:    []account.Teller{givers{s, set.BaseURL()}, ways{s.SignIn}},
		Changed:    s.endOthers,
	})
	s.Reach.Use(s.Account)
	if p := set.Accounts.Provider; p.Issuer != "" {
		p.BaseURL, p.Network = set.BaseURL(), set.Network
		s.OIDC = oidc.New(s.DB, set.Texts, s.People, p)
	}
}

// endOthers ends the sessions of a person but the one by which they act.
func (s *Services) endOthers(ctx context.Context, tx *db.Tx, person int64) error {
	n, _ := signin.Of(ctx)
	return s.SignIn.EndOthers(ctx, tx, person, n.ID)
}

// appointments hold whoever is appointed: they hand over first.
type appointments struct{ people *people.Service }

// Holds implements account.Holder.
func (a appointments) Holds(ctx context.Context, r db.Queryer, person int64) ([]string, error) {
	n, err := a.people.CountOpenAppointments(ctx, r, person)
	if err != nil || n == 0 {
		return nil, err
	}
	return []string{"account.held_appointment"}, nil
}

// guardians hold whoever answers for an enrolled child.
type guardians struct{ s *Services }

// Holds implements account.Holder.
func (g guardians) Holds(ctx context.Context, r db.Queryer, person int64) ([]string, error) {
	return g.s.Children.Holds(ctx, r, person)
}

// givers are what giving knows of a person.
type givers struct {
	s    *Services
	base string
}

// Forget implements account.Forgetter.
func (givers) Forget(ctx context.Context, tx *db.Tx, person int64, addresses []string) error {
	return giving.Forget(ctx, tx, person, addresses)
}

// Tell implements account.Teller.
func (g givers) Tell(ctx context.Context, r db.Queryer, person int64, addresses []string) ([]account.Section, error) {
	kept, err := g.s.Account.KeptGifts(ctx, r, person)
	if err != nil {
		return nil, err
	}
	gifts, err := giving.GiftsOf(ctx, r, person, addresses, kept, account.MostRecords)
	if err != nil {
		return nil, err
	}
	out := account.Section{Name: "gifts"}
	titles := map[int64]i18n.Text{}
	for _, x := range gifts {
		if _, known := titles[x.Need]; !known {
			n, err := programme.NeedByID(ctx, r, x.Need)
			if err != nil {
				return nil, err
			}
			titles[x.Need] = n.Title
		}
		out.Records = append(out.Records, account.Record{{Name: "for", Value: titles[x.Need]}, {Name: "amount", Value: x.Amount},
			{Name: "state", Value: string(x.State)}, {Name: "visibility", Value: string(x.Visibility)}, {Name: "given_as", Value: x.GiverName},
			{Name: "message", Value: x.Message}, {Name: "given_at", Value: x.MadeAt}, {Name: "link", Value: g.base + "/g/" + x.Token}})
	}
	return []account.Section{out}, nil
}

// ways are by what a person signs in and is reached.
type ways struct{ signIn *signin.Service }

// Forget implements account.Forgetter.
func (w ways) Forget(ctx context.Context, tx *db.Tx, person int64, _ []string) error {
	if err := reach.Forget(ctx, tx, person); err != nil {
		return err
	}
	if err := oidc.Forget(ctx, tx, person); err != nil {
		return err
	}
	return w.signIn.Forget(ctx, tx, person)
}

// Tell implements account.Teller.
func (w ways) Tell(ctx context.Context, r db.Queryer, person int64, _ []string) ([]account.Section, error) {
	links, err := oidc.LinksOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	out := account.Section{Name: "providers"}
	for _, l := range links {
		out.Records = append(out.Records, account.Record{{Name: "issuer", Value: l.Issuer}, {Name: "subject", Value: l.Subject},
			{Name: "made", Value: l.Made}, {Name: "seen", Value: l.Seen}})
	}
	return []account.Section{out}, nil
}

// giftsOf are a person's gifts for their own page.
func (a *App) giftsOf(ctx context.Context, person int64, _ string) (lines []peopleweb.GiftLine, err error) {
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		addresses, err := a.Account.Addresses(ctx, r, person)
		if err != nil {
			return err
		}
		kept, err := a.Account.KeptGifts(ctx, r, person)
		if err != nil {
			return err
		}
		gifts, err := giving.GiftsOf(ctx, r, person, addresses, kept, myGifts)
		if err != nil {
			return err
		}
		for _, g := range gifts {
			n, err := programme.NeedByID(ctx, r, g.Need)
			if err != nil {
				return err
			}
			lines = append(lines, peopleweb.GiftLine{At: g.MadeAt, Title: n.Title, Amount: g.Amount, Href: "/g/" + g.Token, Tone: toneOf(g), State: stateOf(g)})
		}
		return nil
	})
	return lines, err
}

// giftOfLink is the gift whose private link or code somebody pasted. Faults: NotFound "giving.no_gift".
func giftOfLink(ctx context.Context, r db.Queryer, pasted string) (int64, error) {
	token := givingweb.GiftToken(pasted)
	if token == "" {
		return 0, fault.New(fault.NotFound, "giving.no_gift")
	}
	g, err := giving.GiftByToken(ctx, r, token)
	return g.ID, err
}

// messages is how short messages leave: as the caller or else the configuration says.
func (a *App) messages() (notify.SMSTransport, error) {
	if a.opts.SMS != nil {
		return a.opts.SMS, nil
	}
	if a.cfg.SMS.URL == "" {
		return notify.LogSMS{Logger: a.log}, nil
	}
	token, err := a.cfg.SMS.Token()
	return notify.HTTPSMS{URL: a.cfg.SMS.URL, Token: token}, err
}

// tellJobs are the jobs of what people are told, and of their own accounts.
func (a *App) tellJobs(transport notify.Transport) error {
	messages, err := a.messages()
	if err != nil {
		return err
	}
	notify.RegisterWith(a.Runner, transport, a.Account)
	notify.RegisterSMS(a.Runner, messages, a.Account, a.DB.Clock())
	a.Account.Register(a.Runner)
	if a.OIDC != nil {
		a.OIDC.Register(a.Runner)
	}
	return nil
}
