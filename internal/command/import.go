package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/hsds"
)

type importCmd struct {
	Programmes importProgrammesCmd `cmd:"" help:"Take in organisations and programmes: Open Referral HSDS 3.0 JSON, or CSV."`
	Gifts      importGiftsCmd      `cmd:"" help:"Take in gifts that came as cash or by bank transfer, from CSV."`
}

type importProgrammesCmd struct {
	File   string `arg:"" type:"existingfile" help:"File to read: JSON or CSV."`
	DryRun bool   `help:"Only say what would happen."`
}

// Help implements kong.HelpProvider.
func (importProgrammesCmd) Help() string {
	return `Reads a directory of organisations and their programmes: JSON of the Human Services Data Specification 3.0 (docs.openreferral.org), or a table as docs/import.md describes it. New ones become drafts, to be checked at the desk before anybody sees them; what is published already is left alone. The same file may be read again: known records are brought up to date.

What cannot be used is passed over and listed with its place in the file. Exit code 1 when there was any.

Examples:

  manyhands import programmes directory.json --dry-run
  manyhands import programmes 机构.csv`
}

// Run imports programmes.
func (c importProgrammesCmd) Run(h *house) error {
	file, err := readDirectory(c.File)
	if err != nil {
		return err
	}
	return h.using(func(d *db.DB) error {
		rep, err := programme.Import(h.ctx, d, file, c.DryRun, 0)
		if err != nil {
			return err
		}
		return h.tellProgrammes(rep)
	})
}

// readDirectory reads a file as JSON when it begins like JSON, else as a table.
func readDirectory(path string) (file hsds.File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return file, fmt.Errorf("import: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReaderSize(f, 4096)
	head, _ := in.Peek(512) // an error is met again when read
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(head, []byte("{")) || bytes.HasPrefix(head, []byte("[")) || strings.EqualFold(filepath.Ext(path), ".json") {
		return hsds.ReadJSON(in)
	}
	return hsds.ReadCSV(in)
}

func (h *house) tellProgrammes(rep programme.ImportReport) error {
	t := func(key string) string { return i18n.T(h.ctx, "command."+key) }
	row := func(name string, x programme.Tally) []string {
		return []string{t(name), strconv.Itoa(x.Created), strconv.Itoa(x.Updated), strconv.Itoa(x.Unchanged), strconv.Itoa(x.Kept)}
	}
	err := table(h.out, [][]string{
		{"", t("created"), t("updated"), t("unchanged"), t("kept")},
		row("organisations", rep.Organisations), row("programmes", rep.Programmes),
	})
	if err != nil {
		return err
	}
	if rep.DryRun {
		if err := h.say("command.dry_run"); err != nil {
			return err
		}
	}
	rows := make([][]string, 0, len(rep.Problems))
	for _, p := range rep.Problems {
		place := p.Where.Pointer
		if p.Where.Row > 0 {
			place = i18n.T(h.ctx, "command.row", "Row", strconv.Itoa(p.Where.Row))
		} else if place == "" {
			place = t("whole") // RFC 6901: an empty pointer is the document
		}
		rows = append(rows, []string{place, p.Where.Column, i18n.Field(h.ctx, p.Field)})
	}
	return h.problems(rows, rep.More)
}

type importGiftsCmd struct {
	File   string `arg:"" type:"existingfile" help:"CSV file to read."`
	DryRun bool   `help:"Only say what would happen."`
}

// Help implements kong.HelpProvider.
func (importGiftsCmd) Help() string {
	return `Reads gifts that came as cash or by bank transfer from a table, one gift per row, as docs/import.md describes it: reference, date, amount, campaign and method; name, e-mail address, visibility and message where known. Headings may be English or Chinese, the text UTF-8 or GBK.

Nothing is posted unless every row is right; each mistake is listed with its row and column. A row's reference makes it known: the same file may be read again and nothing is counted twice.

Exit code 0: all rows are in the book (or, with --dry-run, would be). 1: there were mistakes.

Examples:

  manyhands import gifts 2026-11.csv --dry-run
  manyhands import gifts 2026-11.csv`
}

// Run imports gifts.
func (c importGiftsCmd) Run(h *house) error {
	return h.using(func(d *db.DB) error {
		zone, err := h.base.Location()
		if err != nil {
			return usage{err}
		}
		secret, err := h.base.LoadSecret()
		if err != nil {
			return usage{err}
		}
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		rep, err := h.importGifts(giving.New(d, giving.Options{Secret: secret, Zone: zone}), f, c.DryRun)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		return h.tellGifts(rep)
	})
}

func (h *house) importGifts(s *giving.Service, in io.Reader, dryRun bool) (giving.OfflineReport, error) {
	line := h.progress()
	defer line.done()
	return s.ImportOffline(h.ctx, in, dryRun, 0, func(done int) { line.show("%d", done) })
}

func (h *house) tellGifts(rep giving.OfflineReport) error {
	if len(rep.Problems) == 0 {
		t := func(key string) string { return i18n.T(h.ctx, "command."+key) }
		err := table(h.out, [][]string{
			{t("rows"), strconv.Itoa(rep.Rows)}, {t("new_gifts"), strconv.Itoa(rep.New)},
			{t("known_gifts"), strconv.Itoa(rep.Known)}, {t("total"), i18n.Money(h.ctx, rep.Total)},
		})
		if err != nil || !rep.DryRun {
			return err
		}
		return h.say("command.dry_run")
	}
	rows := make([][]string, len(rep.Problems))
	for i, p := range rep.Problems {
		rows[i] = []string{i18n.T(h.ctx, "command.row", "Row", strconv.Itoa(p.Line)), p.Column, i18n.Fault(h.ctx, p.Fault)}
	}
	fmt.Fprintln(h.err, i18n.T(h.ctx, "command.nothing_posted"))
	return h.problems(rows, 0)
}

// problems lists what is wrong with a file, a place, a column and a sentence each, and fails the
// command when there is any.
func (h *house) problems(rows [][]string, more int) error {
	if len(rows) == 0 {
		return nil
	}
	if err := table(h.err, rows); err != nil {
		return err
	}
	if more > 0 {
		fmt.Fprintln(h.err, i18n.T(h.ctx, "command.more", "Count", more))
	}
	return errTold
}
