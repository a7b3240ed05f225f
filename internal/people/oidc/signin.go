package oidc

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc/internal/oidcdb"
)

// Faults of a way back that leads nowhere.
var (
	errEnded      = fault.New(fault.Gone, "oidc.ended")
	errUnverified = fault.New(fault.Forbidden, "oidc.unverified")
)

// Begin returns the address at the provider to which a browser goes to sign in. browser names it
// (NewBrowser); toPath is where to go afterwards. Faults: Busy "oidc.down".
func (c *Client) Begin(ctx context.Context, browser, toPath string) (string, error) {
	p, err := c.discover(ctx)
	if err != nil {
		return "", err
	}
	state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
	err = c.d.Write(ctx, func(tx *db.Tx) error {
		return q.InsertCeremony(ctx, tx, oidcdb.InsertCeremonyParams{StateHash: hash(state), BrowserHash: hash(browser), Nonce: nonce,
			Verifier: verifier, ToPath: people.LocalPath(toPath), ExpiresAt: clock.Micros(tx.Now().Add(CeremonyLife))})
	})
	if err != nil {
		return "", fmt.Errorf("oidc: begin: %w", err)
	}
	ask := []oauth2.AuthCodeOption{gooidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if len(c.cfg.StrongACR) > 0 {
		ask = append(ask, oauth2.SetAuthURLParam("acr_values", strings.Join(c.cfg.StrongACR, " ")))
	}
	return c.oauth(p).AuthCodeURL(state, ask...), nil
}

// Entry is what came of signing in at the provider.
type Entry struct {
	Person people.Person // who it is; the zero Person while Ticket is not ""
	To     string        // "" or a page of this site
	Ticket string        // for Confirm, when the subject is new here
	Email  string        // with Ticket: the verified address that the account has or will have
	Strong bool          // the provider has asked for two things
}

// Finish takes what the provider sent back. A state works once, within ten minutes, in the browser that
// began. Faults: Gone "oidc.ended", Forbidden "oidc.refused" for an answer that does not hold,
// Forbidden "oidc.unverified" for a new subject without a verified address, Busy "oidc.down".
func (c *Client) Finish(ctx context.Context, browser, state, code string) (Entry, error) {
	row, err := c.take(ctx, browser, state)
	if err != nil {
		return Entry{}, err
	}
	who, err := c.redeem(ctx, row, code)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{To: row.ToPath, Strong: who.strong}
	err = c.d.Write(ctx, func(tx *db.Tx) error {
		id, err := q.LinkBySubject(ctx, tx, oidcdb.LinkBySubjectParams{Issuer: c.cfg.Issuer, Subject: who.subject})
		if errors.Is(err, sql.ErrNoRows) {
			e.Ticket, e.Email, err = c.askConfirm(ctx, tx, browser, row.ToPath, who)
			return err
		}
		if err != nil {
			return fmt.Errorf("oidc: link: %w", err)
		}
		if err := q.SeenLink(ctx, tx, oidcdb.SeenLinkParams{Now: tx.NowMicros(), Issuer: c.cfg.Issuer, Subject: who.subject}); err != nil {
			return fmt.Errorf("oidc: note the sign-in: %w", err)
		}
		if id, err = c.people.Current(ctx, tx, id); err != nil {
			return err
		}
		e.Person, err = c.people.PersonByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// take ends a ceremony of this browser and returns it.
func (c *Client) take(ctx context.Context, browser, state string) (row oidcdb.CeremonyRow, err error) {
	err = c.d.Write(ctx, func(tx *db.Tx) error {
		row, err = c.use(ctx, tx, browser, state)
		return err
	})
	return row, err
}

func (c *Client) use(ctx context.Context, tx *db.Tx, browser, state string) (oidcdb.CeremonyRow, error) {
	n, err := q.UseCeremony(ctx, tx, oidcdb.UseCeremonyParams{Now: tx.NowMicros(), StateHash: hash(state), BrowserHash: hash(browser)})
	if err != nil {
		return oidcdb.CeremonyRow{}, fmt.Errorf("oidc: end a ceremony: %w", err)
	}
	if n == 0 {
		return oidcdb.CeremonyRow{}, errEnded
	}
	row, err := q.Ceremony(ctx, tx, hash(state))
	if err != nil {
		return row, fmt.Errorf("oidc: ceremony: %w", err)
	}
	return row, nil
}

// identity is what the provider vouches for.
type identity struct {
	subject, email   string
	verified, strong bool
}

// redeem exchanges the code for an ID token and checks it: signature, issuer, audience, expiry, nonce
// (OpenID Connect Core 1.0, section 3.1.3.7).
func (c *Client) redeem(ctx context.Context, row oidcdb.CeremonyRow, code string) (identity, error) {
	if row.Nonce == "" || code == "" {
		return identity{}, errEnded // a ticket for Confirm is no state, and people may have cancelled there
	}
	p, err := c.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	ctx = gooidc.ClientContext(ctx, c.cfg.Client)
	token, err := c.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(row.Verifier))
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response.StatusCode < 500 {
		return identity{}, refused(fmt.Errorf("the provider answered %d to the code", e.Response.StatusCode))
	}
	if err != nil {
		return identity{}, down(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.Verifier(&gooidc.Config{ClientID: c.cfg.ClientID, Now: c.d.Now}).Verify(ctx, raw)
	if err != nil {
		return identity{}, refused(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(row.Nonce)) == 0 {
		return identity{}, refused(errors.New("the nonce is another one"))
	}
	var claims struct {
		Email    string   `json:"email"`
		Verified bool     `json:"email_verified"`
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return identity{}, refused(errors.New("the claims cannot be read"))
	}
	return c.withAddress(ctx, p, token, identity{subject: id.Subject, email: claims.Email, verified: claims.Verified,
		strong: c.cfg.AlwaysStrong || slices.Contains(c.cfg.StrongACR, claims.ACR) || slices.Contains(claims.AMR, "mfa")})
}

// withAddress asks the provider's userinfo for the address where the ID token holds none (OpenID Connect
// Core 1.0, section 5.4: that is where scopes' claims are).
func (c *Client) withAddress(ctx context.Context, p *gooidc.Provider, token *oauth2.Token, who identity) (identity, error) {
	if who.email != "" || p.UserInfoEndpoint() == "" {
		return who, nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return who, down(errors.New("userinfo did not answer"))
	}
	if info.Subject != who.subject { // section 5.3.2: MUST be the same
		return who, refused(errors.New("userinfo speaks of somebody else"))
	}
	who.email, who.verified = info.Email, info.EmailVerified
	return who, nil
}

func refused(err error) error { return fault.Wrap(err, fault.Forbidden, "oidc.refused") }

// askConfirm keeps who it is until the person says yes.
func (c *Client) askConfirm(ctx context.Context, tx *db.Tx, browser, toPath string, who identity) (ticket, email string, err error) {
	email, err = people.Email(who.email)
	if err != nil || !who.verified {
		return "", "", errUnverified
	}
	ticket = random()
	err = q.InsertConfirm(ctx, tx, oidcdb.InsertConfirmParams{StateHash: hash(ticket), BrowserHash: hash(browser), ToPath: toPath,
		Subject: who.subject, Email: email, Strong: who.strong, ExpiresAt: clock.Micros(tx.Now().Add(CeremonyLife))})
	if err != nil {
		return "", "", fmt.Errorf("oidc: ask: %w", err)
	}
	return ticket, email, nil
}

// Confirm links the subject of a ticket to the person with its verified address, who is made if there is
// none, and tells that address. Faults: Gone "oidc.ended".
func (c *Client) Confirm(ctx context.Context, browser, ticket string) (e Entry, err error) {
	err = c.d.Write(ctx, func(tx *db.Tx) error {
		row, err := c.use(ctx, tx, browser, ticket)
		if err != nil {
			return err
		}
		if row.Subject == "" {
			return errEnded // a state is no ticket
		}
		if e.Person, err = c.people.EnsurePerson(ctx, tx, row.Email, ""); err != nil {
			return err
		}
		e.To, e.Strong = row.ToPath, row.Strong
		n, err := q.InsertLink(ctx, tx, oidcdb.InsertLinkParams{Issuer: c.cfg.Issuer, Subject: row.Subject, PersonID: e.Person.ID,
			MadeAt: tx.NowMicros(), SeenAt: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("oidc: link: %w", err)
		}
		if n == 0 {
			return errEnded // linked meanwhile, in another tab
		}
		if err := event.Add(ctx, tx, "person.provider_linked", e.Person.ID, e.Person.ID, nil); err != nil {
			return err
		}
		return notify.Send(ctx, tx, c.letter(ctx, e.Person))
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// letter tells a person that the provider opens their account from now on.
func (c *Client) letter(ctx context.Context, p people.Person) notify.Mail {
	lang := p.Lang
	if lang == "" {
		lang = i18n.LangOf(ctx)
	}
	words := i18n.With(ctx, c.texts, lang, nil)
	args := []any{"Network", c.cfg.Network.In(words), "Provider", c.cfg.Label.In(words), "Link", c.cfg.BaseURL + "/me/security"}
	return notify.Mail{To: p.Email, Lang: lang.Tag(), Subject: i18n.T(words, "oidc.mail_subject", args...), Text: i18n.T(words, "oidc.mail", args...)}
}
