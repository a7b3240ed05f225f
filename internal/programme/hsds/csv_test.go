package hsds_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/hsds"
)

const chinese = "机构编号,机构名称,机构英文名,机构类型,统一社会信用代码,网址,地区,项目编号,项目名称,主题,项目简介,备注\r\n" +
	"A1,晨星,Morning Star,慈善组织,53100000500021676K,https://star.example.org,上海,P1,周三作业,学习,\"每周三晚上，\n两小时\",无\r\n" +
	"A1,,,,,,浦东,P2,流动书车,阅读,,\r\n" +
	",,,,,,,,,,,\r\n" +
	"A2,暮星,,学校,,,,,,,,\r\n"

func table() []hsds.Record {
	return []hsds.Record{
		{Where: hsds.Where{Row: 2, Column: "organisation_zh"},
			Organisation: hsds.Organisation{ID: "A1", Kind: "charity", Name: i18n.Text{ZH: "晨星", EN: "Morning Star"},
				Place: i18n.Text{ZH: "上海"}, CreditCode: "53100000500021676K", Website: "https://star.example.org"},
			Programmes: []hsds.Programme{
				{Where: hsds.Where{Row: 2, Column: "programme_zh"}, ID: "P1", Theme: "learning", Name: i18n.Text{ZH: "周三作业"},
					Summary: i18n.Text{ZH: "每周三晚上，\n两小时"}, Place: i18n.Text{ZH: "上海"}},
				{Where: hsds.Where{Row: 4, Column: "programme_zh"}, ID: "P2", Theme: "books", Name: i18n.Text{ZH: "流动书车"}, Place: i18n.Text{ZH: "浦东"}},
			}},
		{Where: hsds.Where{Row: 6, Column: "organisation_zh"}, Organisation: hsds.Organisation{ID: "A2", Kind: "school", Name: i18n.Text{ZH: "暮星"}}},
	}
}

func TestReadCSVEncodings(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(chinese)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder().String(strings.ReplaceAll(chinese, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"UTF-8": chinese, "UTF-8 with a mark": "\ufeff" + chinese, "GBK": gbk, "UTF-16 with tabs": utf16,
		"semicolons": strings.ReplaceAll(chinese, ",", ";"), "plain line ends": strings.ReplaceAll(chinese, "\r\n", "\n"),
	} {
		f, err := hsds.ReadCSV(strings.NewReader(in))
		if diff := cmp.Diff(table(), f.Records); diff != "" || err != nil || len(f.Problems) != 0 {
			t.Errorf("%s: %s %v %+v", name, diff, err, f.Problems)
		}
	}
}

func TestReadCSVDetail(t *testing.T) {
	t.Parallel()
	f, err := hsds.ReadCSV(strings.NewReader("机构编号,机构名称,地区,项目编号,项目名称,费用,最小年龄,最大年龄,语言,电话,地址,纬度,经度,地址保密,开放日,开始时间,结束时间\n" +
		"A1,晨星,浦东,1,作业,免费,6,12,zh;ii,021-5550,柳树街 7 号,31.2,121.5,,周一、周三,16：30,19:00\n" +
		"A1,晨星,浦东,2,住处,40元,,,,,柳树街 9 号,,,是,,,\n"))
	if err != nil || len(f.Records) != 1 || len(f.Records[0].Programmes) != 2 {
		t.Fatalf("%+v %v", f, err)
	}
	want := []hsds.Detail{{Cost: "free", AgeFrom: 6, AgeTo: 12, Languages: []string{"zh", "ii"}, Phone: "021-5550",
		Places: []hsds.Place{{Kind: "physical", Line: i18n.Text{ZH: "柳树街 7 号"}, Town: i18n.Text{ZH: "浦东"}, Placed: true, Latitude: 31_200_000, Longitude: 121_500_000}},
		Times:  []hsds.Time{{Days: 5, EveryWeeks: 1, Opens: 990, Closes: 1140}}},
		{Cost: "amount", CostMinor: 4000, Places: []hsds.Place{{Kind: "physical", Sealed: true, Line: i18n.Text{ZH: "柳树街 9 号"}, Town: i18n.Text{ZH: "浦东"}}}}}
	for i, p := range f.Records[0].Programmes {
		if diff := cmp.Diff(want[i], p.Detail); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReadCSVNamesRowAndColumn(t *testing.T) {
	t.Parallel()
	f, err := hsds.ReadCSV(strings.NewReader("programme_id,ORGANISATION_ID,organisation_en,programme_en,theme\n" +
		"p1,o1,One,First,meals\n" + // 2
		"p2,,One,Second,meals\n" + // 3: whose is it
		"p1,o1,One,Again,meals\n" + // 4: twice
		"p3,o1,One,,meals\n" + // 5: no name
		"p4,o2,,Fourth,meals\n" + // 6: an organisation without a name
		"p5,o1,One,F\xffth\n" + // 7: unreadable in any encoding
		"p6,o1,One,Sixth,meals,too,many\n")) // 8: more cells than columns
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range f.Problems {
		got = append(got, strings.Join([]string{string(rune('0' + p.Where.Row)), p.Where.Column, p.Key}, " "))
	}
	want := []string{"3 organisation_id hsds.no_id", "4 programme_zh hsds.twice", "5 programme_zh hsds.no_name", "6 organisation_zh hsds.no_name",
		"7 programme_en csv.encoding", "8  csv.too_wide"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(f.Records) != 1 || f.Records[0].Programmes[0].Theme != "meals" {
		t.Errorf("%+v", f.Records)
	}
}

func TestReadCSVLateBadBytes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString("organisation_id,organisation_zh,other\n")
	for b.Len() < 1<<20 {
		b.WriteString("o1,晨星,一列没有人要的长长的文字\n")
	}
	b.WriteString("o2,\xb3\xbf\xd0\xc7\n") // GBK, after a mebibyte of UTF-8
	f, err := hsds.ReadCSV(&b)
	if err != nil || len(f.Records) != 1 || len(f.Problems) != 1 || f.Problems[0].Key != "csv.encoding" || f.Problems[0].Where.Column != "organisation_zh" {
		t.Errorf("%d records, problems %+v, %v", len(f.Records), f.Problems, err)
	}
}

func TestReadCSVFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, key string }{
		{"empty", "", "csv.empty"},
		{"only a mark", "\ufeff", "csv.empty"},
		{"only blank rows", "\n\n", "csv.empty"},
		{"only a heading", "organisation_id\n", "hsds.nothing"},
		{"no heading", "A1,晨星\n", "csv.missing_column"},
		{"quotation mark", "organisation_id,organisation_zh\no1,晨\"星\no2,\"open\n", "csv.row"},
		{"JSON", organisation + "}", "csv.row"},
	}
	for _, x := range tests {
		_, err := hsds.ReadCSV(strings.NewReader(x.in))
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != x.key {
			t.Errorf("%s: %v, want %s", x.name, err, x.key)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"", chinese, "\ufeff" + chinese, "organisation_id;x\n\"", "organisation_id\n\xff\n", "\xff\xfeo\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := hsds.ReadCSV(bytes.NewReader(b))
		sound(t, file, err)
	})
}
