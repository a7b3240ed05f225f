// Package bench measures this program on the machine it runs on.
//
// A figure alone says little: the same program is four times as fast on another machine. So each
// figure stands beside a limit that is measured in the same run, on the same disk and cores: the
// rate at which the disk makes 4 KiB durable, bare inserts into the same engine, a handler that only
// says hello. What can be compared between machines is the ratio. And a figure counts only if the
// books hold afterwards: each suite that fills books proves them at its end and fails otherwise.
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
	"math/rand/v2"
	"time"

	"manyhands/internal/bench/chart"
)

// The suites.
const (
	Ledger    = "ledger"            // matched gifts posted to the book in batches
	Gifts     = "gifts"             // gifts over HTTP: made, held, called back, posted
	GivingDay = "giving-day"        // the opening spike, with everything that goes wrong on such a day
	Pages     = "pages"             // time and size of the public pages
	Records   = "records"           // decisions about children's records, and a page of them
	Trace     = "trace"             // what is read from a large book
	Start     = "start"             // from the start of the program to its first answer, on a large book
	National  = "simulate-national" // more gifts than one database takes, as a model
)

// Options say what to measure.
type Options struct {
	Suite string // one of the suites
	// Target is the folder in which databases are made and removed, on the disk that matters ("": the
	// system's folder for temporary files), or the address of an empty PostgreSQL database, which is
	// filled and left to its owner.
	Target  string
	Engine  string // "sqlite", or "postgres" for a server of the run's own; "": as Target says
	Keep    string // folder in which trace and start keep their book for the next run; "": none is kept
	Size    int    // entries in the book before ledger, trace and start measure; 0: 400,000
	Seconds int    // for each figure, and of the spike of giving-day; 0: 5
	Rate    int    // gifts a second: of giving-day's spike, 0: four fifths of what the machine takes; of simulate-national, 0: 100,000
	Shards  int    // of simulate-national; 0: 40

	Out      io.Writer // the table
	JSON     io.Writer // the report as JSON; nil: none
	SVG      io.Writer // the report as a picture; nil: none
	Progress io.Writer // what is being measured; nil: nothing is said
	Against  string    // file with the JSON of an earlier run, shown beside this one; "": none
}

const (
	defaultSize    = 400_000
	defaultSeconds = 5
	seed           = 2020
)

// ErrSuite says that there is no suite of that name.
var ErrSuite = errors.New("bench: no such suite: choose ledger, gifts, giving-day, pages, records, trace, start or simulate-national")

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
	most   int           // workers at once; 0: as many as each task has
	place  place
	before *Report
	rand   *rand.Rand
	report Report
}

func suites() map[string]func(*bench, context.Context) error {
	return map[string]func(*bench, context.Context) error{Ledger: (*bench).ledger, Gifts: (*bench).gifts, GivingDay: (*bench).givingDay,
		Pages: (*bench).pages, Records: (*bench).records, Trace: (*bench).trace, Start: (*bench).start, National: (*bench).national}
}

func begin(o Options) (*bench, error) {
	suite := suites()[o.Suite]
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
	var err error
	if b.place, err = newPlace(o); err != nil {
		return nil, err
	}
	b.report = Report{Suite: o.Suite, Seconds: o.Seconds, Machine: machine(b.place.folder, b.place.engine)}
	return b, nil
}

func (b *bench) run(ctx context.Context) error {
	err := b.place.open(ctx, b)
	if err == nil {
		err = b.suite(b, ctx)
	}
	if err = errors.Join(err, b.place.close()); err != nil {
		return fmt.Errorf("bench %s: %w", b.o.Suite, err)
	}
	return b.finish()
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.o.Progress, format+"\n", args...) }

func (b *bench) finish() error {
	if err := b.report.print(b.o.Out, b.before); err != nil {
		return fmt.Errorf("bench: print: %w", err)
	}
	if b.o.JSON != nil {
		e := json.NewEncoder(b.o.JSON)
		e.SetIndent("", "  ")
		if err := e.Encode(b.report); err != nil {
			return fmt.Errorf("bench: write JSON: %w", err)
		}
	}
	if b.o.SVG != nil {
		if err := chart.Draw(b.o.SVG, b.report.chart()); err != nil {
			return fmt.Errorf("bench: write SVG: %w", err)
		}
	}
	return nil
}
