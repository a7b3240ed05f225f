package givingdesk

import (
	"encoding/csv"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

func TestHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "Anna": "Anna", "=1+1": "'=1+1", "+86 138": "'+86 138", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		" \n-1": "' \n-1", "　＝1": "'　＝1", "＠x": "'＠x", "5-3": "5-3", "'=1": "'=1", "（-1）": "（-1）", " ": " ",
	} {
		if got := harmless(in); got != want {
			t.Errorf("harmless(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzHarmless: whatever a person typed, the file reads back as that text, with an apostrophe before
// it exactly when it would begin a formula.
func FuzzHarmless(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0")
	f.Add(" ＋1\r\n\"x\",y")
	f.Add("plain, \"quoted\"")
	f.Fuzz(func(t *testing.T, s string) {
		rec := httptest.NewRecorder()
		out, err := openCSV(rec, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if err := out.row([]cell{text(s), text("end")}); err != nil {
			t.Fatal(err)
		}
		if err := out.close(); err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(rec.Body.String(), "\xEF\xBB\xBF"))).Read()
		if err != nil || len(row) != 2 {
			t.Fatalf("%q was written as %q: %v", s, rec.Body.String(), err)
		}
		got := row[0]
		if first := strings.TrimLeftFunc(got, unicode.IsSpace); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) {
			t.Fatalf("%q became the formula %q", s, got)
		}
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		if lines.Replace(strings.TrimPrefix(got, "'")) != lines.Replace(strings.TrimPrefix(s, "'")) {
			t.Fatalf("%q reads back as %q", s, got)
		}
	})
}

// A table that fails on its way is no file: before the first row it is an error to be answered, after
// it the connection is cut.
func TestExportThatFails(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	h := New(Deps{DB: d})
	failure := errors.New("the disk is gone")
	for _, as := range []format{asCSV, asXLSX} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest("GET", "/", nil)
		err := h.export(rec, req, as, "x", []cell{text("a")}, func(*db.Reader, func(...cell) error) error { return failure })
		if !errors.Is(err, failure) || rec.Body.Len() > 0 {
			t.Errorf("%s: error %v with %d bytes sent", as.ext, err, rec.Body.Len())
		}
		func() {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler {
					t.Errorf("%s: half a table ends with %v", as.ext, p)
				}
			}()
			_ = h.export(rec, req, as, "x", []cell{text("a")}, func(_ *db.Reader, put func(...cell) error) error {
				return errors.Join(put(text("b")), failure)
			})
		}()
	}
}
