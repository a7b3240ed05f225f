package givingdesk

import (
	"encoding/csv"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// asCSV is RFC 4180 with a byte order mark, without which Excel takes UTF-8 for something else.
var asCSV = format{ext: "csv", mime: "text/csv; charset=utf-8", open: openCSV}

// newlines makes all line ends alike; the CSV writer would lose a lone carriage return.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

type csvSheet struct {
	w    *csv.Writer
	zone *time.Location
}

func openCSV(w http.ResponseWriter, zone *time.Location) (sheet, error) {
	if _, err := w.Write([]byte("\xEF\xBB\xBF")); err != nil {
		return nil, err
	}
	s := &csvSheet{w: csv.NewWriter(w), zone: zone}
	s.w.UseCRLF = true
	return s, nil
}

func (s *csvSheet) row(cells []cell) error {
	fields := make([]string, len(cells))
	for i, c := range cells {
		switch {
		case c.number:
			fields[i] = c.amount.Decimal()
		case !c.at.IsZero():
			fields[i] = c.at.In(s.zone).Format("2006-01-02 15:04")
		default:
			fields[i] = harmless(newlines.Replace(c.text))
		}
	}
	return s.w.Write(fields)
}

func (s *csvSheet) close() error {
	s.w.Flush()
	return s.w.Error()
}

func (s *csvSheet) drop() {}

// harmless keeps a spreadsheet from taking a text for a formula, by an apostrophe before it (OWASP,
// CSV injection). Full-width signs count too: East Asian editions read them alike.
func harmless(s string) string {
	if t := strings.TrimLeftFunc(s, unicode.IsSpace); t != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}
