package csvfile_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"manyhands/internal/csvfile"
	"manyhands/internal/fault"
)

var columns = []csvfile.Column{
	{Name: "amount", Headings: []string{"金额"}, Required: true},
	{Name: "note", Headings: []string{"备注"}},
}

func read(t *testing.T, in io.Reader) (rows []csvfile.Row, err error) {
	t.Helper()
	r, err := csvfile.NewReader(in, columns)
	if err != nil {
		return nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestFilesThatPeopleHave(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("备注,金额\n冬衣,12.50\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"plain":             "amount,note\n12.50,冬衣\n",
		"byte order mark":   "\xef\xbb\xbfAmount,Note\r\n12.50,冬衣\r\n",
		"Chinese headings":  "金额,备注\n12.50,冬衣\n",
		"GBK":               gbk,
		"UTF-16":            utf16("amount,note\n12.50,冬衣\n"),
		"semicolons":        "note;amount\n冬衣;12.50\n",
		"tabs":              "note\tamount\n冬衣\t12.50\n",
		"tabs, empty cells": "id\tx\tnote\tamount\n\t\t冬衣\t12.50\n",
		"blank lines":       "amount,note\n\n , \n12.50,冬衣\n\n",
		"another column":    "id,amount,note\n7,12.50,冬衣\n",
		"quoted":            "amount,note\n\"12.50\",\"冬衣\"\n",
	} {
		rows, err := read(t, strings.NewReader(text))
		if err != nil || len(rows) != 1 || rows[0].Get("amount") != "12.50" || rows[0].Get("note") != "冬衣" {
			t.Errorf("%s: %v %v", name, rows, err)
		}
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for key, text := range map[string]string{
		"csv.empty":          "",
		"csv.not_text":       "PK\x03\x04\x00\x00",
		"csv.missing_column": "note\nx\n",
		"csv.column_twice":   "amount,金额\n1,2\n",
		"csv.row":            "amount,note\n1,\"open\n",
		"csv.too_wide":       "amount,note\n1,2,3\n",
		"csv.long_line":      "amount,note\n1,\"" + strings.Repeat("a,", csvfile.MaxLine) + "\n",
		"csv.encoding":       "amount,note\n1,\ufffd\n",
	} {
		_, err := read(t, strings.NewReader(text))
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != key {
			t.Errorf("%s: got %v", key, err)
		}
	}
	rows, err := read(t, strings.NewReader("amount,note\n1,2\n1,2,3\n"))
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Args["Line"] != 3 || len(rows) != 1 {
		t.Errorf("the line of the mistake: %v", err)
	}
}

// A file without end is refused at its limit, whatever it holds.
func TestEndlessFile(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"rows": "1,2\n", "blank": "\n", "one line": "x"} {
		r, err := csvfile.Limited(io.MultiReader(strings.NewReader("amount,note\n"), endless(part)), columns, 1<<20)
		for err == nil {
			_, err = r.Next()
		}
		if fault.KindOf(err) != fault.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A line without end is refused long before the file's own limit.
func TestEndlessLine(t *testing.T) {
	t.Parallel()
	r, err := csvfile.NewReader(io.MultiReader(strings.NewReader("amount,note\n1,"), endless("x")), columns)
	if err == nil {
		_, err = r.Next()
	}
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != "csv.long_line" {
		t.Errorf("got %v", err)
	}
}

type endless string

func (e endless) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], e)
	}
	return len(p), nil
}

func utf16(s string) string {
	b, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	return b
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("amount,note\n1,2\n"))
	f.Add([]byte("\xef\xbb\xbf金额;备注\n1;\"2\n\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := csvfile.NewReader(bytes.NewReader(b), columns)
		for n := 0; err == nil; n++ {
			if n > len(b) {
				t.Fatal("more rows than bytes")
			}
			_, err = r.Next()
		}
	})
}
