package command

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Bench says what to measure, and where the figures go; its fields are those of package bench.
type Bench struct {
	Suite    string
	Target   string // folder, or address of an empty PostgreSQL database
	Engine   string // sqlite or postgres; "": as Target says
	Keep     string // folder in which a book is kept for the next run
	Size     int    // entries in the book before measuring
	Seconds  int    // for each figure
	Rate     int    // gifts a second
	Shards   int
	Out      io.Writer // the table
	JSON     io.Writer // nil for none
	SVG      io.Writer // nil for none
	Progress io.Writer
	Against  string // file of an earlier run
}

type benchCmd struct {
	What    string `arg:"" enum:"ledger,gifts,giving-day,pages,records,trace,start,simulate-national" help:"What to measure: ledger, gifts, giving-day, pages, records, trace, start or simulate-national."`
	Target  string `placeholder:"FOLDER|ADDRESS" help:"Folder to make the databases in, on the disk that matters, or the address of an empty PostgreSQL database. Default: the system's folder for temporary files."`
	Engine  string `enum:",sqlite,postgres" default:"" help:"sqlite, or postgres for a server that the run starts and ends by itself, where PostgreSQL is installed."`
	Keep    string `type:"path" placeholder:"FOLDER" help:"Folder in which 'trace' and 'start' keep their book, and find it the next time."`
	Size    int    `default:"0" placeholder:"N" help:"Entries in the book before 'ledger', 'trace' and 'start' measure; 0 for 400,000."`
	Seconds int    `default:"5" placeholder:"N" help:"Seconds for each figure, and of the spike of 'giving-day'."`
	Rate    int    `default:"0" placeholder:"N" help:"Gifts a second: of the spike of 'giving-day' (0: four fifths of what the machine takes), of 'simulate-national' (0: 100,000)."`
	Shards  int    `default:"0" placeholder:"N" help:"Databases of 'simulate-national'; 0 for 40."`
	JSON    string `name:"json" type:"path" placeholder:"FILE" help:"File to write the figures to."`
	SVG     string `name:"svg" type:"path" placeholder:"FILE" help:"File to draw the figures into, as a picture."`
	Against string `type:"existingfile" placeholder:"FILE" help:"Figures of an earlier run, shown beside these. 'simulate-national' takes its service times from it."`
}

// Help implements kong.HelpProvider.
func (benchCmd) Help() string {
	return `Measures this program on this machine and prints each figure beside a limit measured in the same run, so that figures can be compared between machines:

ledger: matched gifts posted to the book in batches, durably, empty and at --size entries, beside the disk's own rate of fsync.

gifts: gifts over HTTP: whole ones, from the form to the callback, and paid ones, one by one and a hundred a request, beside a handler that only says hello.

giving-day: the opening spike, ten times the mean rate, with abandoned, doubled and late payments, while the pool runs dry. It fails when a promise was broken.

pages: time and size of the public pages.

records: a decision about a child's record, and a page of 50 children, each look noted durably before it is shown.

trace: pages that are read from a book of --size entries.

start: from the start of the program to its first answer at --size entries, and its memory.

simulate-national: more gifts than one database takes, on many, as a model with measured service times; it says where it breaks.

It makes databases of its own and touches no other.

Examples:

  manyhands bench ledger --size 10000000
  manyhands bench gifts --target /var/lib --json gifts.json --svg gifts.svg
  manyhands bench gifts --target /var/lib --against gifts.json
  manyhands bench giving-day --engine postgres --seconds 60
  manyhands bench simulate-national --against gifts.json --shards 60`
}

// Run measures.
func (c benchCmd) Run(h *house) (err error) {
	b := Bench{Suite: c.What, Target: c.Target, Engine: c.Engine, Keep: c.Keep, Size: c.Size, Seconds: c.Seconds, Rate: c.Rate, Shards: c.Shards,
		Out: h.out, Progress: h.err, Against: c.Against}
	for name, w := range map[string]*io.Writer{c.JSON: &b.JSON, c.SVG: &b.SVG} {
		if name == "" {
			continue
		}
		f, err2 := os.Create(name)
		if err2 != nil {
			return fmt.Errorf("bench: %w", err2)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		*w = f
	}
	return h.doors.Bench(h.ctx, b)
}
