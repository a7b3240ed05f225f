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

const readyPath = "/readyz"

// program is the built program itself, serving the place's database as an operator has it serve.
type program struct {
	base  string
	cmd   *exec.Cmd
	said  strings.Builder // its complaints
	ended chan error
}

// launch starts the program with these flags beside those that every run needs, and waits until it is
// ready.
func (b *bench) launch(ctx context.Context, flags ...string) (*program, error) {
	file, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve", "--data", b.place.target, "--listen", address, "--sandbox", "--log-level", "error"}, flags...)
	p := &program{base: "http://" + address, cmd: exec.CommandContext(ctx, file, args...), ended: make(chan error, 1)}
	keys := hex.EncodeToString(secret[:config.SecretBytes])
	p.cmd.Env = append(os.Environ(), "MANYHANDS_SECRET="+keys, "MANYHANDS_MASTER_KEY="+keys)
	p.cmd.Stderr = &p.said
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	go func() { p.ended <- p.cmd.Wait() }()
	s := load.New(p.base, secret, 1)
	defer s.Close()
	if err := answers(ctx, s); err != nil {
		return nil, p.end(err)
	}
	return p, nil
}

func (p *program) pid() int { return p.cmd.Process.Pid }

// end has the program finish what is under way. It returns err, what else went wrong, and then what
// the program said.
func (p *program) end(err error) error {
	if err = errors.Join(err, cmp.Or(p.cmd.Process.Signal(syscall.SIGTERM), <-p.ended)); err != nil {
		return fmt.Errorf("%w: %s", err, p.said.String())
	}
	return nil
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

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
