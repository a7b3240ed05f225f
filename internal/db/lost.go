package db

import (
	"database/sql/driver"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// broken reports whether the connection is of no use any more, whatever the last error said: the
// driver closes it when the server, or the way there, has gone.
func (c *conn) broken() bool {
	if c.engine != Postgres {
		return false
	}
	return c.c.Raw(func(driverConn any) error {
		if p, ok := driverConn.(*stdlib.Conn); ok && p.Conn().IsClosed() {
			return driver.ErrBadConn
		}
		return nil
	}) != nil
}

// discard ends the connection for good: it does not go back among those that wait to be used.
func (c *conn) discard() {
	_ = c.c.Raw(func(driverConn any) error {
		if p, ok := driverConn.(*stdlib.Conn); ok {
			_ = p.Conn().PgConn().Conn().Close() // no farewell: a server that hangs would not hear it
		}
		return nil
	})
	_ = c.forget() // SQLite keeps a connection, and its locks, as long as it has statements
	_ = c.c.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.c.Close() // says that it is closed already
}

const (
	// races is how often a transaction that lost to another is tried again.
	races = 8
	// reconnectFor is how long a batch whose connection was lost waits for a server that takes writes.
	// A standby takes over within two to six seconds; whoever waits that long gets their gift made
	// instead of a page that asks them to try again.
	reconnectFor   = 8 * time.Second
	reconnectPause = 100 * time.Millisecond
)

// tries counts how often a batch was run.
type tries struct {
	races  int
	lost   int
	enough *time.Timer
}

// again reports whether a batch that ended with err is to be run once more, after as long a wait as
// is wise. While the database is known to be away, nobody waits for it to come back: one connection
// is tried for each batch.
func (t *tries) again(err error, away bool) bool {
	switch {
	case err == nil:
		return false
	case isLost(err):
		return t.reconnect(away)
	case isRetryable(err) && t.races < races:
		t.races++
		time.Sleep(time.Duration(rand.Int64N(int64(t.races) * int64(2*time.Millisecond))))
		return true
	}
	return false
}

func (t *tries) reconnect(away bool) bool {
	t.lost++
	if t.lost == 1 {
		t.enough = time.NewTimer(reconnectFor)
		return !away // a connection that lay idle may have been lost long ago: at once
	}
	pause := time.NewTimer(reconnectPause)
	defer pause.Stop()
	select {
	case <-t.enough.C:
		return false
	case <-pause.C:
		return true
	}
}

// stop frees what again holds.
func (t *tries) stop() {
	if t.enough != nil {
		t.enough.Stop()
	}
}
