// Package pgserver starts a PostgreSQL server of our own, durable and reached through a socket alone,
// so that a measurement needs no server of anybody's and leaves none behind.
//
// It must not be used to keep what matters: whoever runs a network brings a server and looks after it.
package pgserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	_ "manyhands/internal/db" // registers "pgx"
)

// ErrNotInstalled says that there is no PostgreSQL server on this machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed here (Debian: apt-get install postgresql); install it, or name an empty database with --target")

// Settings are what the server is started with beside PostgreSQL's defaults, which are durable.
var settings = []string{"listen_addresses=", "max_connections=100", "shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min"}

// Settings returns what the server is started with beside PostgreSQL's own defaults.
func Settings() []string { return slices.Clone(settings) }

// Server is a running server. Stop it.
type Server struct {
	socket string // folder
	cmd    *exec.Cmd
	ended  chan error
}

// patience is how long a server may take to start or to stop.
const patience = 60 * time.Second

// Start starts a server whose data lie in folder, which is made and filled when it is missing. As
// root it runs as the user postgres, who must be able to reach the folder.
func Start(ctx context.Context, folder string) (_ *Server, err error) {
	if _, err := exec.LookPath(program("postgres")); err != nil {
		return nil, ErrNotInstalled
	}
	socket, err := os.MkdirTemp("", "mhpg-") // short: the path of a socket is limited to 107 bytes
	if err != nil {
		return nil, fmt.Errorf("pgserver: make a folder: %w", err)
	}
	s := &Server{socket: socket, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	attr, err := serverUser(socket)
	if err != nil {
		return nil, err
	}
	if err := s.fill(ctx, folder, attr); err != nil {
		return nil, err
	}
	return s, s.launch(ctx, folder, attr)
}

// fill makes the cluster, unless it is there.
func (s *Server) fill(ctx context.Context, folder string, attr *syscall.SysProcAttr) error {
	if _, err := os.Stat(filepath.Join(folder, "PG_VERSION")); err == nil {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("pgserver: make a folder: %w", err)
	}
	if err := give(folder, attr); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, program("initdb"), "-D", folder, "-U", "manyhands", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync")
	c.SysProcAttr, c.Dir = attr, s.socket
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("pgserver: initdb: %w: %s", err, out)
	}
	return nil
}

// launch starts the process from a thread that lives as long as it does: on Linux the kernel then
// ends the server with us, however we end.
func (s *Server) launch(ctx context.Context, folder string, attr *syscall.SysProcAttr) error {
	args := []string{"-D", folder, "-k", s.socket}
	for _, x := range settings {
		args = append(args, "-c", x)
	}
	s.cmd = exec.Command(program("postgres"), args...)
	s.cmd.SysProcAttr, s.cmd.Dir = attr, s.socket
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.ended <- s.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		s.cmd = nil
		return fmt.Errorf("pgserver: start: %w", err)
	}
	return s.answers(ctx)
}

func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case end := <-s.ended:
			s.cmd = nil
			return fmt.Errorf("pgserver: the server ended: %w", errors.Join(end, err))
		case <-ctx.Done():
			return fmt.Errorf("pgserver: the server does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// Address is how db.Open reaches the database of that name.
func (s *Server) Address(name string) string {
	return fmt.Sprintf("host=%s user=manyhands dbname=%s", s.socket, name)
}

// Database makes an empty database of that name, unless it is there, and returns its address.
func (s *Server) Database(ctx context.Context, name string) (string, error) {
	err := s.exec(ctx, "CREATE DATABASE "+name)
	if err != nil && !known(err) {
		return "", fmt.Errorf("pgserver: make a database: %w", err)
	}
	return s.Address(name), nil
}

// known reports whether the database is there already: SQLSTATE 42P04, duplicate_database.
func known(err error) bool {
	coded, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err)
	return ok && coded.SQLState() == "42P04"
}

func (s *Server) exec(ctx context.Context, statement string) (err error) {
	pool, err := sql.Open("pgx", s.Address("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	_, err = pool.ExecContext(ctx, statement)
	return err
}

// Process is the number of the server's first process.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Stop ends the server and its connections in order; its data stay.
func (s *Server) Stop() error {
	var err error
	if s.cmd != nil {
		err = s.cmd.Process.Signal(syscall.SIGINT) // PostgreSQL's "fast shutdown"
		select {
		case end := <-s.ended:
			err = errors.Join(err, end)
		case <-time.After(patience):
			err = errors.Join(err, s.cmd.Process.Kill(), errors.New("pgserver: the server did not stop"))
		}
		s.cmd = nil
	}
	return errors.Join(err, os.RemoveAll(s.socket))
}

// program finds a program of PostgreSQL's where Debian puts it, else where the shell would.
func program(name string) string {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err == nil && len(found) > 0 {
		return found[len(found)-1]
	}
	return name
}

// give makes a folder the server's.
func give(folder string, attr *syscall.SysProcAttr) error {
	uid, gid, ok := owner(attr)
	if !ok {
		return nil
	}
	if err := os.Chown(folder, uid, gid); err != nil {
		return fmt.Errorf("pgserver: hand the folder over: %w", err)
	}
	return nil
}

// number reads a user's number.
func number(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err
}
