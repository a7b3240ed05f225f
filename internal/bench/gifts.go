package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
)

const (
	few      = 64  // clients at once
	crowd    = 256 // clients at once, on a giving day
	mostFen  = 5_000
	meanFen  = mostFen / 2
	helloFew = "limit: hello, 64 clients"
	helloBig = "limit: hello, 256 clients"
)

// gifts measures complete gifts: made over HTTP with their match held, called back over HTTP with a
// signature, posted; each answer given when it is durable. At its end the program itself serves the
// same clients, so that its memory is known apart from theirs.
func (b *bench) gifts(ctx context.Context) (err error) {
	if err := b.migrate(ctx); err != nil {
		return err
	}
	n, err := b.giftsWithin(ctx)
	if err != nil {
		return err
	}
	svc, done, err := b.services(ctx, db.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if err := b.serverMemory(ctx, svc, &n); err != nil {
		return err
	}
	return b.proveGifts(ctx, svc)
}

// giftsWithin measures what a server within this process does, and returns whose campaigns there are.
func (b *bench) giftsWithin(ctx context.Context) (n network, err error) {
	h, err := b.openHouse(ctx)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if n, err = newNetwork(ctx, h.Services); err != nil {
		return n, err
	}
	if err := b.giftFigures(ctx, h, &n); err != nil {
		return n, err
	}
	b.report.addMemory("memory at its peak, clients included", os.Getpid())
	return n, nil
}

const (
	byAPIFew = "complete gifts by API, 64 clients"
	byAPIBig = "complete gifts by API, 256 clients"
	byForm   = "complete gifts by form, 64 clients"
	idleGift = "one complete gift on an idle system: made, called back, posted"
	runsDry  = "complete gifts by API while the pool runs dry, 256 clients"
)

func (b *bench) giftFigures(ctx context.Context, h *house, n *network) (err error) {
	tasks, done, err := b.giftLimits()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	plenty, err := n.newStage(ctx, h.Services, money.MaxMinor, 0)
	if err != nil {
		return err
	}
	big, small := newGivers(h.Services, h.base, plenty, crowd, false), newGivers(h.Services, h.base, plenty, few, false)
	form, alone := newGivers(h.Services, h.base, plenty, few, true), newGivers(h.Services, h.base, plenty, 1, false)
	for _, g := range []*givers{big, small, form, alone} {
		defer g.server.Close()
	}
	one, err := newPaid(ctx, h.Services, h.base, plenty, crowd, 1)
	if err != nil {
		return err
	}
	defer one.server.Close()
	many, err := newPaid(ctx, h.Services, h.base, plenty, partners, hundred)
	if err != nil {
		return err
	}
	defer many.server.Close()
	err = b.measure(ctx, append(tasks, task{name: byAPIFew, limit: helloFew, workers: few, do: small.complete},
		task{name: byAPIBig, limit: helloBig, workers: crowd, do: big.complete},
		task{name: byForm, limit: helloFew, workers: few, do: form.complete},
		task{name: byOne, limit: helloBig, workers: crowd, do: one.record},
		task{name: byHundred, limit: helloBig, workers: partners, do: many.record},
		task{name: idleGift, limit: helloOne, workers: 1, waiting: true, do: alone.complete},
		task{name: idlePaid, limit: helloOne, workers: 1, waiting: true, do: one.record})...)
	if err != nil {
		return err
	}
	return b.dry(ctx, h, n, big.made.Load())
}

// giftLimits are what gifts are held against.
func (b *bench) giftLimits() (tasks []task, done closer, err error) {
	var ends []closer
	done = func() error {
		var errs []error
		for _, end := range ends {
			errs = append(errs, end())
		}
		return errors.Join(errs...)
	}
	syncs, end, err := b.syncing()
	if err != nil {
		return nil, nil, err
	}
	tasks, ends = append(tasks, syncs), append(ends, end)
	for _, x := range []struct {
		name    string
		clients int
	}{{helloOne, 1}, {helloFew, few}, {helloBig, crowd}} {
		t, end, err := hello(x.name, x.clients)
		if err != nil {
			return nil, nil, errors.Join(err, done())
		}
		t.waiting = x.clients == 1
		tasks, ends = append(tasks, t), append(ends, end)
	}
	return tasks, done, nil
}

// dry measures gifts to a pool that has money for half of them.
func (b *bench) dry(ctx context.Context, h *house, n *network, expected int64) error {
	s, err := n.newStage(ctx, h.Services, max(1, expected/2)*meanFen, 0)
	if err != nil {
		return err
	}
	g := newGivers(h.Services, h.base, s, crowd, false)
	defer g.server.Close()
	if err := b.measure(ctx, task{name: runsDry, limit: helloBig, workers: crowd, do: g.complete}); err != nil {
		return err
	}
	return b.noteDry(ctx, h, s)
}

// givers are the clients of one figure, and the gateway that calls back for them.
type givers struct {
	name    string // begins the keys of their forms
	svc     *app.Services
	server  *load.Server
	form    bool
	stage   stage
	made    atomic.Int64
	chance  []*rand.Rand // per client
	popular []*rand.Zipf
}

// newGivers returns so many clients of the server at base, whose database svc has open.
func newGivers(svc *app.Services, base string, s stage, clients int, form bool) *givers {
	g := &givers{name: clock.FormatID(svc.DB.NewID()), svc: svc, server: load.New(base, secret[:32], clients), form: form, stage: s}
	for c := range clients {
		r := rand.New(rand.NewPCG(seed, uint64(c)))
		g.chance, g.popular = append(g.chance, r), append(g.popular, rand.NewZipf(r, zipf, 1, campaigns-1))
	}
	return g
}

// complete makes one gift and has it paid.
func (g *givers) complete(ctx context.Context, client int) (int, error) {
	n := strconv.FormatInt(g.made.Add(1), 10)
	gift := load.Gift{Campaign: g.stage.slugs[g.popular[client].Uint64()], Minor: 1 + g.chance[client].Int64N(mostFen),
		Key: g.name + "-gift-" + n, From: load.Address(int(g.made.Load()))}
	number, err := g.give(ctx, gift)
	if err != nil {
		return 0, err
	}
	return 1, g.server.Notify(ctx, number, "bench"+gift.Key, gift.Minor, time.Now())
}

// give makes the gift and returns the number under which the gateway knows its order. A gateway is
// told it by the checkout; here it is looked up, which is the generator's work but costs the server
// one read.
func (g *givers) give(ctx context.Context, gift load.Gift) (number string, err error) {
	var id int64
	var token string
	if g.form {
		token, err = g.server.Give(ctx, gift)
	} else {
		id, err = g.server.GiveByAPI(ctx, gift)
	}
	if err != nil {
		return "", err
	}
	err = g.svc.DB.Read(ctx, func(r *db.Reader) error {
		if id == 0 {
			made, err := giving.GiftByToken(ctx, r, token)
			if err != nil {
				return err
			}
			id = made.ID
		}
		p, err := g.svc.Payments.ByPurpose(ctx, r, id)
		number = p.MerchantRef
		return err
	})
	return number, err
}

// noteDry notes how far the pool went, which must not be further than its money.
func (b *bench) noteDry(ctx context.Context, h *house, s stage) error {
	var book giving.PoolBook
	err := h.DB.Read(ctx, func(r *db.Reader) error {
		p, err := giving.PoolByID(ctx, r, s.pool)
		if err != nil {
			return err
		}
		book, err = giving.BookOfPool(ctx, r, p)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the pool: %w", err)
	}
	if book.Matched+book.Held > book.Funded {
		return fmt.Errorf("a pool of %d fen promised %d", book.Funded, book.Matched+book.Held)
	}
	how := "ran dry"
	if book.Left > 0 {
		how = "did not run dry in this run"
	}
	b.report.note("The pool %s: %s of its %s fen were matched, never more.", how, number(float64(book.Matched)), number(float64(book.Funded)))
	return nil
}

func (b *bench) proveGifts(ctx context.Context, svc *app.Services) error {
	b.say("checking the books ...")
	began := time.Now()
	if err := prove(ctx, svc); err != nil {
		return err
	}
	n := 0
	for _, f := range b.report.Figures {
		if strings.Contains(f.Name, "gifts") && f.Unit == "1/s" {
			n += f.N
		}
	}
	b.report.note("Ledger, gifts and payments of about %s gifts were checked in %.1f s: all holds.", number(float64(n)), time.Since(began).Seconds())
	return nil
}
