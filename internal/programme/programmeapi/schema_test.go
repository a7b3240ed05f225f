package programmeapi_test

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"io"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/programme"
	"manyhands/internal/programme/hsds"
	"manyhands/internal/programme/programmeapi"
)

//go:embed testdata
var schemas embed.FS

// schema compiles one of the schemas of HSDS 3.0.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.DefaultDraft(jsonschema.Draft2020)
	for _, file := range []string{name, "taxonomy.json", "metadata.json"} {
		b, err := schemas.ReadFile("testdata/" + file)
		if err != nil {
			b = unpacked(t, file)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err == nil {
			err = c.AddResource("https://hsds.example/"+file, doc)
		}
		if err != nil && file != "metadata.json" && file != name {
			t.Fatal(file, err)
		}
	}
	s, err := c.Compile("https://hsds.example/" + name)
	if err != nil {
		t.Fatal(name, err)
	}
	return s
}

func unpacked(t *testing.T, file string) []byte {
	t.Helper()
	b, err := schemas.ReadFile("testdata/" + file + ".zst")
	if err != nil {
		t.Fatal(err)
	}
	r, err := zstd.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnswersFitTheSchemas(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	var compiled sync.Map
	check := func(path, name string, v any) {
		s, ok := compiled.Load(name)
		if !ok {
			s = schema(t, name)
			compiled.Store(name, s)
		}
		if err := s.(*jsonschema.Schema).Validate(v); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	forms := map[string][3]string{ // of a list, of a full list, of one
		"services":             {"service_list.json", "service.json", "service.json"},
		"organizations":        {"organization_list.json", "organization.json", "organization.json"},
		"service_at_locations": {"service_at_location_list.json", "service_at_location_list.json", "service_at_location_list.json"},
		"taxonomies":           {"taxonomy.json", "taxonomy.json", "taxonomy.json"},
		"taxonomy_terms":       {"taxonomy_term.json", "taxonomy_term.json", "taxonomy_term.json"},
	}
	seen := 0
	h.everywhere(func(path, body string) {
		l, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/api/hsds"), "/"), "?")
		if l == "" || strings.Contains(path, "minimal") {
			return // the specification's short form has no schema
		}
		l, one, _ := strings.Cut(l, "/")
		name := forms[l][0]
		switch {
		case one != "":
			name = forms[l][2]
		case strings.Contains(path, "full"):
			name = forms[l][1]
		}
		for _, x := range items(t, path, body) {
			seen++
			check(path, name, x)
			if inner, ok := x.(map[string]any)["service"]; ok && (one != "" || strings.Contains(path, "full=true")) {
				check(path, "service.json", inner)
			}
		}
	})
	if seen < 150 {
		t.Errorf("only %d items were seen", seen)
	}
}

// items takes an answer apart: a page, lines, or one item.
func items(t *testing.T, path, body string) (out []any) {
	t.Helper()
	if strings.Contains(path, "ndjson") {
		for l := range strings.Lines(body) {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(l))
			if err != nil {
				t.Fatal(path, err)
			}
			out = append(out, v)
		}
		return out
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatal(path, err)
	}
	if p, ok := v.(map[string]any); ok && p["contents"] != nil {
		return p["contents"].([]any)
	}
	return []any{v}
}

func TestFullFormSaysEverything(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	body, _ := h.get("/api/hsds/services/"+programmeapi.IDOf(2, h.shown[0].ID), 200)
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"name": "作业", "alternate_name": "xx", "description": "每周三晚上\n\nWednesday evenings", "minimum_age": "6", "maximum_age": "12",
		"schedules.0.byday": "MO,WE", "schedules.0.opens_at": "16:30+08:00", "schedules.0.closes_at": "24:00+08:00", "schedules.0.interval": "2",
		"schedules.0.valid_to": "2027-01-31", "languages.1.name": "彝语 / Yi", "languages.2.code": "fr", "cost_options.0.amount": "12.5", "cost_options.0.currency": "CNY",
		"service_at_locations.0.location.latitude": "31.2", "service_at_locations.0.location.addresses.0.address_1": "柳街 7 号 / 7 Will Street",
		"service_at_locations.1.location.url": "https://class.example.org", "organization.tax_id": "53100000500021676K", "attributes.0.taxonomy_term.code": "learning",
		"phones.0.number": "021-5550", "service_areas.0.name": "浦东 / Pudong",
	} {
		if v := look(got, field); v != want {
			t.Errorf("%s is %q, want %q", field, v, want)
		}
	}
}

// look follows a path of names and indexes.
func look(v any, path string) string {
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(x) {
				return ""
			}
			v = x[i]
		}
	}
	b, _ := json.Marshal(v)
	return strings.Trim(strings.ReplaceAll(string(b), `\n`, "\n"), `"`)
}

// What is exported and taken in elsewhere is the same as it was.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	for _, query := range []string{"services?full=true", "organizations?full=true&full_service=true"} {
		body, _ := h.get("/api/hsds/"+query, 200)
		f, err := hsds.ReadJSON(strings.NewReader(body))
		if err != nil || len(f.Problems) != 0 || len(f.Records) != 1 {
			t.Fatalf("%s: %+v %v", query, f, err)
		}
		other, _ := dbtest.SQLite(t)
		for _, want := range []programme.Tally{{Created: 3}, {Unchanged: 3}} {
			rep, err := programme.Import(t.Context(), other, f, false, 0)
			if err != nil || len(rep.Problems) != 0 || rep.Programmes != want {
				t.Fatalf("%+v %v", rep, err)
			}
		}
		was, now := whole(t, d, programme.ProgrammeFilter{CheckedAlone: true}, c), whole(t, other, programme.ProgrammeFilter{HiddenToo: true}, c)
		if diff := cmp.Diff(was, now); diff != "" || len(was) != 3 {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

// told is what a directory says of a programme.
type told struct {
	In     programme.ProgrammeInput
	Detail programme.Detail
	Of     programme.OrganisationInput
}

func whole(t *testing.T, d *db.DB, f programme.ProgrammeFilter, c *clock.Sim) map[string]told {
	t.Helper()
	out := map[string]told{}
	err := d.Read(t.Context(), func(r *db.Reader) error {
		ctx := context.WithoutCancel(t.Context())
		lines, _, err := programme.Programmes(ctx, r, c.Now(), f)
		for _, l := range lines {
			x, err := programme.DetailOf(ctx, r, l.ID)
			if err != nil {
				return err
			}
			x, _ = x.Public()
			for i := range x.Places {
				x.Places[i].ID = 0
			}
			o, err := programme.OrganisationByID(ctx, r, l.Organisation)
			if err != nil {
				return err
			}
			out[l.Name.ZH] = told{l.Programme.Input(), x, o.Input()}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIDsLeadBack(t *testing.T) {
	t.Parallel()
	for _, id := range []int64{0, 1, 15, 16, 4096, 1 << 16, 1<<62 + 12345, math.MaxInt64} {
		for k := 1; k <= 6; k++ {
			s := programmeapi.IDOf(k, id)
			if got, ok := programmeapi.ParseID(k, s); !ok || got != id || s[14] != '8' || !strings.ContainsRune("89ab", rune(s[19])) {
				t.Errorf("%d of kind %d: %s leads to %d, %v", id, k, s, got, ok)
			}
			if _, ok := programmeapi.ParseID(k%6+1, s); ok {
				t.Errorf("%s is of two kinds", s)
			}
		}
	}
	if programmeapi.IDOf(2, 1) != "00000000-0000-8000-8402-"+programmeapi.IDOf(2, 1)[24:] {
		t.Error("published ids changed: ", programmeapi.IDOf(2, 1))
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("00000000-0000-8000-8002-000000000000")
	f.Add(programmeapi.IDOf(2, 7))
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := programmeapi.ParseID(2, s); ok && !strings.EqualFold(programmeapi.IDOf(2, id), s) {
			t.Errorf("%q leads to %d", s, id)
		}
	})
}
