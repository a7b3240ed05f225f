// Package hsds reads directories of organisations and what they run, from files of others:
//
//   - JSON of the Human Services Data Specification 3.0 (docs.openreferral.org): one organisation with
//     its services, one service with its organisation, an array or a page ({"contents": [...]}) of
//     either, or the tabular form ({"organizations.csv": [...], "services.csv": [...]}). See ReadJSON.
//   - A table as a spreadsheet saves it, one programme per row. See ReadCSV.
//
// A service becomes a programme. What the files say of people (contacts with their phones, e-mail
// addresses) is not read at all; a service's own phone is. The package writes nothing and decides nothing: programme.Import does.
package hsds

import (
	"errors"
	"io"
	"strings"
	"unicode"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Limits of a file. What exceeds them is refused with a fault of kind TooLarge or Invalid, after
// reading no more than MaxBytes.
const (
	MaxBytes    = 64 << 20
	MaxRecords  = 100_000 // organisations and services in JSON, rows in a table
	MaxDepth    = 32      // of nested JSON
	MaxProblems = 500     // that are kept one by one; more are counted
)

// Organisation is what a file says of an organisation.
type Organisation struct {
	ID         string // within its file or directory
	Kind       string // as in programme.OrganisationKinds; "" when the file does not say
	Name       i18n.Text
	About      i18n.Text
	Place      i18n.Text
	CreditCode string
	Website    string
}

// Programme is what a file says of one thing that an organisation runs.
type Programme struct {
	Where   Where
	ID      string
	Theme   string // as in programme.Themes; "" when the file does not say
	Name    i18n.Text
	Summary i18n.Text
	Place   i18n.Text
	Detail  Detail
}

// Record is an organisation with its programmes, in the order of the file.
type Record struct {
	Where        Where // where the organisation first occurs
	Organisation Organisation
	Programmes   []Programme
}

// Where is a place in a file: a JSON pointer (RFC 6901), or a row (from 1, the heading) and the name
// of a column.
type Where struct {
	Pointer string
	Row     int
	Column  string
}

// Problem is something in a file that is passed over, and why.
type Problem struct {
	Where Where
	fault.Field
}

// File is what was read.
type File struct {
	Records  []Record
	Problems []Problem // at most MaxProblems
	More     int       // problems beyond those
}

func (f *File) problem(w Where, key string, args ...any) {
	if len(f.Problems) >= MaxProblems {
		f.More++
		return
	}
	var one fault.Fields
	one.Add(w.Column, key, args...)
	f.Problems = append(f.Problems, Problem{Where: w, Field: one[0]})
}

var errTooLarge = fault.New(fault.TooLarge, "hsds.too_large", "MiB", MaxBytes>>20)

// limited fails once more than MaxBytes have been read. It fills p: a decoder that looks again at what
// it holds after every read then does so a few times and not thousands of times.
type limited struct {
	from io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := io.ReadFull(l.from, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // the next read says io.EOF
	}
	l.left -= int64(n)
	if l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// bilingual sorts texts by their script: the first with Chinese characters and the first without.
func bilingual(texts ...string) i18n.Text {
	var t i18n.Text
	for _, s := range texts {
		s = strings.TrimSpace(s)
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.ZH = first(t.ZH, s)
		} else {
			t.EN = first(t.EN, s)
		}
	}
	return t
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// gather builds records in the order in which organisations first occur, each programme once.
type gather struct {
	file  File
	at    map[string]int // organisation id -> index in file.Records
	seen  map[string]bool
	count int
}

func newGather() *gather { return &gather{at: map[string]int{}, seen: map[string]bool{}} }

// counts guards MaxRecords.
func (g *gather) counts() error {
	if g.count++; g.count > MaxRecords {
		return fault.New(fault.TooLarge, "hsds.too_many", "Count", MaxRecords)
	}
	return nil
}

// organisation adds o unless its id is known already, and reports whether the record exists.
func (g *gather) organisation(w Where, o Organisation) bool {
	if _, ok := g.at[o.ID]; ok {
		return true
	}
	if o.Name.Empty() {
		g.file.problem(w, "hsds.no_name")
		return false
	}
	g.at[o.ID] = len(g.file.Records)
	g.file.Records = append(g.file.Records, Record{Where: w, Organisation: o})
	return true
}

// programme adds p to the organisation of the given id.
func (g *gather) programme(organisation string, p Programme) {
	i, ok := g.at[organisation]
	key := organisation + "\x00" + p.ID
	switch {
	case !ok:
		g.file.problem(p.Where, "hsds.no_organisation")
	case p.ID == "":
		g.file.problem(p.Where, "hsds.no_id")
	case p.Name.Empty():
		g.file.problem(p.Where, "hsds.no_name")
	case g.seen[key]:
		g.file.problem(p.Where, "hsds.twice")
	default:
		g.seen[key] = true
		g.file.Records[i].Programmes = append(g.file.Records[i].Programmes, p)
	}
}
