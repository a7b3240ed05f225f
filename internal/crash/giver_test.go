package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"sync"
	"time"

	"manyhands/internal/bench/load"
)

// act is one gift with all that has been answered about it.
type act struct {
	gift     load.Gift
	giveUp   bool   // its giver never pays
	token    string // answered: the gift exists
	wallet   string // answered: the order exists
	number   string
	notified bool // answered: the notice was taken
}

func (a *act) done() bool { return a.notified || a.giveUp && a.token != "" }

// giver makes gifts one after the other, and remembers.
type giver struct {
	id       int
	campaign []string
	server   *load.Server
	rand     *rand.Rand
	acts     []*act

	unanswered, repeated int
}

// errDoubled says that the same form made two gifts.
var errDoubled = errors.New("the same form was answered with another gift")

// work goes on until something is not answered, which is no error: the server has died.
func (g *giver) work(ctx context.Context) error {
	for {
		if err := g.turn(ctx); err != nil {
			return g.excuse(err)
		}
	}
}

// turn does one thing: something new, something left over, or something answered once more.
func (g *giver) turn(ctx context.Context) error {
	switch n := g.rand.IntN(10); {
	case n < 2 && len(g.acts) > 0:
		return g.again(ctx, g.acts[g.rand.IntN(len(g.acts))])
	case n < 5 && len(g.acts) > 0:
		if a := g.acts[g.rand.IntN(len(g.acts))]; !a.done() {
			return g.advance(ctx, a)
		}
	}
	return g.advance(ctx, g.begin())
}

func (g *giver) begin() *act {
	n := len(g.acts)
	a := &act{giveUp: g.rand.IntN(10) == 0, gift: load.Gift{Campaign: g.campaign[g.rand.IntN(len(g.campaign))], Minor: 1 + g.rand.Int64N(50_00),
		Key: fmt.Sprintf("crash-%d-%d", g.id, n), From: load.Address(g.id<<12 + n/20)}}
	if g.rand.IntN(4) == 0 {
		a.gift.Email = fmt.Sprintf("giver%d-%d@example.org", g.id, n/3)
	}
	g.acts = append(g.acts, a)
	return a
}

// advance takes an act from where it stands to its end.
func (g *giver) advance(ctx context.Context, a *act) (err error) {
	if a.token == "" {
		if a.token, err = g.server.Give(ctx, a.gift); err != nil {
			return err
		}
	}
	if a.done() {
		return nil
	}
	if a.wallet == "" {
		if a.wallet, err = g.server.Checkout(ctx, a.token); err != nil {
			return err
		}
	}
	if a.number == "" {
		if a.number, err = g.server.Number(ctx, a.wallet); err != nil {
			return err
		}
	}
	return g.notify(ctx, a)
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
		a.notified = a.notified || err == nil
	}
	return errors.Join(errs...)
}

// again repeats what was answered before; the answer must be the same.
func (g *giver) again(ctx context.Context, a *act) error {
	g.repeated++
	if a.notified {
		return g.notify(ctx, a)
	}
	token, err := g.server.Give(ctx, a.gift)
	if err != nil {
		return err
	}
	if a.token != "" && token != a.token {
		return fmt.Errorf("%w: key %s", errDoubled, a.gift.Key)
	}
	a.token = token
	return nil
}

// excuse returns nil when err is the server's death and nothing else: no answer, or the answer of a
// server that is going down.
func (g *giver) excuse(err error) error {
	if errors.Is(err, errDoubled) || errors.Is(err, load.ErrNoNumber) {
		return err
	}
	if r, ok := errors.AsType[*load.Refused](err); ok && r.Status != http.StatusServiceUnavailable {
		return err
	}
	g.unanswered++
	return nil
}

// finish takes every act to its end and repeats some, on a server that stays alive.
func (g *giver) finish(ctx context.Context) error {
	for _, a := range g.acts {
		if !a.done() {
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
