package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"manyhands/internal/bench/pgserver"
	"manyhands/internal/db"
	"manyhands/internal/db/migrations"
)

var (
	// ErrUsed says that the database at Target holds something already.
	ErrUsed = errors.New("bench: the database is not empty: give an address of one that is")
	// ErrEngine says that Engine is none, or not that of Target.
	ErrEngine = errors.New("bench: the engine is sqlite or postgres, and that of the target")
	// ErrKeep says that a book cannot be kept in somebody's database, or by suites that make none.
	ErrKeep = errors.New("bench: only trace and start keep a book, in a folder and not in a target of your own")
)

// place is where the databases of a run lie.
type place struct {
	engine string
	folder string // the run's own; removed at the end
	kept   string // folder that stays; "" for none
	target string // what db.Open is given; set by open
	server *pgserver.Server
}

func newPlace(o Options) (p place, err error) {
	p.engine, p.kept = o.Engine, o.Keep
	address := db.IsPostgres(o.Target)
	switch {
	case p.engine == "" && address:
		p.engine = string(db.Postgres)
	case p.engine == "":
		p.engine = string(db.SQLite)
	case p.engine != string(db.SQLite) && p.engine != string(db.Postgres), address && p.engine != string(db.Postgres):
		return p, ErrEngine
	}
	if p.kept != "" && (address || o.Suite != Trace && o.Suite != Start) {
		return p, ErrKeep
	}
	parent := o.Target
	if address {
		parent, p.target = "", o.Target
	}
	if p.folder, err = os.MkdirTemp(parent, "manyhands-bench-"); err != nil {
		return p, fmt.Errorf("bench: make a folder: %w", err)
	}
	return p, nil
}

// home is the folder that holds the run's database.
func (p *place) home() string {
	if p.kept != "" {
		return p.kept
	}
	return p.folder
}

// open says where the database is to be made, and starts a server for it if need be.
func (p *place) open(ctx context.Context, b *bench) error {
	if p.target != "" {
		return nil
	}
	if err := os.MkdirAll(p.home(), 0o755); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if p.engine == string(db.SQLite) {
		p.target = filepath.Join(p.home(), "data")
		return nil
	}
	if err := os.Chmod(p.home(), 0o711); err != nil { // a server's user must pass
		return fmt.Errorf("open a folder to the server: %w", err)
	}
	b.say("starting a PostgreSQL server of our own ...")
	var err error
	if p.server, err = pgserver.Start(ctx, filepath.Join(p.home(), "postgres")); err != nil {
		return err
	}
	b.report.note("PostgreSQL with its own defaults but for %s.", strings.Join(pgserver.Settings(), ", "))
	p.target, err = p.server.Database(ctx, "manyhands")
	return err
}

// close ends the server and removes what is not kept.
func (p *place) close() error {
	var err error
	if p.server != nil {
		err = p.server.Stop()
	}
	return errors.Join(err, os.RemoveAll(p.folder))
}

// database opens and migrates the database that is measured, which must be empty.
func (b *bench) database(ctx context.Context, o db.Options) (*db.DB, error) {
	d, err := db.Open(ctx, b.place.target, o)
	if err != nil {
		return nil, err
	}
	steps, err := d.Migrate(ctx)
	if err == nil && steps < allSteps() {
		err = ErrUsed
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// migrate makes the database that a house will open.
func (b *bench) migrate(ctx context.Context) error {
	d, err := b.database(ctx, db.Options{})
	if err != nil {
		return err
	}
	return d.Close()
}

// allSteps is how many steps an empty database takes to the present schema.
func allSteps() int {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		panic("bench: " + err.Error()) // only for a bad pattern
	}
	return len(files)
}

// diskBytes is how large the database is, with its indexes.
func diskBytes(ctx context.Context, d *db.DB) (n int64, err error) {
	query := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if d.Engine() == db.Postgres {
		query = "SELECT pg_database_size(current_database())"
	}
	err = d.Read(ctx, func(r *db.Reader) error { return r.QueryRowContext(ctx, query).Scan(&n) })
	if err != nil {
		return 0, fmt.Errorf("measure the database: %w", err)
	}
	return n, nil
}
