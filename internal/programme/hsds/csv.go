package hsds

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// columns are the headings that ReadCSV knows, each in English and Chinese.
var columns = map[string]string{
	"organisation_id": "organisation_id", "机构编号": "organisation_id",
	"organisation_zh": "organisation_zh", "机构名称": "organisation_zh",
	"organisation_en": "organisation_en", "机构英文名": "organisation_en",
	"kind": "kind", "机构类型": "kind",
	"credit_code": "credit_code", "统一社会信用代码": "credit_code",
	"website": "website", "网址": "website",
	"place_zh": "place_zh", "地区": "place_zh",
	"place_en": "place_en", "地区英文": "place_en",
	"programme_id": "programme_id", "项目编号": "programme_id",
	"programme_zh": "programme_zh", "项目名称": "programme_zh",
	"programme_en": "programme_en", "项目英文名": "programme_en",
	"theme": "theme", "主题": "theme",
	"summary_zh": "summary_zh", "项目简介": "summary_zh",
	"summary_en": "summary_en", "项目英文简介": "summary_en",
}

// words are the Chinese words for kinds and themes that a table may use; others are taken as they
// stand and checked by whoever imports.
var words = map[string]string{
	"慈善组织": "charity", "服务中心": "centre", "学校": "school", "医院": "hospital", "商店": "shop",
	"企业": "company", "政府部门": "government",
	"学习": "learning", "餐食": "meals", "健康": "health", "倾听": "listening", "阅读": "books", "保暖": "warmth",
	"家庭": "family", "其他": "other",
}

// ReadCSV reads a table with a heading row and one programme per row; rows of one organisation repeat
// its columns, of which the first row counts, or give its organisation_id alone. A row without a
// programme_id is an organisation without programmes.
//
// Columns, in any order, in English or Chinese: organisation_id (机构编号; required), organisation_zh
// (机构名称), organisation_en (机构英文名), kind (机构类型), credit_code (统一社会信用代码), website (网址), place_zh (地区),
// place_en (地区英文), programme_id (项目编号), programme_zh (项目名称), programme_en (项目英文名), theme (主题), summary_zh
// (项目简介), summary_en (项目英文简介). Other columns are passed over.
//
// The text may be UTF-8 with or without a byte order mark, UTF-16 with one, or GBK; fields are parted
// by commas, semicolons or tabs. Rows that cannot be used are in the file's Problems, by row and
// column. Faults: Invalid "hsds.csv" (Row), "hsds.no_heading", "hsds.nothing"; TooLarge
// "hsds.too_large", "hsds.too_many", "hsds.long_line". Other errors are those of r.
func ReadCSV(r io.Reader) (File, error) { return readCSV(r, MaxBytes) }

func readCSV(r io.Reader, most int64) (File, error) {
	in := bufio.NewReaderSize(&lines{from: decoded(&limited{from: r, left: most})}, 64<<10)
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, err
	}
	t := &table{csv: csv.NewReader(in), gather: newGather()}
	t.csv.Comma = separator(head)
	t.csv.FieldsPerRecord = -1
	t.csv.ReuseRecord = true
	if err := t.heading(); err != nil {
		return File{}, err
	}
	for {
		row, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return File{}, err
		}
		if err := t.counts(); err != nil {
			return File{}, err
		}
		t.row(row)
	}
	if t.count == 0 {
		return File{}, fault.New(fault.Invalid, "hsds.nothing")
	}
	return t.file, nil
}

// maxLine is the longest line of a table, in bytes: a line is taken apart in memory.
const maxLine = 1 << 20

var errLongLine = fault.New(fault.TooLarge, "hsds.long_line", "KiB", maxLine>>10)

// lines fails at a line that is longer than maxLine.
type lines struct {
	from io.Reader
	held int // bytes since the last line end
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.held += len(rest)
			break
		}
		if l.held+i > maxLine {
			return 0, errLongLine
		}
		l.held, rest = 0, rest[i+1:]
	}
	if l.held > maxLine {
		return 0, errLongLine
	}
	return n, err
}

// decoded finds out what the text is written in from its first part and returns it as UTF-8.
func decoded(r io.Reader) io.Reader {
	const looked = 1 << 20
	in := bufio.NewReaderSize(r, looked)
	head, _ := in.Peek(looked) // a short file, or one that fails, is met again when read
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return transform.NewReader(in, utf.UTF16(utf.LittleEndian, utf.UseBOM).NewDecoder())
	case isUTF8(head, len(head) == looked):
		return transform.NewReader(in, utf.UTF8BOM.NewDecoder())
	}
	return transform.NewReader(in, simplifiedchinese.GBK.NewDecoder())
}

// isUTF8 reports whether b is valid; when b was cut, its last character may be.
func isUTF8(b []byte, cut bool) bool {
	if cut {
		for range utf8.UTFMax - 1 {
			if r, size := utf8.DecodeLastRune(b); r != utf8.RuneError || size != 1 {
				break
			}
			b = b[:len(b)-1]
		}
	}
	return utf8.Valid(b)
}

// separator is the one of comma, semicolon and tab that the heading has most of.
func separator(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	best, most := ',', bytes.Count(line, []byte{','})
	for _, c := range []rune{';', '\t'} {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

type table struct {
	csv     *csv.Reader
	columns []string // by index; "" for one that is passed over
	*gather
}

func (t *table) next() ([]string, error) {
	row, err := t.csv.Read()
	for _, limit := range []error{errTooLarge, errLongLine} {
		if errors.Is(err, limit) {
			return nil, limit
		}
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, fault.Wrap(e.Err, fault.Invalid, "hsds.csv", "Row", e.Line)
	}
	return row, err
}

func (t *table) heading() error {
	row, err := t.next()
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "hsds.nothing")
	}
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, name := range row {
		column := columns[strings.ToLower(strings.TrimSpace(name))]
		if known[column] {
			column = "" // the first of two alike counts
		}
		known[column] = true
		t.columns = append(t.columns, column)
	}
	if !known["organisation_id"] {
		return fault.New(fault.Invalid, "hsds.no_heading")
	}
	return nil
}

// row takes one row in.
func (t *table) row(row []string) {
	line, _ := t.csv.FieldPos(0)
	v := make(map[string]string, len(t.columns))
	for i, cell := range row {
		cell = strings.TrimSpace(cell)
		if i >= len(t.columns) || t.columns[i] == "" || cell == "" {
			continue
		}
		if !utf8.ValidString(cell) || strings.ContainsRune(cell, utf8.RuneError) || strings.ContainsRune(cell, 0) {
			t.file.problem(Where{Row: line, Column: t.columns[i]}, "hsds.encoding")
			return
		}
		v[t.columns[i]] = cell
	}
	if len(v) == 0 {
		return // spreadsheets leave empty rows behind
	}
	w := Where{Row: line, Column: "organisation_id"}
	if v["organisation_id"] == "" {
		t.file.problem(w, "hsds.no_id")
		return
	}
	place := i18n.Text{ZH: v["place_zh"], EN: v["place_en"]}
	w.Column = "organisation_zh"
	ok := t.organisation(w, Organisation{ID: v["organisation_id"], Kind: word(v["kind"]), Place: place,
		Name:       i18n.Text{ZH: v["organisation_zh"], EN: v["organisation_en"]},
		CreditCode: v["credit_code"], Website: v["website"]})
	if !ok || v["programme_id"] == "" {
		return
	}
	t.programme(v["organisation_id"], Programme{Where: Where{Row: line, Column: "programme_zh"}, ID: v["programme_id"],
		Theme: word(v["theme"]), Name: i18n.Text{ZH: v["programme_zh"], EN: v["programme_en"]},
		Summary: i18n.Text{ZH: v["summary_zh"], EN: v["summary_en"]}, Place: place})
}

func word(s string) string { return first(words[s], strings.ToLower(s)) }
