// Package csvfile reads the CSV files that people really have: UTF-8 with or without a byte order
// mark, UTF-16 or GBK; comma, semicolon or tab; headings in Chinese or English in any order. Whoever
// reads gets each row with its line number, so that a mistake can be named where it stands.
//
// It streams and holds one row at a time; the limits are explicit. It knows nothing of what a column
// means.
package csvfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"manyhands/internal/fault"
)

// Limits of a file.
const (
	MaxBytes = 256 << 20
	MaxRows  = 1_000_000
	MaxLine  = 1 << 20 // bytes: a line is taken apart in memory
	sniff    = 1 << 20 // what the encoding is guessed from
)

// Column is one that the caller understands.
type Column struct {
	Name     string   // the caller's name
	Headings []string // what a file may call it, compared without case and spaces
	Required bool     // the file must have it
}

// Row is one line of the file.
type Row struct {
	Line  int // as an editor counts lines; the heading is line 1
	cells map[string]string
}

// Get returns the trimmed text of a column, "" when the file has not got it.
func (r Row) Get(column string) string { return r.cells[column] }

// Reader reads rows.
type Reader struct {
	csv   *csv.Reader
	index map[string]int
	rows  int
	width int
}

// NewReader reads the heading and finds the columns in it.
//
// Faults of kind Invalid: "csv.empty", "csv.not_text", "csv.missing_column" (Column),
// "csv.column_twice" (Column); TooLarge as Next.
func NewReader(r io.Reader, columns []Column) (*Reader, error) { return Limited(r, columns, MaxBytes) }

// Limited is NewReader for a file of at most so many bytes.
func Limited(r io.Reader, columns []Column, bytes int64) (*Reader, error) {
	decoded, err := decode(&bounded{from: r, left: bytes, most: bytes})
	if err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(&lines{from: decoded}, sniff)
	head, err := text.Peek(sniff)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, rowError(err)
		}
		return nil, fault.New(fault.Invalid, "csv.empty")
	}
	c := csv.NewReader(text)
	c.Comma = separator(head)
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	c.TrimLeadingSpace = c.Comma != '\t' // else an empty first cell would vanish
	heading, err := c.Read()
	if errors.Is(err, io.EOF) { // nothing but blank rows
		return nil, fault.New(fault.Invalid, "csv.empty")
	}
	if err != nil {
		return nil, rowError(err)
	}
	index, err := find(heading, columns)
	if err != nil {
		return nil, err
	}
	return &Reader{csv: c, index: index, width: len(heading)}, nil
}

// decode finds out how the text is encoded from its beginning.
func decode(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, sniff)
	head, err := b.Peek(sniff)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, rowError(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return transform.NewReader(b, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case bytes.IndexByte(head, 0) >= 0:
		return nil, fault.New(fault.Invalid, "csv.not_text")
	case validPrefix(head):
		return transform.NewReader(b, unicode.UTF8BOM.NewDecoder()), nil
	}
	return transform.NewReader(b, simplifiedchinese.GB18030.NewDecoder()), nil
}

// validPrefix reports whether head is UTF-8 that may have been cut within its last letter.
func validPrefix(head []byte) bool {
	for i := range min(utf8.UTFMax, len(head)+1) {
		if utf8.Valid(head[:len(head)-i]) {
			return true
		}
	}
	return false
}

func separator(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', bytes.Count(line, []byte(","))
	for _, s := range []rune{';', '\t'} {
		if n := bytes.Count(line, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

func fold(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", "\u3000", "").Replace(strings.TrimSpace(s)))
}

func find(heading []string, columns []Column) (map[string]int, error) {
	index := map[string]int{}
	for _, c := range columns {
		for i, h := range heading {
			if !matches(fold(h), c) {
				continue
			}
			if _, twice := index[c.Name]; twice {
				return nil, fault.New(fault.Invalid, "csv.column_twice", "Column", c.Name)
			}
			index[c.Name] = i
		}
		if _, ok := index[c.Name]; !ok && c.Required {
			return nil, fault.New(fault.Invalid, "csv.missing_column", "Column", strings.Join(append([]string{c.Name}, c.Headings...), " / "))
		}
	}
	return index, nil
}

func matches(heading string, c Column) bool {
	if heading == fold(c.Name) {
		return true
	}
	for _, h := range c.Headings {
		if heading == fold(h) {
			return true
		}
	}
	return false
}

// Next returns the next row that is not blank, or io.EOF. After a fault "csv.too_wide" or
// "csv.encoding" (Invalid, with its Line, and Column) reading may go on; any other ends it: Invalid
// "csv.row" (Line), TooLarge "csv.too_many_rows", "csv.too_large", "csv.long_line".
func (r *Reader) Next() (Row, error) {
	for {
		rec, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, rowError(err)
		}
		line, _ := r.csv.FieldPos(0)
		if blank(rec) {
			continue
		}
		if r.rows++; r.rows > MaxRows {
			return Row{}, fault.New(fault.TooLarge, "csv.too_many_rows", "Max", MaxRows)
		}
		if len(rec) > r.width && !blank(rec[r.width:]) {
			return Row{Line: line}, fault.New(fault.Invalid, "csv.too_wide", "Line", line)
		}
		return r.row(line, rec)
	}
}

// Passable reports whether reading may go on after err.
func Passable(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && (e.Key == "csv.too_wide" || e.Key == "csv.encoding")
}

func (r *Reader) row(line int, rec []string) (Row, error) {
	row := Row{Line: line, cells: make(map[string]string, len(r.index))}
	for name, i := range r.index {
		if i >= len(rec) {
			continue
		}
		cell := strings.TrimSpace(rec[i])
		if !utf8.ValidString(cell) || strings.ContainsRune(cell, utf8.RuneError) || strings.ContainsRune(cell, 0) {
			return row, fault.New(fault.Invalid, "csv.encoding", "Line", line, "Column", name)
		}
		row.cells[name] = strings.Clone(cell)
	}
	return row, nil
}

func blank(rec []string) bool {
	for _, c := range rec {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func rowError(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return fault.Wrap(err, fault.Invalid, "csv.row", "Line", e.Line)
	}
	return fmt.Errorf("csvfile: read: %w", err)
}
