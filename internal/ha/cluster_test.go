package ha

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a monitor and two database nodes, all on this machine.
type cluster struct {
	t       *testing.T
	folder  string
	attr    *syscall.SysProcAttr
	monitor *member
	nodes   [2]*member
}

// member is one supervised server.
type member struct {
	name string
	port int
	cmd  *exec.Cmd
	done chan struct{}
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "manyhands-ha-") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, folder: folder, attr: postgresUser(t, folder)}
	t.Cleanup(c.end)
	c.monitor = c.start("monitor", "create", "monitor")
	c.wait("the monitor", func(ctx context.Context) error {
		return c.ask(ctx, c.monitor, "autoctl_node", "pg_auto_failover", nil, "SELECT 1")
	})
	c.quicken()
	c.nodes[0] = c.startNode("a")
	c.wait("the primary", func(ctx context.Context) error { return c.expect(ctx, c.nodes[0], "single") })
	c.nodes[1] = c.startNode("b")
	c.wait("the standby", func(ctx context.Context) error {
		// The copy begins with a checkpoint, which would else be spread over minutes.
		return errors.Join(c.ask(ctx, c.nodes[0], "postgres", "postgres", nil, "CHECKPOINT"), c.bothStand(ctx))
	})
	return c
}

// postgresUser drops root, which PostgreSQL refuses to run as.
func postgresUser(t *testing.T, folder string) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chmod(folder, 0o755), os.Chown(folder, uid, gid)); err != nil {
		t.Fatal(err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr
}

func (c *cluster) startNode(name string) *member {
	return c.start(name, "create", "postgres", "--name", name, "--username", "app", "--dbname", "app", "--monitor",
		fmt.Sprintf("postgres://autoctl_node@127.0.0.1:%d/pg_auto_failover?sslmode=disable", c.monitor.port))
}

func (c *cluster) start(name string, args ...string) *member {
	c.t.Helper()
	m := &member{name: name, port: freePort(c.t)}
	args = append(args, "--pgdata", c.data(m), "--pgport", strconv.Itoa(m.port), "--hostname", "127.0.0.1", "--auth", "trust", "--no-ssl", "--run")
	c.run(m, args...)
	return m
}

// restart starts a member again that was killed.
func (c *cluster) restart(m *member) { c.run(m, "run", "--pgdata", c.data(m)) }

func (c *cluster) run(m *member, args ...string) {
	c.t.Helper()
	log, err := os.OpenFile(filepath.Join(c.folder, m.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		c.t.Fatal(err)
	}
	m.cmd, m.done = exec.Command("pg_autoctl", args...), make(chan struct{})
	m.cmd.SysProcAttr, m.cmd.Dir, m.cmd.Stdout, m.cmd.Stderr = c.attr, c.folder, log, log
	m.cmd.Env = append(os.Environ(), "HOME="+c.folder, "XDG_CONFIG_HOME="+c.folder+"/config", "XDG_DATA_HOME="+c.folder+"/share",
		"XDG_RUNTIME_DIR="+c.folder+"/run", "PATH="+bin()+":"+os.Getenv("PATH"), "PGHOST=", "LC_ALL=C.UTF-8")
	if err := m.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait() // is ended by us
		_ = log.Close()
		close(done)
	}(m.cmd, m.done)
}

func bin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		return "."
	}
	return found[len(found)-1]
}

func (c *cluster) data(m *member) string { return filepath.Join(c.folder, m.name) }

// address is what servers are given: both nodes, of which the one that takes writes is used.
func (c *cluster) address() string {
	return fmt.Sprintf("postgres://app@127.0.0.1:%d,127.0.0.1:%d/app?sslmode=disable", c.nodes[0].port, c.nodes[1].port)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// ask runs one statement; with dest it must answer one row.
func (c *cluster) ask(ctx context.Context, m *member, user, database string, dest []any, query string, args ...any) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", user, m.port, database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if dest != nil {
		return conn.QueryRow(ctx, query, args...).Scan(dest...)
	}
	_, err = conn.Exec(ctx, query, args...)
	return err
}
