package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	connectTimeout = 2 * time.Second // for each address of a list, unless the address says otherwise
	// silence is how long a server's machine may say nothing at all before its connection is given up.
	silence = 6 * time.Second
)

// writerSettings are the writer's. The first ends a transaction whose node has stopped in the middle of
// it: it holds the turn to write, for which all other nodes wait. Every statement of a write finds its
// rows by an index; told so, the server does not fall back on reading whole tables because they were
// small when it made its plan, as they are on the morning of a first giving day. Compiling a plan takes
// longer than any of ours runs.
var writerSettings = map[string]string{"idle_in_transaction_session_timeout": "10s", "enable_seqscan": "off", "jit": "off"}

// readerSettings let the server take indexes where the disk is no turning plate.
var readerSettings = map[string]string{"jit": "off", "random_page_cost": "1.1"}

// openPostgres opens the pools. An address may name several servers; connections go to the one that
// takes writes, readers' too, for a standby may be behind what was promised.
func (d *DB) openPostgres(ctx context.Context, address string) error {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("db: PostgreSQL address: %w", err)
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	cfg.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	cfg.DialFunc = listening(dialer(cfg.ConnectTimeout).DialContext)
	writing := session(cfg, "manyhands writer", writerSettings)
	writing.OnNotice = noteWarning
	d.write = stdlib.OpenDB(*writing)
	d.write.SetMaxOpenConns(2)
	if err := d.write.PingContext(ctx); err != nil {
		return fmt.Errorf("db: open PostgreSQL: %w", err)
	}
	d.read = stdlib.OpenDB(*session(cfg, "manyhands reader", readerSettings))
	d.read.SetMaxOpenConns(d.opts.Readers + 1)
	return nil
}

// gaveUp is set on a connection whose server said that it no longer waits for its standby.
const gaveUp = "manyhands.gave_up"

// errNoStandby makes the outcome of a commit unknown. The server calls it a success, but a failover at
// this moment would lose it. An operator brings this about with pg_cancel_backend.
var errNoStandby = errors.New("db: the server no longer waited for its standby")

func noteWarning(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" && n.Code == pgWarning {
		c.CustomData()[gaveUp] = true
	}
}

// standbyHas returns an error when the server has given up waiting for its standby.
func (c *conn) standbyHas() error {
	return c.c.Raw(func(driverConn any) error {
		if p, ok := driverConn.(*stdlib.Conn); ok && p.Conn().PgConn().CustomData()[gaveUp] != nil {
			return errNoStandby
		}
		return nil
	})
}

// session returns cfg with a name under which the server lists the connection, and with settings.
// The server, too, gives up a client's machine that says nothing.
func session(cfg *pgx.ConnConfig, name string, settings map[string]string) *pgx.ConnConfig {
	cfg = cfg.Copy()
	p := cfg.RuntimeParams
	if p["application_name"] == "" {
		p["application_name"] = name
	}
	p["tcp_keepalives_idle"], p["tcp_keepalives_interval"], p["tcp_keepalives_count"] = "2", "2", "2"
	p["tcp_user_timeout"] = fmt.Sprint(silence.Milliseconds())
	for k, v := range settings {
		p[k] = v
	}
	return cfg
}

// dialer asks a silent machine every other second whether it is there. Without it a machine that lost
// its power, and so says nothing, would be waited for by the quarter of an hour.
func dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: giveUpAfter(silence),
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 3, Interval: silence / 3, Count: 2}}
}
