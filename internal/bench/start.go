package bench

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"manyhands/internal/bench/load"
	"manyhands/internal/config"
)

const (
	starts    = 5
	nothing   = "limit: the program started to say its version"
	visits    = 200 // of each page, before memory is read
	readyPath = "/readyz"
)

// start measures the built program itself, as an operator starts it, on a book of Size entries: until
// it is ready, its first pages, and what it holds in memory after some visits.
func (b *bench) start(ctx context.Context) error {
	v, err := b.filled(ctx)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	version := func(ctx context.Context, _ int) (int, error) {
		return 1, exec.CommandContext(ctx, program, "version").Run()
	}
	if err := b.measure(ctx, task{name: nothing, workers: 1, waiting: true, do: version}); err != nil {
		return err
	}
	var ready, first []time.Duration
	for n := range starts {
		b.say("%d/%d starting the program", n+1, starts)
		r, f, err := b.startOnce(ctx, program, v, n == starts-1)
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
func (b *bench) startOnce(ctx context.Context, program string, v volume, last bool) (ready, first time.Duration, err error) {
	address, err := freeAddress()
	if err != nil {
		return 0, 0, err
	}
	var said strings.Builder
	c := exec.CommandContext(ctx, program, "serve", "--data", b.place.target, "--listen", address, "--sandbox", "--log-level", "error")
	c.Env = append(os.Environ(), "MANYHANDS_SECRET="+hex.EncodeToString(secret[:config.SecretBytes]))
	c.Stderr = &said
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, 0, fmt.Errorf("start the program: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	defer func() {
		end := cmp.Or(c.Process.Signal(syscall.SIGTERM), <-ended)
		if err = errors.Join(err, end); err != nil {
			err = fmt.Errorf("%w: %s", err, said.String())
		}
	}()
	s := load.New("http://"+address, secret, 1)
	defer s.Close()
	if err := answers(ctx, s); err != nil {
		return 0, 0, err
	}
	ready = time.Since(began)
	began = time.Now()
	if _, _, err := s.Get(ctx, "/campaigns/"+v.Slugs[0], "gzip"); err != nil {
		return ready, 0, err
	}
	first = time.Since(began)
	if last {
		err = b.visit(ctx, s, v, c.Process.Pid)
	}
	return ready, first, err
}

// answers waits until the program is ready.
func answers(ctx context.Context, s *load.Server) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		_, _, err := s.Get(ctx, readyPath, "")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the program does not answer: %w", err)
		case <-tick.C:
		}
	}
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

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
