package crash

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

var secret = bytes.Repeat([]byte{7}, 32)

var folder string // of the program that is built

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "manyhands-crash-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder) // what is left there does no harm
	os.Exit(code)
}

// built is the path of the real program, built once.
var built = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("MANYHANDS_CRASH_PROGRAM"); given != "" {
		return given, nil
	}
	path := filepath.Join(folder, "manyhands")
	c := exec.Command("go", "build", "-o", path, "./cmd/manyhands")
	c.Dir = "../.."
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// program is a server that is started and killed over and over, always at the same address.
type program struct {
	t       *testing.T
	path    string
	target  string // folder or PostgreSQL address
	address string
	dying   func() // is called when the process has been told to die and may wait for the disk

	cmd    *exec.Cmd
	ended  chan error
	stderr bytes.Buffer // of the present process; read once it has ended
}

func newProgram(t *testing.T, target string) *program {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, path: path, target: target, address: l.Addr().String(), dying: func() {}}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
	})
	return p
}

func (p *program) base() string { return "http://" + p.address }

// start starts the process; it does not wait until it answers.
func (p *program) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.path, "serve", "--data", p.target, "--listen", p.address, "--sandbox", "--trust-proxy", "--log-level", "error")
	p.cmd.Env = append(os.Environ(), "MANYHANDS_SECRET="+hex.EncodeToString(secret))
	p.stderr.Reset()
	p.cmd.Stderr = &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var err error
	if p.ended, err = launch(p.cmd); err != nil {
		p.t.Fatal(err)
	}
}

// launch starts a process from a thread that lives as long as the process does: the kernel then ends it
// with us, however we end. What is returned tells how it ended.
func launch(c *exec.Cmd) (ended chan error, err error) {
	ended = make(chan error, 1)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			ended <- c.Wait()
		}
	}()
	return ended, <-started
}

// patience is with a server that starts or stops. On PostgreSQL each life takes a number among the nodes, and
// dozens that were killed within seconds leave none: the next waits until it has seen that they are dead,
// which takes 15 to 21 seconds.
const patience = 45 * time.Second

// ready waits until the process answers, which it must.
func (p *program) ready() {
	p.t.Helper()
	if !p.answers() {
		err := <-p.ended
		p.cmd = nil
		p.t.Fatalf("the program ended by itself: %v\n%s", err, p.lastWords())
	}
}

// answers waits until the process answers, or has ended by itself: then it is false.
func (p *program) answers() bool {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !p.gone() {
		if req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base()+"/readyz", nil); err == nil {
			if res, err := http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close() // only the status counts
				if res.StatusCode == http.StatusOK {
					return true
				}
			}
		}
		select {
		case <-ctx.Done():
			p.t.Fatal("the program does not answer")
		case <-tick.C:
		}
	}
	return false
}

// kill ends the process as a power switch would, and waits until it is gone.
func (p *program) kill() {
	if p.cmd == nil {
		return // it is dead already
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
	p.dying()
	<-p.ended
	p.cmd = nil
}

// lastWords is the end of what the process has logged. It must have ended.
func (p *program) lastWords() string {
	b := p.stderr.Bytes()
	return string(b[max(0, len(b)-4000):])
}

// gone reports whether the process has ended by itself.
func (p *program) gone() bool { return len(p.ended) > 0 }

// stop asks the process to end and expects that it does so in order.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		p.cmd = nil
		if err != nil {
			p.t.Fatalf("the program did not stop in order: %v\n%s", err, p.stderr.String())
		}
	case <-time.After(patience):
		p.t.Fatal("the program does not stop")
	}
}
