package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"sync"
	"time"

	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
)

// plan is what a giver means to do with a gift.
type plan int

const (
	pays    plan = iota // and the gateway calls back, now and then twice
	wallets             // pays in the sandbox's own wallet, which then speaks for itself
	leaves              // never pays: the promise expires
	refuses             // says no at the gateway: the promise is released
	tarries             // pays when the promise has ended
)

// act is one gift with all that has been answered about it.
type act struct {
	gift  load.Gift
	plan  plan
	early bool // made before the start, by no form

	token    string // answered: the gift exists
	id       int64  // answered, with the promise
	promised int64
	ends     time.Time // of the promise; zero without one
	wallet   string    // answered: the order exists
	number   string
	gone     bool      // answered: it is too late for an order
	confirm  bool      // answered: the wallet has taken the money
	paid     time.Time // answered: the gift was received, or its notice taken
	ended    string    // answered: the state in which it ended without money
}

// settled reports whether nothing more is to come. Who tarries pays even when all is over.
func (a *act) settled() bool { return !a.paid.IsZero() || a.ended != "" && a.plan != tarries }

// rests reports whether there is nothing to do about it now: who leaves, or tarries, waits for the
// promise to end.
func (a *act) rests() bool {
	return a.settled() || a.id != 0 && !a.due() && (a.plan == leaves || a.plan == tarries && !a.ends.IsZero())
}

// over reports whether the promise has ended.
func (a *act) over() bool { return !a.ends.IsZero() && time.Now().After(a.ends) }

// due is over, and a second longer: by every clock.
func (a *act) due() bool { return !a.ends.IsZero() && time.Since(a.ends) > time.Second }

// giver makes gifts one after the other, and remembers.
type giver struct {
	id       int
	campaign []string
	server   *load.Server
	browser  *client
	rand     *rand.Rand
	acts     []*act
	received func(*act) // told of gifts that the gateway can give back
	repeated int
}

// These say that a promise of the house was broken, in an answer.
var (
	errDoubled = errors.New("the same form was answered with another gift")
	errBroken  = errors.New("an answer contradicts an earlier one")
)

// turn does one thing: something new, something left over, or something answered once more.
func (g *giver) turn(ctx context.Context) error {
	switch n := g.rand.IntN(10); {
	case n < 2 && len(g.acts) > 0:
		return g.again(ctx, g.acts[g.rand.IntN(len(g.acts))])
	case n < 5:
		if open := slices.DeleteFunc(slices.Clone(g.acts), (*act).rests); len(open) > 0 {
			return g.advance(ctx, open[g.rand.IntN(len(open))])
		}
	}
	return g.advance(ctx, g.begin())
}

func (g *giver) begin() *act {
	n := len(g.acts)
	plans := []plan{pays, pays, pays, pays, wallets, wallets, leaves, refuses, tarries}
	a := &act{plan: plans[g.rand.IntN(len(plans))], gift: load.Gift{Campaign: g.campaign[g.rand.IntN(len(g.campaign))], Minor: 1 + g.rand.Int64N(50_00),
		Key: fmt.Sprintf("crash-%d-%d", g.id, n), From: load.Address(g.id<<20 + n)}}
	if g.rand.IntN(4) == 0 {
		a.gift.Email = fmt.Sprintf("giver%d-%d@example.org", g.id, n/3)
	}
	g.acts = append(g.acts, a)
	return a
}

// advance takes an act from where it stands as far as its plan goes now.
func (g *giver) advance(ctx context.Context, a *act) (err error) {
	if a.token == "" {
		if a.token, err = g.server.Give(ctx, a.gift); err != nil {
			return err
		}
	}
	if a.id == 0 {
		if err := g.look(ctx, a); err != nil {
			return err
		}
	}
	if a.plan == leaves {
		return g.wait(ctx, a)
	}
	if err := g.order(ctx, a); err != nil || a.settled() {
		return err
	}
	switch {
	case a.gone || a.plan == tarries && !a.due() && !a.ends.IsZero():
		return g.wait(ctx, a)
	case a.plan == tarries && a.due() && a.ended == "":
		if err := g.visit(ctx, a); err != nil {
			return err
		}
	case a.plan == refuses:
		return g.refuse(ctx, a)
	case a.plan == wallets:
		return g.confirm(ctx, a)
	}
	return g.notify(ctx, a)
}

// order gets the gateway's number. It may be too late for that.
func (g *giver) order(ctx context.Context, a *act) (err error) {
	if a.wallet == "" && !a.gone {
		a.wallet, err = g.server.Checkout(ctx, a.token)
		if status(err) == http.StatusGone && a.over() {
			a.gone, err = true, nil
		}
		if err != nil {
			return err
		}
	}
	if a.number == "" && !a.gone {
		a.number, err = g.server.Number(ctx, a.wallet)
		if errors.Is(err, load.ErrNoNumber) && a.over() {
			a.gone, err = true, nil
		}
	}
	return err
}

// look reads what the house says about the gift, and holds it against what it said before.
func (g *giver) look(ctx context.Context, a *act) error {
	s, err := g.browser.gift(ctx, a.token)
	if err != nil {
		return err
	}
	id, err := clock.ParseID(s.ID)
	if err != nil {
		return err
	}
	known := a.id != 0
	if known && (id != a.id || s.MatchPromised.Minor != a.promised || !s.PromiseEndsAt.Equal(a.ends)) || s.Amount.Minor != a.gift.Minor {
		return fmt.Errorf("%w: form %s: %+v", errBroken, a.gift.Key, s)
	}
	if !known {
		a.id, a.promised, a.ends = id, s.MatchPromised.Minor, s.PromiseEndsAt
	}
	if giving.State(s.State) == giving.Received {
		if a.paid.IsZero() {
			a.paid = time.Now()
		}
		if !a.keeps(s.Matched.Minor) {
			return fmt.Errorf("%w: form %s: a match of %d was promised: %+v", errBroken, a.gift.Key, a.promised, s)
		}
		return nil
	}
	if !a.paid.IsZero() || a.ended != "" && a.ended != s.State {
		return fmt.Errorf("%w: form %s was settled: %+v", errBroken, a.gift.Key, s)
	}
	if giving.State(s.State) != giving.Waiting {
		a.ended = s.State
	}
	return nil
}

// keeps reports whether a match is what was promised. Only who paid too late may get none.
func (a *act) keeps(match int64) bool {
	return match == a.promised || match == 0 && !a.ends.IsZero() && a.paid.After(a.ends)
}

// wait looks at the gift; when its promise is over it opens the page, which has it end.
func (g *giver) wait(ctx context.Context, a *act) error {
	if a.due() {
		return g.visit(ctx, a)
	}
	return g.look(ctx, a)
}

// visit opens the gift's page, which asks the gateway and lets a promise end that is due.
func (g *giver) visit(ctx context.Context, a *act) error {
	if _, err := g.browser.get(ctx, "/g/"+a.token); err != nil {
		return err
	}
	return g.look(ctx, a)
}

// notify posts the notice, now and then twice at the same time.
func (g *giver) notify(ctx context.Context, a *act) error {
	times := 1
	if g.rand.IntN(5) == 0 {
		times = 2
	}
	errs := make([]error, times)
	var wg sync.WaitGroup
	for i := range times {
		wg.Go(func() { errs[i] = g.server.Notify(ctx, a.number, path.Base(a.wallet), a.gift.Minor, time.Now()) })
	}
	wg.Wait()
	for _, err := range errs {
		if err == nil && a.paid.IsZero() {
			a.paid = time.Now()
		}
	}
	return errors.Join(errs...)
}

// refuse has the gateway say that nobody paid, and sees what that did.
func (g *giver) refuse(ctx context.Context, a *act) error {
	now := time.Now()
	header, body, err := sandbox.Sign(secret, payment.Status{MerchantRef: a.number, ProviderRef: path.Base(a.wallet), Amount: money.Yuan(a.gift.Minor), State: payment.Failed}, now)
	if err != nil {
		return err
	}
	if err := g.browser.notice(ctx, header, body); err != nil {
		return err
	}
	return g.look(ctx, a)
}

// confirm pays in the wallet and looks at the gift's page, which asks the wallet.
func (g *giver) confirm(ctx context.Context, a *act) error {
	if !a.confirm {
		_, err := g.browser.post(ctx, a.wallet, url.Values{"act": {"confirm"}})
		if status(err) == http.StatusConflict || status(err) == http.StatusGone {
			err = nil // it has taken the money before, or it is too late: its page tells
		}
		if err != nil {
			return err
		}
		a.confirm = true
	}
	if err := g.visit(ctx, a); err != nil {
		return err
	}
	if !a.paid.IsZero() {
		g.received(a)
	}
	return nil
}

// again repeats what was answered before; the answer must be the same.
func (g *giver) again(ctx context.Context, a *act) error {
	g.repeated++
	if !a.paid.IsZero() && a.plan != wallets {
		return g.notify(ctx, a)
	}
	if a.early {
		return g.look(ctx, a)
	}
	token, err := g.server.Give(ctx, a.gift)
	if err != nil {
		return err
	}
	if a.token != "" && token != a.token {
		return fmt.Errorf("%w: key %s", errDoubled, a.gift.Key)
	}
	a.token = token
	return g.look(ctx, a)
}

// finish takes every act to its end and repeats some, on a server that stays alive.
func (g *giver) finish(ctx context.Context) error {
	for _, a := range g.acts {
		if !a.settled() {
			if err := g.advance(ctx, a); err != nil {
				return err
			}
		}
		if g.rand.IntN(4) == 0 {
			if err := g.again(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}
