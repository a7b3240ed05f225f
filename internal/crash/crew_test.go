package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/bench/load"
)

const (
	givers  = 8
	offices = 2
)

// crew is everybody who uses the program, from outside.
type crew struct {
	t       *testing.T
	server  *load.Server
	givers  []*giver
	offices []*office
	probe   *giver // works only when called

	unanswered, busy, failed atomic.Int64 // steps without an answer, with the answer 503, and 500
}

// worker is one of the crew.
type worker interface {
	turn(ctx context.Context) error   // does one thing
	finish(ctx context.Context) error // takes everything to its end
}

func (c *crew) workers() (all []worker) {
	for _, g := range c.givers {
		all = append(all, g)
	}
	for _, o := range c.offices {
		all = append(all, o)
	}
	return all
}

// newCrew makes the crew of a house; every choice that it takes is drawn from seed.
func newCrew(t *testing.T, h *house, seed int64) *crew {
	c := &crew{t: t, server: load.New(h.p.base(), secret, 2*givers)}
	t.Cleanup(c.server.Close)
	draw := func(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), uint64(n+2))) }
	for i := range offices {
		c.offices = append(c.offices, &office{id: i, payee: h.payee, funds: h.funds, maker: h.maker, checker: h.checker, rand: draw(100 + i)})
	}
	for i := range givers {
		c.givers = append(c.givers, &giver{id: i, campaign: h.campaigns, server: c.server, browser: newClient(h.p.base()), rand: draw(i), received: c.offices[i%offices].take})
	}
	c.probe = &giver{id: givers, campaign: h.campaigns, server: c.server, browser: newClient(h.p.base()), rand: draw(givers), received: func(*act) {}}
	for i, a := range h.early {
		g := c.givers[i%givers]
		g.acts = append(g.acts, a)
	}
	return c
}

// everyGiver is everybody who gives, the probe included.
func (c *crew) everyGiver() []*giver { return append(slices.Clone(c.givers), c.probe) }

// breath is how long somebody who was not answered waits.
const breath = 20 * time.Millisecond

// work has everybody work until ctx ends. That something is not answered, or answered "busy", is no
// error; any other refusal is one, but for a page that cannot be read.
func (c *crew) work(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range c.workers() {
		wg.Go(func() {
			for ctx.Err() == nil {
				err := w.turn(ctx)
				if err == nil {
					continue
				}
				if !c.excused(err) {
					c.t.Error(err)
					return
				}
				c.note(ctx, err)
				select {
				case <-ctx.Done():
				case <-time.After(breath):
				}
			}
		})
	}
	wg.Wait()
}

// excused reports whether err is no more than silence, or the word that the server is busy.
func (c *crew) excused(err error) bool {
	if errors.Is(err, errDoubled) || errors.Is(err, errBroken) || errors.Is(err, load.ErrNoNumber) {
		return false
	}
	code := status(err)
	return code == 0 || code == http.StatusServiceUnavailable
}

// note counts what was excused. That ctx has ended is nobody's silence.
func (c *crew) note(ctx context.Context, err error) {
	switch code := status(err); {
	case code == http.StatusServiceUnavailable:
		c.busy.Add(1)
	case code != 0:
		c.failed.Add(1)
	case ctx.Err() == nil:
		c.unanswered.Add(1)
	}
}

// finish has everybody take everything to its end, on a server that stays alive.
func (c *crew) finish(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range append(c.workers(), c.probe) {
		wg.Go(func() {
			if err := w.finish(ctx); err != nil {
				c.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// lately is how many of the newest things of each a look in between covers.
const lately = 40

// kept compares what was answered lately, or ever, with the books.
func (c *crew) kept(ctx context.Context, b books, ever bool) error {
	for _, g := range c.everyGiver() {
		if err := b.kept(ctx, newest(g.acts, ever), nil, nil); err != nil {
			return err
		}
	}
	for _, o := range c.offices {
		if err := b.kept(ctx, nil, newest(o.payouts, ever), newest(o.refunds, ever)); err != nil {
			return err
		}
	}
	return nil
}

func newest[T any](all []T, ever bool) []T {
	if ever {
		return all
	}
	return all[max(0, len(all)-lately):]
}

// public reads what anybody can: gifts' pages, their acknowledgements and trails, and the books of all
// funds, which it adds up.
func (c *crew) public(ctx context.Context) (told ways, err error) {
	g := c.givers[0]
	for _, a := range newest(g.acts, false) {
		if a.paid.IsZero() {
			continue
		}
		if err := g.browser.acknowledged(ctx, a); err != nil {
			return told, fmt.Errorf("form %s: %w", a.gift.Key, err)
		}
		if err := g.browser.trail(ctx, a.token); err != nil {
			return told, fmt.Errorf("form %s: %w", a.gift.Key, err)
		}
	}
	return g.browser.books(ctx)
}

// prove compares everything at the end, with what the public books have told as well, and says what
// there was.
func (c *crew) prove(ctx context.Context, h *house, told ways) (sum tally) {
	c.t.Helper()
	settle := func(s *app.Services) error {
		_, err := s.Payments.SettleDue(ctx, 1<<20)
		return err
	}
	err := h.read(settle, func(b books) (err error) {
		sum, err = b.compare(ctx, c, told)
		return errors.Join(c.kept(ctx, b, true), b.checks(ctx), err)
	})
	if err != nil {
		c.t.Error(err)
	}
	return sum
}
