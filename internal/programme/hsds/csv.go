package hsds

import (
	"errors"
	"io"
	"slices"
	"strings"

	"manyhands/internal/csvfile"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// columns are those that ReadCSV knows, each in English and Chinese.
var columns = []csvfile.Column{
	{Name: "organisation_id", Headings: []string{"机构编号"}, Required: true},
	{Name: "organisation_zh", Headings: []string{"机构名称"}},
	{Name: "organisation_en", Headings: []string{"机构英文名"}},
	{Name: "kind", Headings: []string{"机构类型"}},
	{Name: "credit_code", Headings: []string{"统一社会信用代码"}},
	{Name: "website", Headings: []string{"网址"}},
	{Name: "place_zh", Headings: []string{"地区"}},
	{Name: "place_en", Headings: []string{"地区英文"}},
	{Name: "programme_id", Headings: []string{"项目编号"}},
	{Name: "programme_zh", Headings: []string{"项目名称"}},
	{Name: "programme_en", Headings: []string{"项目英文名"}},
	{Name: "theme", Headings: []string{"主题"}},
	{Name: "summary_zh", Headings: []string{"项目简介"}},
	{Name: "summary_en", Headings: []string{"项目英文简介"}},
	{Name: "cost", Headings: []string{"费用"}},
	{Name: "age_from", Headings: []string{"最小年龄"}},
	{Name: "age_to", Headings: []string{"最大年龄"}},
	{Name: "languages", Headings: []string{"语言"}},
	{Name: "phone", Headings: []string{"电话"}},
	{Name: "programme_website", Headings: []string{"项目网址"}},
	{Name: "address_zh", Headings: []string{"地址"}},
	{Name: "address_en", Headings: []string{"地址英文"}},
	{Name: "latitude", Headings: []string{"纬度"}},
	{Name: "longitude", Headings: []string{"经度"}},
	{Name: "sealed", Headings: []string{"地址保密"}},
	{Name: "days", Headings: []string{"开放日"}},
	{Name: "opens", Headings: []string{"开始时间"}},
	{Name: "closes", Headings: []string{"结束时间"}},
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
// (项目简介), summary_en (项目英文简介), cost (费用: free, 免费 or yuan), age_from (最小年龄), age_to (最大年龄), languages
// (语言: codes with a semicolon between them), phone (电话), programme_website (项目网址), address_zh (地址), address_en
// (地址英文), latitude (纬度), longitude (经度), sealed (地址保密: yes, 是), days (开放日: MO,TU or 周一、周二), opens (开始时间), closes
// (结束时间). Other columns are passed over.
//
// How the text may be written, and its faults, are those of package csvfile; beyond them TooLarge
// "hsds.too_many" and Invalid "hsds.nothing". Rows that cannot be used are in the file's Problems, by
// row and column.
func ReadCSV(r io.Reader) (File, error) { return readCSV(r, MaxBytes) }

func readCSV(r io.Reader, most int64) (File, error) {
	rows, err := csvfile.Limited(r, columns, most)
	if err != nil {
		return File{}, err
	}
	t := &table{gather: newGather()}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !csvfile.Passable(err) {
			return File{}, err
		}
		if err := t.counts(); err != nil {
			return File{}, err
		}
		if err != nil {
			t.passOver(row, err)
			continue
		}
		t.row(row)
	}
	if t.count == 0 {
		return File{}, fault.New(fault.Invalid, "hsds.nothing")
	}
	return t.file, nil
}

type table struct{ *gather }

// passOver notes a row that cannot be read.
func (t *table) passOver(row csvfile.Row, err error) {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		column, _ := e.Args["Column"].(string)
		t.file.problem(Where{Row: row.Line, Column: column}, e.Key, "Line", row.Line, "Column", column)
	}
}

// row takes one row in.
func (t *table) row(v csvfile.Row) {
	w := Where{Row: v.Line, Column: "organisation_id"}
	if v.Get("organisation_id") == "" {
		t.file.problem(w, "hsds.no_id")
		return
	}
	place := i18n.Text{ZH: v.Get("place_zh"), EN: v.Get("place_en")}
	w.Column = "organisation_zh"
	ok := t.organisation(w, Organisation{ID: v.Get("organisation_id"), Kind: word(v.Get("kind")), Place: place,
		Name:       i18n.Text{ZH: v.Get("organisation_zh"), EN: v.Get("organisation_en")},
		CreditCode: v.Get("credit_code"), Website: v.Get("website")})
	if !ok || v.Get("programme_id") == "" {
		return
	}
	t.programme(v.Get("organisation_id"), Programme{Where: Where{Row: v.Line, Column: "programme_zh"}, ID: v.Get("programme_id"),
		Theme: word(v.Get("theme")), Name: i18n.Text{ZH: v.Get("programme_zh"), EN: v.Get("programme_en")},
		Summary: i18n.Text{ZH: v.Get("summary_zh"), EN: v.Get("summary_en")}, Place: place,
		Detail: t.detail(v, place)})
}

// detail reads what a row says beyond the programme's name.
func (t *table) detail(v csvfile.Row, town i18n.Text) Detail {
	d := Detail{AgeFrom: years(v.Get("age_from")), AgeTo: years(v.Get("age_to")), Phone: v.Get("phone"), Website: v.Get("programme_website")}
	d.Languages = append(d.Languages, strings.FieldsFunc(strings.ToLower(v.Get("languages")), func(r rune) bool { return strings.ContainsRune(",; 、，；", r) })...)
	if s := v.Get("cost"); s != "" {
		option := &item{more: more{amount: strings.Trim(s, "¥元 "), option: s}}
		if s == "免费" {
			option.option = "free"
		}
		option.cost(&d)
	}
	p := (&item{more: more{latitude: v.Get("latitude"), longitude: v.Get("longitude")}}).asPlace()
	p.Line = i18n.Text{ZH: v.Get("address_zh"), EN: v.Get("address_en")}
	p.Sealed = slices.Contains([]string{"yes", "true", "1", "是"}, strings.ToLower(v.Get("sealed")))
	if !p.Line.Empty() || p.Placed || p.Sealed {
		p.Town = town
		d.Places = []Place{p}
	}
	rule := &item{more: more{byday: v.Get("days"), opens: v.Get("opens"), closes: v.Get("closes")}}
	if s, ok := rule.time(); ok {
		d.Times = []Time{s}
	}
	return d
}

func word(s string) string { return first(words[s], strings.ToLower(s)) }
