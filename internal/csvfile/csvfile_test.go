package csvfile_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

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
		"plain":            "amount,note\n12.50,冬衣\n",
		"byte order mark":  "\xef\xbb\xbfAmount,Note\r\n12.50,冬衣\r\n",
		"Chinese headings": "金额,备注\n12.50,冬衣\n",
		"GBK":              gbk,
		"semicolons":       "note;amount\n冬衣;12.50\n",
		"tabs":             "note\tamount\n冬衣\t12.50\n",
		"blank lines":      "amount,note\n\n , \n12.50,冬衣\n\n",
		"another column":   "id,amount,note\n7,12.50,冬衣\n",
		"quoted":           "amount,note\n\"12.50\",\"冬衣\"\n",
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
