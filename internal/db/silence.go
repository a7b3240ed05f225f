package db

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// answerWithin is how long the writer waits for the server's next word. It is longer than a server
// waits for its turn to write. A machine that takes what it is sent and does nothing, its disk hung or
// its processes stopped, would else be waited for although another is primary by now.
const answerWithin = 10 * time.Second

// controlWithin is the same for the beginning and the end of a snapshot; what is read in between ends
// with its request.
const controlWithin = 5 * time.Second

var errSilent = errors.New("db: the server took a statement and did not answer")

// listener is a connection that can lose its patience with a server that does not answer.
type listener struct {
	net.Conn
	within atomic.Int64 // nanoseconds; 0: for ever
}

// listening is a dial function whose connections can.
func listening(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &listener{Conn: c}, nil
	}
}

// Write implements net.Conn. With what is sent begins the time for the answer.
func (l *listener) Write(b []byte) (int, error) {
	if within := l.within.Load(); within > 0 {
		if err := l.SetReadDeadline(time.Now().Add(time.Duration(within))); err != nil {
			return 0, err
		}
	}
	return l.Conn.Write(b)
}

// Read implements net.Conn. A connection whose time has run out is of no use any more, which drivers
// do not take a timeout for.
func (l *listener) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() && l.within.Load() > 0 {
		return n, errors.Join(errSilent, l.Close())
	}
	return n, err
}

// answers has the connection give the server up when it does not answer within d. It is for the
// writer, whose statements are short and who is interrupted by nothing else.
func (c *conn) answers(d time.Duration) error {
	return c.c.Raw(func(driverConn any) error {
		nc := driverConn.(*stdlib.Conn).Conn().PgConn().Conn()
		if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
			nc = t.NetConn() // within TLS
		}
		if l, ok := nc.(*listener); ok {
			l.within.Store(int64(d))
		}
		return nil
	})
}
