// Package bench measures this program on the machine it runs on.
//
// A figure alone says little: the same program is four times as fast on another machine. So each
// figure stands beside a limit that is measured in the same run, on the same disk and cores: the
// rate at which the disk makes 4 KiB durable, bare inserts into the same engine, a handler that only
// says hello. What can be compared between machines is the ratio.
//
// The package makes databases of its own and must touch no other. It decides nothing about the
// product and no other package may need it.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/migrations"
)

// The suites.
const (
	Ledger = "ledger" // matched gifts posted to the book in batches
	Gifts  = "gifts"  // complete gifts over HTTP: made, held, called back, posted
	Pages  = "pages"  // time and size of the public pages
)

// Options say what to measure.
type Options struct {
	Suite string // Ledger, Gifts or Pages
	// Target is the folder in which databases are made and removed, on the disk that matters ("": the
	// system's folder for temporary files), or the address of an empty PostgreSQL database, which is
	// filled and left to its owner.
	Target  string
	Size    int // gifts that the ledger suite posts; 0: 200,000
	Seconds int // for each figure; 0: 5

	Out      io.Writer // the table
	JSON     io.Writer // the report as JSON; nil: none
	Progress io.Writer // what is being measured; nil: nothing is said
	Against  string    // file with the JSON of an earlier run, shown beside this one; "": none
}

const (
	defaultSize    = 200_000
	defaultSeconds = 5
	seed           = 2020
)

var (
	// ErrSuite says that there is no suite of that name.
	ErrSuite = errors.New("bench: no such suite: choose ledger, gifts or pages")
	// ErrUsed says that the database at Target holds something already.
	ErrUsed = errors.New("bench: the database is not empty: give an address of one that is")
)

// Run measures a suite, prints its table and writes its JSON. It returns an error when something
// could not be measured, and when the books that it filled do not pass their own checks.
func Run(ctx context.Context, o Options) error {
	b, err := begin(o)
	if err != nil {
		return err
	}
	return b.run(ctx)
}

// bench is one run.
type bench struct {
	o      Options
	suite  func(*bench, context.Context) error
	length time.Duration // of one figure: its warm-up and rounds together
	folder string        // its own; removed at the end
	target string        // what db.Open is given
	before *Report
	rand   *rand.Rand
	report Report
}

func begin(o Options) (*bench, error) {
	suite := map[string]func(*bench, context.Context) error{Ledger: (*bench).ledger, Gifts: (*bench).gifts, Pages: (*bench).pages}[o.Suite]
	if suite == nil {
		return nil, ErrSuite
	}
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	if o.Seconds <= 0 {
		o.Seconds = defaultSeconds
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	b := &bench{o: o, suite: suite, length: time.Duration(o.Seconds) * time.Second, rand: rand.New(rand.NewPCG(seed, seed))}
	if o.Against != "" {
		var err error
		if b.before, err = readReport(o.Against); err != nil {
			return nil, err
		}
	}
	parent, engine := o.Target, db.SQLite
	if db.IsPostgres(o.Target) {
		parent, engine = "", db.Postgres
	}
	var err error
	if b.folder, err = os.MkdirTemp(parent, "manyhands-bench-"); err != nil {
		return nil, fmt.Errorf("bench: make a folder: %w", err)
	}
	if b.target = b.folder + "/data"; engine == db.Postgres {
		b.target = o.Target
	}
	b.report = Report{Suite: o.Suite, Seconds: o.Seconds, Machine: machine(b.folder, string(engine))}
	return b, nil
}

func (b *bench) run(ctx context.Context) error {
	err := b.suite(b, ctx)
	if err = errors.Join(err, os.RemoveAll(b.folder)); err != nil {
		return fmt.Errorf("bench %s: %w", b.o.Suite, err)
	}
	return b.finish()
}

// database opens and migrates the database that is measured, which must be empty.
func (b *bench) database(ctx context.Context, o db.Options) (*db.DB, error) {
	d, err := db.Open(ctx, b.target, o)
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

// allSteps is how many steps an empty database takes to the present schema.
func allSteps() int {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		panic("bench: " + err.Error()) // only for a bad pattern
	}
	return len(files)
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.o.Progress, format+"\n", args...) }

func (b *bench) finish() error {
	if err := b.report.print(b.o.Out, b.before); err != nil {
		return fmt.Errorf("bench: print: %w", err)
	}
	if b.o.JSON == nil {
		return nil
	}
	e := json.NewEncoder(b.o.JSON)
	e.SetIndent("", "  ")
	if err := e.Encode(b.report); err != nil {
		return fmt.Errorf("bench: write JSON: %w", err)
	}
	return nil
}
