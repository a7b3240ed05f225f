package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"

	"manyhands/internal/bench/load"
	"manyhands/internal/db"
	"manyhands/internal/giving"
)

// trace measures what is read from a book of Size entries: the page on which a gift is followed, a
// fund's statement and a campaign's page, over HTTP as a visitor waits for them, and following alone.
func (b *bench) trace(ctx context.Context) (err error) {
	v, err := b.filled(ctx)
	if err != nil {
		return err
	}
	forgetPeak()
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	bare, done, err := hello(helloOne, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bare.waiting = true
	s := load.New(h.base, secret, 1)
	defer s.Close()
	tasks := []task{bare, {name: "a gift followed to what it became, without its page", limit: helloOne, workers: 1, waiting: true,
		do: func(ctx context.Context, _ int) (int, error) {
			return 1, h.follow(ctx, v.Tokens[b.rand.IntN(len(v.Tokens))])
		}}}
	popular := rand.NewZipf(b.rand, zipf, 1, uint64(len(v.Slugs)-1))
	for _, p := range []struct {
		name string
		path func() string
	}{
		{"page of a gift, followed to what it became", func() string { return "/g/" + v.Tokens[b.rand.IntN(len(v.Tokens))] }},
		{"page of a campaign", func() string { return "/campaigns/" + v.Slugs[popular.Uint64()] }},
		{"page of a fund: its statement", func() string { return "/books/" + v.Funds[popular.Uint64()] }},
		{"page of all books", func() string { return "/books" }},
		{"page of a pool", func() string { return "/pools/" + v.Pool }},
		{"home page", func() string { return "/" }},
	} {
		tasks = append(tasks, task{name: p.name, limit: helloOne, workers: 1, waiting: true, do: func(ctx context.Context, _ int) (int, error) {
			_, _, err := s.Get(ctx, p.path(), "gzip")
			return 1, err
		}})
	}
	if err := b.measure(ctx, tasks...); err != nil {
		return err
	}
	b.report.addMemory("memory at its peak, the visitor included", os.Getpid())
	return nil
}

// follow finds a gift by its token, follows it, and adds up what it became.
func (h *house) follow(ctx context.Context, token string) error {
	return h.DB.Read(ctx, func(r *db.Reader) error {
		g, err := giving.GiftByToken(ctx, r, token)
		if err != nil {
			return err
		}
		t, err := giving.Follow(ctx, r, g)
		if err != nil {
			return err
		}
		if !t.Truncated && t.Spent()+t.Waiting+t.Returned != g.Amount.Minor+g.MatchPosted {
			return errors.New("a gift became more or less than it was")
		}
		return nil
	})
}
