package ha

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/bench/load"
)

// act is one gift and what has been answered about it.
type act struct {
	gift     load.Gift
	token    string
	notified bool
}

// crowd are givers and the gateway, who go on for as long as they are not told to stop.
type crowd struct {
	t       *testing.T
	servers []*load.Server
	gone    []atomic.Bool // servers that were killed: nobody asks them any more
	stop    atomic.Bool
	wg      sync.WaitGroup

	mu       sync.Mutex
	acts     []*act
	answered []time.Duration // since began, of every write that was answered
	gave     []time.Duration // how long each answered form took
	refused  int             // steps that were not answered, or answered 503
	began    time.Time
}

const (
	breath   = 10 * time.Millisecond // between two gifts: the machine has the databases to bear too
	patience = 60 * time.Second      // with a state that must come about
	again    = 20 * time.Millisecond // before what was not answered is repeated
)

func newCrowd(t *testing.T, givers int, campaigns []string, bases ...string) *crowd {
	t.Helper()
	c := &crowd{t: t, began: time.Now(), gone: make([]atomic.Bool, len(bases))}
	for _, b := range bases {
		s := load.New(b, secret, givers)
		t.Cleanup(s.Close)
		c.servers = append(c.servers, s)
	}
	for g := range givers {
		c.wg.Go(func() {
			for n := 0; !c.stop.Load(); n++ {
				c.give(g, n, campaigns[(g+n)%len(campaigns)])
				time.Sleep(breath)
			}
		})
	}
	return c
}

// give makes one gift, each step at another server than the one before, and repeats each until it is
// answered. One gift in eight is never paid.
func (c *crowd) give(g, n int, campaign string) {
	a := &act{gift: load.Gift{Campaign: campaign, Minor: int64(100 + g + n%500), Key: fmt.Sprintf("ha-test-giver-%d-%d", g, n), From: load.Address(g<<16 + n)}}
	c.mu.Lock()
	c.acts = append(c.acts, a)
	c.mu.Unlock()
	at := g + n
	var wallet, number string
	c.until(&at, func(ctx context.Context, s *load.Server) (err error) {
		began := time.Now()
		if a.token, err = s.Give(ctx, a.gift); err == nil {
			c.write(time.Since(began))
		}
		return err
	})
	if n%8 == 7 {
		return
	}
	c.until(&at, func(ctx context.Context, s *load.Server) (err error) {
		wallet, err = s.Checkout(ctx, a.token)
		return err
	})
	c.until(&at, func(ctx context.Context, s *load.Server) (err error) { number, err = s.Number(ctx, wallet); return err })
	c.until(&at, func(ctx context.Context, s *load.Server) error {
		err := s.Notify(ctx, number, path.Base(wallet), a.gift.Minor, time.Now())
		if a.notified = err == nil; a.notified {
			c.write(0)
		}
		return err
	})
}

// until repeats a step, now here and now there, until it is answered. No answer and 503 are no more
// than a reason to repeat; any other answer is a mistake.
func (c *crowd) until(at *int, step func(context.Context, *load.Server) error) {
	for !c.t.Failed() {
		*at++
		i := *at % len(c.servers)
		if c.gone[i].Load() {
			continue
		}
		err := step(context.Background(), c.servers[i])
		if err == nil {
			return
		}
		if r, ok := errors.AsType[*load.Refused](err); ok && r.Status != http.StatusServiceUnavailable {
			c.t.Error(err)
			return
		}
		c.mu.Lock()
		c.refused++
		c.mu.Unlock()
		time.Sleep(again)
	}
}

func (c *crowd) write(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = append(c.answered, time.Since(c.began))
	if took > 0 {
		c.gave = append(c.gave, took)
	}
}

// mark is a moment of the crowd's work.
func (c *crowd) mark() time.Duration { return time.Since(c.began) }

// gap returns the longest time between two answered writes since from.
func (c *crowd) gap(from time.Duration) (longest time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.answered)
	last := from
	for _, at := range c.answered {
		if at < from {
			continue
		}
		longest, last = max(longest, at-last), at
	}
	return max(longest, c.mark()-last)
}

// flow waits until so many further writes have been answered.
func (c *crowd) flow(writes int) {
	c.t.Helper()
	c.mu.Lock()
	want := len(c.answered) + writes
	c.mu.Unlock()
	err := eventually(c.t.Context(), patience, func(context.Context) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.answered) < want && !c.t.Failed() {
			return fmt.Errorf("%d writes answered, waiting for %d", len(c.answered), want)
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// usual returns the median of how long forms took since the last call, and how many there were.
func (c *crowd) usual() (time.Duration, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.gave
	c.gave = nil
	slices.Sort(all)
	if len(all) == 0 {
		return 0, 0
	}
	return all[len(all)/2], len(all)
}

// end lets everybody finish what they began.
func (c *crowd) end() {
	c.stop.Store(true)
	c.wg.Wait()
}
