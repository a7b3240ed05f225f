package givingdesk

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/web"
)

// exportPage is how many rows an export reads at once.
const exportPage = 500

// exportTime is how long an export may take: a reader on a slow line wants the whole table too.
const exportTime = 10 * time.Minute

// cell is one field of a table: a text, a quantity or a moment.
type cell struct {
	text   string
	number bool
	amount money.Amount
	at     time.Time
}

func text(s string) cell         { return cell{text: s} }
func amount(a money.Amount) cell { return cell{number: true, amount: a} }
func yuan(minor int64) cell      { return amount(money.Yuan(minor)) }
func moment(t time.Time) cell    { return cell{at: t} }

func heads(ctx context.Context, keys ...string) []cell {
	out := make([]cell, len(keys))
	for i, k := range keys {
		out[i] = text(i18n.T(ctx, k))
	}
	return out
}

// sheet writes a table row by row, and is ended by either close or drop.
type sheet interface {
	row(cells []cell) error
	close() error // the table is whole
	drop()        // it will not be
}

// format is a kind of file that a table can be taken away as.
type format struct {
	ext, mime string
	open      func(w http.ResponseWriter, zone *time.Location) (sheet, error)
}

// download is a table on its way out. Nothing is sent before the first row is there, so that a
// failure until then is answered with a page.
type download struct {
	as   format
	name string
	head []cell
	zone *time.Location
	w    http.ResponseWriter
	s    sheet
}

func (d *download) begin() (err error) {
	if d.s != nil {
		return nil
	}
	d.w.Header().Set("Content-Type", d.as.mime)
	d.w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+"."+d.as.ext+`"`)
	if d.s, err = d.as.open(d.w, d.zone); err != nil {
		return err
	}
	return d.s.row(d.head)
}

func (d *download) put(cells ...cell) error {
	if err := d.begin(); err != nil {
		return err
	}
	return d.s.row(cells)
}

func (d *download) end() error {
	if err := d.begin(); err != nil {
		return err
	}
	return d.s.close()
}

// export sends a table as a file: the head, then the rows that fill puts, all read in one snapshot.
// Rows go out as they are read, so that a table may be longer than memory. A failure on the way cuts
// the connection: half a table must not pass for a whole one.
func (h *Desk) export(w http.ResponseWriter, r *http.Request, as format, name string, head []cell, fill func(snap *db.Reader, put func(...cell) error) error) error {
	web.LongAnswer(w, r, exportTime)
	ctx := r.Context()
	zone := i18n.ZoneOf(ctx)
	d := &download{as: as, name: name + "-" + h.db.Now().In(zone).Format(time.DateOnly), head: head, zone: zone, w: w}
	err := h.db.Read(ctx, func(snap *db.Reader) error {
		if err := fill(snap, d.put); err != nil {
			return err
		}
		return d.end()
	})
	if err != nil && d.s != nil {
		d.s.drop()
		slog.ErrorContext(ctx, "a table was cut short", "request_id", web.RequestID(ctx), "table", name, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}
