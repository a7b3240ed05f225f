package crash

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a PostgreSQL server of a test's own, which is killed and started again. It commits as in
// earnest; only that it does not wait for the disk, which lives on when processes die.
type cluster struct {
	t     *testing.T
	dir   string
	port  int
	attr  *syscall.SysProcAttr
	cmd   *exec.Cmd
	ended chan error
}

// newCluster starts a server, or ends a test that was not asked for.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	skipWithoutPostgres(t)
	dir, err := os.MkdirTemp("/tmp", "manyhands-crash-pg-") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, port: freePort(t)}
	t.Cleanup(func() {
		if c.cmd != nil {
			c.stop(syscall.SIGQUIT)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if c.attr, err = serverUser(dir); err != nil {
		t.Fatal(err)
	}
	init := exec.Command(postgresProgram("initdb"), "-D", dir+"/data", "-U", "manyhands", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	init.SysProcAttr, init.Dir = c.attr, dir
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	c.start()
	if err := c.admin(patience, "CREATE DATABASE house"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cluster) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

func (c *cluster) target(address, database string) string {
	return "postgres://manyhands@" + address + "/" + database + "?sslmode=disable&connect_timeout=5"
}

func (c *cluster) admin(limit time.Duration, statement string) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), limit)
	defer cancel()
	pool, err := sql.Open("pgx", c.target(c.address(), "postgres"))
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, statement)
	return errors.Join(err, pool.Close())
}

// start starts the server and waits until it answers. The processes of one that was killed may live on
// for a moment: until then it does not start.
func (c *cluster) start() {
	c.t.Helper()
	limit := time.Now().Add(patience)
	for {
		if c.cmd == nil {
			c.launch()
		}
		err := c.admin(time.Second, "SELECT 1")
		if err == nil {
			return
		}
		if len(c.ended) > 0 {
			c.cmd = nil
		}
		if time.Now().After(limit) {
			c.t.Fatalf("the database server does not answer: %v", err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func (c *cluster) launch() {
	c.t.Helper()
	c.cmd = exec.Command(postgresProgram("postgres"), "-D", c.dir+"/data", "-k", c.dir, "-p", strconv.Itoa(c.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "max_connections=60", "-c", "restart_after_crash=on", "-c", "log_min_messages=panic", "-c", "fsync=off")
	c.cmd.SysProcAttr, c.cmd.Dir = c.attr, c.dir
	var err error
	if c.ended, err = launch(c.cmd); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) stop(s syscall.Signal) {
	if err := c.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
	<-c.ended
	c.cmd = nil
}

// die kills the server itself, or one of the processes that serve a connection, which ends them all.
func (c *cluster) die(whole bool, draw func(int) int) {
	c.t.Helper()
	if whole {
		c.stop(syscall.SIGKILL)
		return
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", c.cmd.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	if list := strings.Fields(string(children)); len(list) > 0 {
		pid, _ := strconv.Atoi(list[draw(len(list))]) // the kernel writes numbers
		_ = syscall.Kill(pid, syscall.SIGKILL)        // it may have ended by itself
	}
}

func postgresProgram(name string) string {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1]
	}
	return name
}

// serverUser drops root, which PostgreSQL refuses to run as, and makes dir that user's.
func serverUser(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, errors.Join(err1, err2, os.Chmod(dir, 0o755), os.Chown(dir, uid, gid))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).Port
}
