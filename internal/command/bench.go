package command

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Bench says what to measure, and where the figures go; its fields are those of package bench.
type Bench struct {
	Suite    string // ledger, gifts or pages
	Target   string // folder, or address of an empty PostgreSQL database
	Size     int
	Seconds  int       // for each figure
	Out      io.Writer // the table
	JSON     io.Writer // nil for none
	Progress io.Writer
	Against  string // file of an earlier run
}

type benchCmd struct {
	What    string `arg:"" enum:"ledger,gifts,pages" help:"What to measure: ledger, gifts or pages."`
	Target  string `placeholder:"FOLDER|ADDRESS" help:"Folder to make the databases in, on the disk that matters, or the address of an empty PostgreSQL database. Default: the system's folder for temporary files."`
	Size    int    `default:"0" placeholder:"N" help:"Gifts that 'ledger' posts; 0 for the usual number."`
	Seconds int    `default:"5" placeholder:"N" help:"Seconds for each figure."`
	JSON    string `name:"json" type:"path" placeholder:"FILE" help:"File to write the figures to."`
	Against string `type:"existingfile" placeholder:"FILE" help:"Figures of an earlier run, shown beside these."`
}

// Help implements kong.HelpProvider.
func (benchCmd) Help() string {
	return `Measures this program on this machine and prints each figure beside a limit measured in the same run, so that figures can be compared between machines:

ledger: matched gifts posted to the book in batches, durably, beside the disk's own rate of fsync.

gifts: complete gifts over HTTP, from the form to the callback, beside a handler that only says hello.

pages: time and size of the public pages.

It makes databases of its own and touches no other.

Examples:

  manyhands bench ledger
  manyhands bench gifts --target /var/lib --json gifts.json
  manyhands bench gifts --target /var/lib --against gifts.json`
}

// Run measures.
func (c benchCmd) Run(h *house) error {
	b := Bench{Suite: c.What, Target: c.Target, Size: c.Size, Seconds: c.Seconds, Out: h.out, Progress: h.err, Against: c.Against}
	if c.JSON == "" {
		return h.doors.Bench(h.ctx, b)
	}
	f, err := os.Create(c.JSON)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	b.JSON = f
	return errors.Join(h.doors.Bench(h.ctx, b), f.Close())
}
