package hsds_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/hsds"
)

const organisation = `{"id": "o1", "name": "Morning Star", "alternate_name": "晨星", "description": "Runs evenings of homework help.",
  "website": "https://star.example.org", "email": "office@star.example.org", "year_incorporated": 2011,
  "contacts": [{"id": "c1", "name": "Office", "phones": [{"number": "021"}]}],
  "organization_identifiers": [{"id": "i1", "identifier_scheme": "CN-USCC", "identifier": "53100000500021676K"}],
  "locations": [{"id": "l1", "addresses": [{"address_1": "1 Main Street", "city": "Shanghai", "region": "Pudong"}]}]`

const services = `"services": [{"id": "s1", "name": "Wednesday homework", "description": "每周三晚上", "status": "active",
    "service_at_locations": [{"id": "x", "location": {"id": "l1", "addresses": [{"city": "上海"}]}}]},
    {"id": "s2", "name": "Reading van", "phones": null}]`

func want() []hsds.Record {
	return []hsds.Record{{
		Organisation: hsds.Organisation{ID: "o1", Name: i18n.Text{ZH: "晨星", EN: "Morning Star"},
			About: i18n.Text{EN: "Runs evenings of homework help."}, Place: i18n.Text{EN: "Shanghai"},
			CreditCode: "53100000500021676K", Website: "https://star.example.org"},
		Programmes: []hsds.Programme{
			{Where: hsds.Where{Pointer: "/services/0"}, ID: "s1", Name: i18n.Text{EN: "Wednesday homework"},
				Summary: i18n.Text{ZH: "每周三晚上"}, Place: i18n.Text{ZH: "上海"},
				Detail: hsds.Detail{Places: []hsds.Place{{Kind: "physical", Town: i18n.Text{ZH: "上海"}}}}},
			{Where: hsds.Where{Pointer: "/services/1"}, ID: "s2", Name: i18n.Text{EN: "Reading van"}},
		},
	}}
}

func TestReadJSONForms(t *testing.T) {
	t.Parallel()
	one := organisation + "," + services + "}"
	service := `{"id": "s1", "name": "Wednesday homework", "organization": ` + organisation + `}}`
	tests := map[string]struct {
		in         string
		programmes int
	}{
		"organisation with services": {one, 2},
		"array":                      {"[" + one + "]", 2},
		"page":                       {`{"total_items": 1, "empty": false, "contents": [` + one + `]}`, 2},
		"organisation alone":         {organisation + "}", 0},
		"service with organisation":  {service, 1},
		"page of services":           {`{"contents": [` + service + `,{"id": "s2", "name": "Van", "organization": {"id": "o1", "name": "x"}}]}`, 2},
		"byte for byte again":        {"\n\t[" + one + "]\n ", 2},
	}
	for name, x := range tests {
		f, err := hsds.ReadJSON(strings.NewReader(x.in))
		if err != nil || len(f.Records) != 1 || len(f.Problems) != 0 {
			t.Errorf("%s: %+v %v", name, f, err)
			continue
		}
		if diff := cmp.Diff(want()[0].Organisation, f.Records[0].Organisation); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got := len(f.Records[0].Programmes); got != x.programmes {
			t.Errorf("%s: %d programmes, want %d", name, got, x.programmes)
		}
	}
	f, err := hsds.ReadJSON(strings.NewReader(one))
	if diff := cmp.Diff(want(), f.Records); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestReadJSONTables(t *testing.T) {
	t.Parallel()
	f, err := hsds.ReadJSON(strings.NewReader(`{
		"services.csv": [{"id": "s1", "organization_id": "o1", "name": "Van"}, {"id": "s2", "organization_id": "o9", "name": "Lost"}],
		"organizations.csv": [{"id": "o1", "name": "晨星"}, {"id": "", "name": "Nobody"}],
		"organization_identifiers.csv": [{"organization_id": "o1", "identifier": "53100000500021676K"}, {"organization_id": "o1", "identifier": 12345}],
		"locations.csv": [{"id": "l1", "organization_id": "o1"}],
		"addresses.csv": [{"id": "a", "location_id": "l1", "city": "上海"}],
		"phones.csv": [{"id": "p", "number": 110}]}`))
	if err != nil || len(f.Records) != 1 || len(f.Records[0].Programmes) != 1 || len(f.Problems) != 2 {
		t.Fatalf("%+v %v", f, err)
	}
	o := f.Records[0].Organisation
	if o.CreditCode == "" || o.Place.ZH != "上海" || o.Name.ZH != "晨星" {
		t.Errorf("%+v", o)
	}
	if p := f.Problems[0]; p.Where.Pointer != "/organizations.csv/1" || p.Key != "hsds.no_id" {
		t.Errorf("%+v", p)
	}
	if p := f.Problems[1]; p.Where.Pointer != "/services.csv/1" || p.Key != "hsds.no_organisation" {
		t.Errorf("%+v", p)
	}
}

func TestVocabulariesAreNoOrganisations(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"taxonomies": `{"contents": [{"id": "t1", "name": "Themes", "description": "x", "version": "1"}]}`,
		"terms":      `[{"id": "t1", "name": "Meals", "description": "x", "taxonomy": "Themes", "taxonomy_detail": {"id": "t", "name": "Themes"}}]`,
		"children":   `[{"id": "t1", "name": "Meals", "parent_id": "t0"}]`,
		"locations":  `[{"id": "l1", "name": "Hall", "location_type": "physical", "latitude": 31.2}]`,
	} {
		f, err := hsds.ReadJSON(strings.NewReader(in))
		if err != nil || len(f.Records) != 0 || len(f.Problems) != 1 || f.Problems[0].Key != "hsds.other_kind" {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
}

func TestReadDetail(t *testing.T) {
	t.Parallel()
	f, err := hsds.ReadJSON(strings.NewReader(`{"id": "s", "name": "周三", "organization_id": "o", "organization": {"id": "o", "name": "O"},
		"minimum_age": 6.0, "maximum_age": "12", "application_process": "到场即可\n\nJust come", "url": "https://example.org",
		"phones": [{"number": "021-5550"}], "contacts": [{"name": "Somebody", "phones": [{"number": "139"}]}],
		"languages": [{"code": "ZH"}, {"code": "ii"}, {"name": "x"}], "cost_options": [{"option": "per day", "amount": 12.5, "currency": "CNY"}],
		"schedules": [{"freq": "WEEKLY", "byday": "MO,WE", "opens_at": "16:30+08:00", "closes_at": "19:00:00Z", "valid_to": "2026-12-31T00:00:00Z"},
			{"freq": "MONTHLY", "byday": "1MO", "opens_at": "09:00", "closes_at": "10:00"}, {"byday": "MO", "opens_at": "soon", "closes_at": "10:00"}],
		"service_areas": [{"name": "浦东 / Pudong"}],
		"service_at_locations": [{"location": {"id": "l", "location_type": "physical", "name": "会所", "latitude": 31.2, "longitude": 121.5,
			"addresses": [{"address_1": "柳树街 7 号 / 7 Willow Street", "city": "上海", "postal_code": "200000"}]}},
			{"location": {"id": "m", "location_type": "tent", "name": "M", "latitude": 91, "longitude": 0}}],
		"attributes": [{"value": "meals", "taxonomy_term": {"code": "meals", "taxonomy": "manyhands:theme"}}, {"value": "x", "taxonomy_term": {"code": "x", "taxonomy": "AIRS"}}]}`))
	if err != nil || len(f.Records) != 1 {
		t.Fatalf("%+v %v", f, err)
	}
	want := hsds.Programme{ID: "s", Theme: "meals", Name: i18n.Text{ZH: "周三"}, Place: i18n.Text{ZH: "浦东", EN: "Pudong"}, Detail: hsds.Detail{
		Cost: "amount", CostMinor: 1250, Languages: []string{"zh", "ii"}, AgeFrom: 6, AgeTo: 12, Coming: i18n.Text{ZH: "到场即可", EN: "Just come"},
		Phone: "021-5550", Website: "https://example.org",
		Places: []hsds.Place{{Kind: "physical", Name: i18n.Text{ZH: "会所"}, Line: i18n.Text{ZH: "柳树街 7 号", EN: "7 Willow Street"}, Town: i18n.Text{ZH: "上海"},
			Postcode: "200000", Placed: true, Latitude: 31_200_000, Longitude: 121_500_000}, {Kind: "physical", Name: i18n.Text{EN: "M"}}},
		Times: []hsds.Time{{Days: 5, EveryWeeks: 1, Opens: 990, Closes: 1140, UntilOn: "2026-12-31"}}}}
	if diff := cmp.Diff(want, f.Records[0].Programmes[0]); diff != "" {
		t.Error(diff)
	}
}

func TestTextsInOneField(t *testing.T) {
	t.Parallel()
	for _, x := range []i18n.Text{{}, {ZH: "浦东"}, {EN: "Pudong"}, {ZH: "浦东", EN: "Pudong"}, {ZH: "甲\n\n乙 / 丙", EN: "A / b\n\nC"}} {
		if got := hsds.SplitParagraphs(hsds.Paragraphs(x)); got != x {
			t.Errorf("%q became %q", x, got)
		}
	}
	for in, want := range map[string]i18n.Text{"浦东 / Pudong": {ZH: "浦东", EN: "Pudong"}, "A / B": {EN: "A / B"}, "A / 乙": {ZH: "A / 乙"}, "甲 / B / 丙": {ZH: "甲 / B / 丙"}} {
		if got := hsds.SplitLine(in); got != want {
			t.Errorf("%q became %+v", in, got)
		}
	}
	for in, want := range map[string]int64{"MO,TU": 3, "周一、周三": 5, "六 日": 96, "SU": 64, "星期天": 64, "1MO": 0, "": 0, "noon": 0} {
		if got := hsds.Days(in); got != want {
			t.Errorf("%q: %b", in, got)
		}
	}
}

func TestReadJSONFaults(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"organization":`, 100_000)
	tests := []struct{ name, in, key, pointer string }{
		{"empty", "", "hsds.json", ""},
		{"not JSON", "name,about\n", "hsds.json", ""},
		{"cut", `{"contents": [{"id": "o1", "services": [{"na`, "hsds.json", "/contents/0/services/0"},
		{"more behind", organisation + "} {}", "hsds.json", ""},
		{"text", `"organisation"`, "hsds.type.object", ""},
		{"number for an object", `[{"id": "a", "name": "b"}, 7]`, "hsds.type.object", "/1"},
		{"object for a list", `{"contents": {}}`, "hsds.type.array", "/contents"},
		{"list for a text", `{"contents": [{"id": "a", "services": [{"id": "s", "name": []}]}]}`, "hsds.type.text", "/contents/0/services/0/name"},
		{"yes for a text", `{"id": true}`, "hsds.type.text", "/id"},
		{"nothing", `{"contents": []}`, "hsds.nothing", ""},
		{"other JSON", `{"dependencies": {"left-pad": "1.0"}}`, "hsds.nothing", ""},
		{"deep where we look", deep, "hsds.too_deep", ""},
		{"deep where we do not", `{"x":` + strings.Repeat("[", 100_000), "hsds.too_deep", ""},
	}
	for _, x := range tests {
		_, err := hsds.ReadJSON(strings.NewReader(x.in))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Key != x.key {
			t.Errorf("%s: %v, want %s", x.name, err, x.key)
		} else if x.pointer != "" && f.Args["Pointer"] != x.pointer {
			t.Errorf("%s: at %v, want %s", x.name, f.Args["Pointer"], x.pointer)
		}
	}
}

func TestProblemsDoNotStopAFile(t *testing.T) {
	t.Parallel()
	f, err := hsds.ReadJSON(strings.NewReader(`[{"id": "o1", "name": ""}, {"name": "No id"}, {"id": "o2", "name": "Two", "services": [
		{"name": "No id"}, {"id": "s", "name": "S"}, {"id": "s", "name": "Again"}, {"id": "t"}]}]`))
	if err != nil || len(f.Records) != 1 || len(f.Records[0].Programmes) != 1 {
		t.Fatalf("%+v %v", f, err)
	}
	var got []string
	for _, p := range f.Problems {
		got = append(got, p.Where.Pointer+" "+p.Key)
	}
	want := []string{"/0 hsds.no_name", "/1 hsds.no_id", "/2/services/0 hsds.no_id", "/2/services/2 hsds.twice", "/2/services/3 hsds.no_name"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// endless repeats itself: a file that is larger than any memory.
type endless struct {
	head, body []byte
	read       int64
}

func (e *endless) Read(p []byte) (int, error) {
	from := e.head
	if len(from) == 0 {
		from = e.body
	}
	n := copy(p, from)
	if len(e.head) > 0 {
		e.head = e.head[n:]
	} else if n < len(e.body) {
		e.head = e.body[n:]
	}
	e.read += int64(n)
	return n, nil
}

func TestHugeFilesAreRefused(t *testing.T) {
	t.Parallel()
	const most = 4 << 20
	tests := []struct {
		name, head, body, key string
		read                  func(io.Reader, int64) (hsds.File, error)
	}{
		{"JSON records", "[", `{"id":"o","name":"n"},`, "hsds.too_many", hsds.ReadJSONUpTo},
		{"JSON text", `{"x":"`, strings.Repeat("a", 4096), "hsds.too_large", hsds.ReadJSONUpTo},
		{"JSON blanks", "", strings.Repeat(" ", 4096), "hsds.too_large", hsds.ReadJSONUpTo},
		{"CSV rows", "organisation_id\n", "o\n", "hsds.too_many", hsds.ReadCSVUpTo},
		{"CSV cell", "organisation_id\n\"", strings.Repeat("a", 4095) + "\n", "csv.too_large", hsds.ReadCSVUpTo},
		{"CSV without line ends", "", strings.Repeat("a,", 4096), "csv.long_line", hsds.ReadCSVUpTo},
	}
	for _, x := range tests {
		in := &endless{head: []byte(x.head), body: []byte(x.body)}
		_, err := x.read(in, most)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != x.key || f.Kind != fault.TooLarge {
			t.Errorf("%s: %v, want %s", x.name, err, x.key)
		}
		if in.read > most+1<<20 {
			t.Errorf("%s: %d bytes were read", x.name, in.read)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{"", "[]", "null", organisation + "," + services + "}", `{"contents":[` + organisation + `}]}`,
		`{"services.csv":[{"organization_id":"o"}],"organizations.csv":[{"id":"o","name":"n"}]}`, `[{"organization":null}]`, "{\"id\":\"\xff\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := hsds.ReadJSON(bytes.NewReader(b))
		sound(t, file, err)
	})
}

// sound fails t for what no file may lead to.
func sound(t *testing.T, file hsds.File, err error) {
	t.Helper()
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			t.Fatalf("no fault: %v", err)
		}
		return
	}
	ids := map[string]bool{}
	for _, r := range file.Records {
		if r.Organisation.ID == "" || r.Organisation.Name.Empty() || ids[r.Organisation.ID] {
			t.Fatalf("record %+v", r)
		}
		ids[r.Organisation.ID] = true
		for _, p := range r.Programmes {
			if p.ID == "" || p.Name.Empty() {
				t.Fatalf("programme %+v", p)
			}
		}
	}
}
