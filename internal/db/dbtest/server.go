package dbtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL server that a test has to itself, so that it may kill it.
type Server struct {
	dir   string
	sync  string // synchronous_commit: whether what was answered survives a kill
	attr  *syscall.SysProcAttr
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
}

// NewServer returns a running server, with one migrated database, that ends with the test. Like all
// servers of tests it never waits for the disk: it survives a kill, not a loss of power.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := makeServer("on")
	if err == nil {
		t.Cleanup(func() {
			s.Kill()
			_ = os.RemoveAll(s.dir) // removed by the next test binary if not now
		})
		err = errors.Join(admin(s.dir, "CREATE DATABASE manyhands"), migrate(s.dir, "manyhands"))
	}
	if err != nil {
		t.Fatalf("dbtest: PostgreSQL: %v (install it with 'make deps', or set MANYHANDS_TEST_ENGINES=sqlite)", err)
	}
	return s
}

// Target is the address of the server's database.
func (s *Server) Target() string { return dsn(s.dir, "manyhands") }

// Socket is the path of the server's socket, for a test that puts something between.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// Do runs a statement as the operator.
func (s *Server) Do(statement string) error { return admin(s.dir, statement) }

// Kill ends the server and all its processes without notice.
func (s *Server) Kill() {
	children := s.children()
	s.end(syscall.SIGKILL)
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGKILL) // without the postmaster it ends by itself, a little later
	}
}

// Pause stops all processes of the server, as a machine that hangs would: connections stay, and nobody
// answers on them. Resume lets them go on.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	_ = s.cmd.Process.Signal(sig)
	for _, pid := range s.children() {
		_ = syscall.Kill(pid, sig) // one that has ended in between needs none
	}
}

func (s *Server) children() (pids []int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", s.cmd.Process.Pid)) // none when it has ended
	for _, c := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(c); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Stop has the server send everybody away and end.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

func (s *Server) end(sig syscall.Signal) {
	_ = s.cmd.Process.Signal(sig) // it may have ended by itself
	<-s.ended
}

// Start starts a server that was killed or stopped and returns when it answers.
func (s *Server) Start() error {
	var err error
	for range 100 { // what is left of one that was killed goes away by itself
		if err = s.launch(); err == nil {
			return nil
		}
		s.Kill()
	}
	return err
}

func makeServer(sync string) (*Server, error) {
	removeStale()
	dir, err := os.MkdirTemp("/tmp", strings.TrimPrefix(serverPrefix, "/tmp/")+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, sync: sync}
	if s.attr, err = serverUser(dir); err != nil {
		return nil, err
	}
	c := exec.Command(program("initdb"), "-D", dir+"/data", "-U", "manyhands", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	c.SysProcAttr, c.Dir = s.attr, dir
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s, s.launch()
}

// launch starts the server from a thread that lives as long as the process: the kernel then ends
// the server with us, however we end.
func (s *Server) launch() error {
	started := make(chan error)
	s.cmd = exec.Command(program("postgres"), "-D", s.dir+"/data", "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "synchronous_commit="+s.sync, "-c", "full_page_writes=off", "-c", "max_connections=300",
		"-c", "autovacuum=off", "-c", "max_wal_senders=2", "-c", "wal_level=replica")
	s.cmd.SysProcAttr, s.cmd.Dir = s.attr, s.dir
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		_ = cmd.Wait() // ends with the process, or is killed by a test
		close(ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	var err error
	for range 1000 {
		if err = admin(s.dir, "SELECT 1"); err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("ended at once: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("did not start: %w", err)
}

func program(name string) string {
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

// removeStale clears the folders of test binaries that have ended.
func removeStale() {
	old, _ := filepath.Glob(serverPrefix + "*")
	for _, dir := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(dir, serverPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && syscall.Kill(n, 0) == nil {
			continue
		}
		_ = os.RemoveAll(dir)
	}
}
