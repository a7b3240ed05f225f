package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"manyhands/internal/bench/load"
)

const (
	starts  = 5
	nothing = "limit: the program started to say its version"
	visits  = 200 // of each page, before memory is read
)

// start measures the built program itself, as an operator starts it, on a book of Size entries: until
// it is ready, its first pages, and what it holds in memory after some visits.
func (b *bench) start(ctx context.Context) error {
	v, err := b.filled(ctx)
	if err != nil {
		return err
	}
	file, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	version := func(ctx context.Context, _ int) (int, error) {
		return 1, exec.CommandContext(ctx, file, "version").Run()
	}
	if err := b.measure(ctx, task{name: nothing, workers: 1, waiting: true, do: version}); err != nil {
		return err
	}
	var ready, first []time.Duration
	for n := range starts {
		b.say("%d/%d starting the program", n+1, starts)
		r, f, err := b.startOnce(ctx, v, n == starts-1)
		if err != nil {
			return err
		}
		ready, first = append(ready, r), append(first, f)
	}
	b.addWait("from its start until it is ready", ready)
	b.addWait("the first campaign page after that", first)
	return nil
}

func (b *bench) addWait(name string, took []time.Duration) {
	f := Figure{Name: name, Unit: "ms", N: len(took)}
	f.P50, f.P99 = percentiles(took)
	f.Value = f.P50
	b.report.add(f, nothing)
}

// startOnce starts the program, asks for a page, and ends it. The last time it is visited some more
// and its memory is noted.
func (b *bench) startOnce(ctx context.Context, v volume, last bool) (ready, first time.Duration, err error) {
	began := time.Now()
	p, err := b.launch(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = p.end(err) }()
	ready = time.Since(began)
	s := load.New(p.base, secret, 1)
	defer s.Close()
	began = time.Now()
	if _, _, err := s.Get(ctx, "/campaigns/"+v.Slugs[0], "gzip"); err != nil {
		return ready, 0, err
	}
	first = time.Since(began)
	if last {
		err = b.visit(ctx, s, v, p.pid())
	}
	return ready, first, err
}

// visit looks at many pages and notes what the program then holds in memory.
func (b *bench) visit(ctx context.Context, s *load.Server, v volume, pid int) error {
	for n := range visits {
		for _, path := range []string{"/", "/campaigns/" + v.Slugs[n%len(v.Slugs)], "/books/" + v.Funds[n%len(v.Funds)], "/g/" + v.Tokens[b.rand.IntN(len(v.Tokens))]} {
			if _, _, err := s.Get(ctx, path, "gzip"); err != nil {
				return err
			}
		}
	}
	b.report.addMemory(fmt.Sprintf("memory of the server at its peak, after %d visits", 4*visits), pid)
	return nil
}
