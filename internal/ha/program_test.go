package ha

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

var secret = bytes.Repeat([]byte{9}, 32)

// program builds the real program, or takes the one that MANYHANDS_HA_PROGRAM names.
func program(t *testing.T) string {
	t.Helper()
	if given := os.Getenv("MANYHANDS_HA_PROGRAM"); given != "" {
		return given
	}
	path := filepath.Join(t.TempDir(), "manyhands")
	c := exec.Command("go", "build", "-o", path, "./cmd/manyhands")
	c.Dir = "../.."
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

// command runs a command of the program to its end.
func command(t *testing.T, program, target string, args ...string) string {
	t.Helper()
	c := exec.Command(program, append(args, "--data", target)...)
	c.Env = environment()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("manyhands %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

func environment() []string {
	return append(os.Environ(), "MANYHANDS_SECRET="+hex.EncodeToString(secret), "MANYHANDS_LANG=en")
}

// server is one running process of the program.
type server struct {
	t       *testing.T
	address string
	cmd     *exec.Cmd
	done    chan struct{}
	log     bytes.Buffer // complete once done is closed
}

func serve(t *testing.T, program, target string) *server {
	t.Helper()
	s := &server{t: t, address: fmt.Sprintf("127.0.0.1:%d", freePort(t)), done: make(chan struct{})}
	s.cmd = exec.Command(program, "serve", "--data", target, "--listen", s.address, "--sandbox", "--trust-proxy", "--log-level", "warn")
	s.cmd.Env, s.cmd.Stderr = environment(), &s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the test
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // is ended by us
		close(s.done)
	}()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			text := s.log.Bytes()
			t.Logf("log of %s:\n%s", s.address, text[max(0, len(text)-4000):])
		}
	})
	if err := eventually(t.Context(), patience, s.ready); err != nil {
		t.Fatalf("the server at %s: %v", s.address, err)
	}
	return s
}

func (s *server) base() string { return "http://" + s.address }

func (s *server) ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base()+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("answers %s", res.Status)
	}
	return nil
}

func (s *server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-s.done
}

// stop ends the server as an operator does.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Error(err)
	}
	<-s.done
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("the server ended with %d:\n%s", code, s.log.String())
	}
}
