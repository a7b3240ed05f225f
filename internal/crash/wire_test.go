package crash

import (
	"bytes"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// wire stands between the program and its database and can be cut.
type wire struct {
	listener net.Listener
	to       string // the database server's socket

	mu      sync.Mutex
	chance  *rand.Rand
	cutting float64 // chance that a piece of data is the last, and arrives in part
	deaf    float64 // chance that the answer to a commit is lost, and everything behind it
	cuts    int
	lost    int // answers to commits
	open    map[net.Conn]bool
}

func newWire(t *testing.T, to string, seed int64) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to, chance: rand.New(rand.NewPCG(uint64(seed), 5)), open: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	wg.Go(func() { w.accept(&wg) })
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		w.cutAll()
		wg.Wait()
	})
	return w
}

func (w *wire) address() string { return w.listener.Addr().String() }

// suffer sets how often the wire is cut from now on.
func (w *wire) suffer(cutting, deaf float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cutting, w.deaf = cutting, deaf
}

// cutAll cuts every connection at once.
func (w *wire) cutAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		cut(c)
	}
}

func (w *wire) accept(wg *sync.WaitGroup) {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("unix", w.to)
		if err != nil {
			cut(near)
			continue
		}
		w.note(near, far, true)
		wg.Go(func() { w.pump(far, near, false) })
		wg.Go(func() { w.pump(near, far, true) })
	}
}

func (w *wire) note(a, b net.Conn, open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range []net.Conn{a, b} {
		if w.open[c] = open; !open {
			delete(w.open, c)
		}
	}
}

// pump carries data one way until something ends it, and then cuts both ways.
func (w *wire) pump(to, from net.Conn, answers bool) {
	defer func() {
		w.note(to, from, false)
		cut(to)
		cut(from)
	}()
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			whole := n
			n = w.through(b[:n], answers)
			if _, err := to.Write(b[:n]); err != nil || n < whole {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// committed is how a server's answer to COMMIT looks on the wire (CommandComplete,
// https://www.postgresql.org/docs/15/protocol-message-formats.html).
var committed = []byte("COMMIT\x00")

// through says how much of a piece gets through. Less than all of it is the end.
func (w *wire) through(b []byte, answer bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := bytes.Index(b, committed); answer && i >= 0 && w.chance.Float64() < w.deaf {
		w.lost++
		return w.chance.IntN(i + 1)
	}
	if w.chance.Float64() < w.cutting {
		w.cuts++
		return w.chance.IntN(len(b))
	}
	return len(b)
}

// cut ends a connection as a broken cable does, not as a goodbye.
func cut(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the next line ends it in any case
	}
	_ = c.Close() // it may be closed already
}
