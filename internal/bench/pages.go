package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/giving"
)

const (
	helloOne = "limit: hello, one visitor"
	budget   = "limit: what a first visit may weigh"
	budgetKB = 60 // HTML, CSS and JS, compressed
)

// page is one address that is measured.
type page struct{ name, path string }

// pages measures the public pages of the sample network.
func (b *bench) pages(ctx context.Context) (err error) {
	b.say("making the sample network ...")
	if err := b.sample(ctx); err != nil {
		return err
	}
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	list, err := h.pages(ctx)
	if err != nil {
		return err
	}
	bare, done, err := hello(helloOne, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bare.waiting = true
	s := load.New(h.base, secret, 1)
	defer s.Close()
	tasks := []task{bare}
	for _, p := range list {
		tasks = append(tasks, task{name: p.name + ": time", limit: helloOne, workers: 1, waiting: true, do: func(ctx context.Context, _ int) (int, error) {
			_, _, err := s.Get(ctx, p.path, "gzip")
			return 1, err
		}})
	}
	if err := b.measure(ctx, tasks...); err != nil {
		return err
	}
	return b.weigh(ctx, s, list)
}

// weigh notes what a first visit to each page weighs.
func (b *bench) weigh(ctx context.Context, s *load.Server, list []page) error {
	b.report.add(Figure{Name: budget, Unit: "KiB", Value: budgetKB}, "")
	for _, p := range list {
		v, err := visit(ctx, s, p.path)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		b.report.add(Figure{Name: fmt.Sprintf("%s: first visit, %d requests", p.name, v.requests), Unit: "KiB", Value: float64(v.bytes) / 1024, N: v.requests}, budget)
	}
	return nil
}

// sample makes the sample network, without waiting for the disk.
func (b *bench) sample(ctx context.Context) (err error) {
	if err := b.migrate(ctx); err != nil {
		return err
	}
	now := time.Now().UTC()
	sim := clock.NewSim(now)
	s, done, err := b.services(ctx, db.Options{Clock: sim, Unsafe: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return demo.Build(ctx, s.DemoParts(sim, secret[:32]), seed, now)
}

// pages lists what is measured: the campaign that was opened last, and the private page of the first
// gift of all, which has become something by now.
func (h *house) pages(ctx context.Context) ([]page, error) {
	var slug, token string
	err := h.DB.Read(ctx, func(r *db.Reader) error {
		open, err := giving.Campaigns(ctx, r, giving.CampaignOpen, 0, 1)
		if err != nil || len(open) == 0 {
			return errors.Join(err, errors.New("no campaign is open"))
		}
		slug = open[0].Slug
		for before := int64(0); ; {
			gifts, err := giving.Gifts(ctx, r, giving.Received, "", before, 100)
			if err != nil || len(gifts) == 0 {
				return err
			}
			last := gifts[len(gifts)-1]
			token, before = last.Token, last.ID
		}
	})
	if err != nil {
		return nil, fmt.Errorf("choose pages: %w", err)
	}
	return []page{{"home", "/"}, {"campaigns", "/campaigns"}, {"campaign", "/campaigns/" + slug}, {"needs", "/needs"}, {"a gift's private page", "/g/" + token}}, nil
}

// visited is what a browser that comes for the first time has to fetch.
type visited struct {
	requests int
	bytes    int // of the compressed bodies
}

// visit fetches a page and everything that it names.
func visit(ctx context.Context, s *load.Server, path string) (visited, error) {
	head, body, err := s.Get(ctx, path, "gzip")
	if err != nil {
		return visited{}, err
	}
	v := visited{requests: 1, bytes: len(body)}
	if head.Get("Content-Encoding") == "gzip" {
		if body, err = unzip(body); err != nil {
			return v, err
		}
	}
	parts, err := fetched(bytes.NewReader(body))
	if err != nil {
		return v, err
	}
	for _, part := range parts {
		_, b, err := s.Get(ctx, part, "gzip")
		if err != nil {
			return v, fmt.Errorf("a part of the page: %w", err)
		}
		v.requests, v.bytes = v.requests+1, v.bytes+len(b)
	}
	return v, nil
}

func unzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unzip a page: %w", err)
	}
	return io.ReadAll(z)
}
