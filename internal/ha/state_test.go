package ha

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// quicken has the monitor notice within a second or so what it notices within half a minute by
// default.
func (c *cluster) quicken() {
	c.t.Helper()
	for name, ms := range map[string]int{"health_check_period": 1000, "health_check_timeout": 1000, "health_check_max_retries": 1,
		"health_check_retry_delay": 500, "node_considered_unhealthy_timeout": 3000, "primary_demote_timeout": 3000, "startup_grace_period": 1000} {
		if err := c.ask(c.t.Context(), c.monitor, "postgres", "pg_auto_failover", nil, fmt.Sprintf("ALTER SYSTEM SET pgautofailover.%s = %d", name, ms)); err != nil {
			c.t.Fatalf("%s: %v", name, err)
		}
	}
	if err := c.ask(c.t.Context(), c.monitor, "postgres", "pg_auto_failover", nil, "SELECT pg_reload_conf()"); err != nil {
		c.t.Fatal(err)
	}
}

var errNotYet = errors.New("not yet as it should be")

// state is what the monitor says of a node.
func (c *cluster) state(ctx context.Context, m *member) (s string, err error) {
	err = c.ask(ctx, c.monitor, "autoctl_node", "pg_auto_failover", []any{&s}, "SELECT reportedstate::text FROM pgautofailover.node WHERE nodename = $1", m.name)
	return s, err
}

func (c *cluster) expect(ctx context.Context, m *member, states ...string) error {
	s, err := c.state(ctx, m)
	if err != nil {
		return err
	}
	for _, want := range states {
		if s == want {
			return nil
		}
	}
	return fmt.Errorf("node %s is %q, want one of %q", m.name, s, states)
}

// bothStand returns nil when there is a primary whose every commit waits for its standby.
func (c *cluster) bothStand(ctx context.Context) error {
	var both bool
	err := c.ask(ctx, c.monitor, "autoctl_node", "pg_auto_failover", []any{&both},
		`SELECT count(*) FILTER (WHERE reportedstate = 'primary') = 1 AND count(*) FILTER (WHERE reportedstate = 'secondary') = 1 FROM pgautofailover.node`)
	if err == nil && !both {
		err = errNotYet
	}
	return err
}

// primary returns the node that takes writes.
func (c *cluster) primary() *member {
	c.t.Helper()
	for _, m := range c.nodes {
		if c.expect(c.t.Context(), m, "primary", "wait_primary", "single") == nil {
			return m
		}
	}
	c.t.Fatal("there is no primary")
	return nil
}

// wait asks again until it succeeds.
func (c *cluster) wait(what string, try func(context.Context) error) {
	c.t.Helper()
	if err := eventually(c.t.Context(), patience, try); err != nil {
		c.t.Fatalf("%s: %v; logs are in %s", what, err, c.folder)
	}
}

func eventually(ctx context.Context, limit time.Duration, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// killPostgres kills the database server of a node; what supervises it lives on.
func (c *cluster) killPostgres(m *member) {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.data(m), "postmaster.pid"))
	if err != nil {
		c.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// kill kills everything of a node at once, as a loss of power would.
func (m *member) kill() {
	m.signal(syscall.SIGKILL)
	<-m.done
}

// hang stops everything of a node: its connections stay open, and nobody answers on them.
func (m *member) hang() { m.signal(syscall.SIGSTOP) }

func (m *member) signal(sig syscall.Signal) {
	for _, pid := range family(m.cmd.Process.Pid) {
		_ = syscall.Kill(pid, sig) // it may have ended by itself
	}
}

// family returns a process and all that come from it.
func family(pid int) []int {
	all := []int{pid}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid)) // none when it has ended
	for _, f := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(f); err == nil {
			all = append(all, family(child)...)
		}
	}
	return all
}

// end ends every process and removes every file. After a failure the logs are shown.
func (c *cluster) end() {
	for _, m := range []*member{c.nodes[0], c.nodes[1], c.monitor} {
		if m == nil {
			continue
		}
		m.kill()
		if c.t.Failed() {
			log, _ := os.ReadFile(filepath.Join(c.folder, m.name+".log"))
			c.t.Logf("%s:\n%s", m.name, log[max(0, len(log)-4000):])
		}
		sockets, _ := filepath.Glob(fmt.Sprintf("/var/run/postgresql/.s.PGSQL.%d*", m.port))
		for _, s := range sockets {
			_ = os.Remove(s) // those of a server that was killed
		}
	}
	if err := os.RemoveAll(c.folder); err != nil {
		c.t.Error(err)
	}
}
