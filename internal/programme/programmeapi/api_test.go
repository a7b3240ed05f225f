package programmeapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/programme"
	"manyhands/internal/programme/programmeapi"
	"manyhands/internal/web"
)

// secret stands in everything that must never be seen.
const secret = "WILLOW-SHELTER"

// house is a directory with two organisations: one that is shown, with three programmes (one of them
// sealed, one with markup in every text), and one that is suspended. A programme's checks have run out.
type house struct {
	*testing.T
	db       *db.DB
	clock    *clock.Sim
	h        http.Handler
	verifier int64
	shown    []programme.Programme
	hidden   []int64 // ids of what must not be found
	sealed   int64   // a place
}

const script = `<script>alert("x")</script>甲`

// english is a name without Chinese characters.
func english(name string) string {
	return strings.Map(func(r rune) rune {
		if r > 127 {
			return 'x'
		}
		return r
	}, name)
}

func both(zh, en string) i18n.Text { return i18n.Text{ZH: zh, EN: en} }

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	h := &house{T: t, db: d, clock: c}
	texts := i18ntest.Bundle(t, programme.Texts)
	opt := web.Options{Log: slog.New(slog.DiscardHandler), Bundle: texts}
	m := web.NewMux(opt)
	programmeapi.Mount(m, programmeapi.Deps{DB: d, BaseURL: func() string { return "https://give.example.org" }, Zone: i18n.DefaultZone()})
	opt.Match = m.Match
	h.h = web.Chain(m, opt)
	h.fill()
	return h
}

func (h *house) write(body func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), func(tx *db.Tx) error { return body(h.Context(), tx) }); err != nil {
		h.Fatal(err)
	}
}

func (h *house) organisation(name, code string) (o programme.Organisation) {
	kind := "charity"
	if code == "" {
		kind = "centre"
	}
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: kind, Name: both(name, english(name)), About: both("简介", "About"),
			CreditCode: code, Place: both("上海", "Shanghai"), Website: "https://star.example.org"}, 0)
		if err != nil {
			return err
		}
		return programme.PublishOrganisation(ctx, tx, o.ID, 0)
	})
	return o
}

func (h *house) programme(of int64, theme, name string, d programme.Detail, ends time.Time) (p programme.Programme) {
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = programme.CreateProgramme(ctx, tx, of, programme.ProgrammeInput{Theme: theme, Name: both(name, english(name)),
			Summary: both("每周三晚上", "Wednesday evenings"), Place: both("浦东", "Pudong")}, 0)
		if err != nil {
			return err
		}
		for _, step := range programme.Steps() {
			in := programme.VerifyInput{Step: step, Note: both("看过", "Seen"), EndsAt: ends}
			if err := programme.Verify(ctx, tx, nobody, p.ID, in, h.verifier); err != nil {
				return err
			}
		}
		if err := programme.SetDetail(ctx, tx, p.ID, d, 0); err != nil {
			return err
		}
		return programme.PublishProgramme(ctx, tx, p.ID, 0)
	})
	return p
}

func detail() programme.Detail {
	return programme.Detail{Cost: programme.Priced, CostMinor: 1250, CostNote: both("每次", "each time"), Languages: []string{"zh", "ii", "fr"}, AgeFrom: 6, AgeTo: 12,
		Eligibility: both("小学生", "Primary pupils"), Coming: both("到场即可", "Just come"), Capacity: both("有空位", "There is room"), Phone: "021-5550",
		Website: "https://example.org/w", Times: []programme.Schedule{{Days: 5, EveryWeeks: 2, FromOn: "2026-11-23", UntilOn: "2027-01-31", Opens: 990, Closes: 1440}},
		Places: []programme.Place{{Kind: programme.Physical, Name: both("会所", "Hall"), Line: both("柳街 7 号", "7 Will Street"), Town: both("浦东", "Pudong"), Postcode: "200000",
			Placed: true, At: programme.Position{Latitude: 31_200_000, Longitude: 121_500_000}}, {Kind: programme.Virtual, Name: both("线上", "Online"), Link: "https://class.example.org"}}}
}

func (h *house) fill() {
	h.write(func(ctx context.Context, tx *db.Tx) error {
		h.verifier = tx.NewID()
		_, err := tx.ExecContext(ctx, "INSERT INTO person (id, name, made_at) VALUES ($1, $2, $3)", h.verifier, "Verifier", tx.NowMicros())
		return err
	})
	good, gone := h.organisation("晨星", "53100000500021676K"), h.organisation(secret+" org", "")
	shelter := programme.Detail{Places: []programme.Place{{Kind: programme.Physical, Sealed: true, Name: both(secret, secret), Line: both(secret, secret),
		Town: both(secret, secret), Postcode: "SHELTER1", Placed: true, At: programme.Position{Latitude: 31_111_111, Longitude: 121_222_222}}}}
	nasty := detail()
	nasty.Coming, nasty.Places[0].Name, nasty.Kind = both(script, english(script)), both(script, english(script)), programme.Scheme
	h.shown = []programme.Programme{h.programme(good.ID, "learning", "作业", detail(), time.Time{}), h.programme(good.ID, "family", "住处", shelter, time.Time{}),
		h.programme(good.ID, "meals", script, nasty, time.Time{})}
	over := h.programme(good.ID, "meals", secret+" over", detail(), h.clock.Now().Add(time.Hour))
	suspended := h.programme(good.ID, "meals", secret+" suspended", detail(), time.Time{})
	below := h.programme(gone.ID, "meals", secret+" below", detail(), time.Time{})
	h.write(func(ctx context.Context, tx *db.Tx) error {
		if err := programme.SuspendProgramme(ctx, tx, suspended.ID, 0); err != nil {
			return err
		}
		if _, err := programme.CreateProgramme(ctx, tx, good.ID, programme.ProgrammeInput{Theme: "meals", Name: both(secret+" draft", secret)}, 0); err != nil {
			return err
		}
		all, err := programme.DetailsOf(ctx, tx, []int64{h.shown[1].ID, over.ID, suspended.ID, below.ID})
		for _, d := range all {
			for _, p := range d.Places {
				h.hidden = append(h.hidden, p.ID)
			}
		}
		h.sealed = all[h.shown[1].ID].Places[0].ID
		return err
	})
	h.hidden = append(h.hidden, over.ID, suspended.ID, below.ID, gone.ID)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE organisation SET state = 'suspended' WHERE id = $1", gone.ID)
		return err
	})
	h.clock.Advance(2 * time.Hour)
}

func (h *house) get(path string, want int, header ...string) (string, http.Header) {
	h.Helper()
	r := httptest.NewRequestWithContext(h.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		h.Fatal(err)
	}
	if w.Code != want {
		h.Errorf("GET %s: %d, want %d: %.300s", path, w.Code, want, body)
	}
	return string(body), w.Result().Header
}

// envelope is a page whose items are not looked into.
type envelope struct {
	Items    int              `json:"total_items"`
	Pages    int              `json:"total_pages"`
	Number   int              `json:"page_number"`
	Size     int              `json:"size"`
	First    bool             `json:"first_page"`
	Last     bool             `json:"last_page"`
	Empty    bool             `json:"empty"`
	Contents []map[string]any `json:"contents"`
}

func (h *house) page(path string) (e envelope) {
	h.Helper()
	body, _ := h.get(path, 200)
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		h.Fatalf("%s: %v: %.200s", path, err, body)
	}
	if e.Size != len(e.Contents) || e.Empty != (e.Size == 0) || e.First != (e.Number == 1) || e.Last != (e.Number >= e.Pages) || e.Contents == nil {
		h.Errorf("%s: %+v", path, e)
	}
	return e
}

func (e envelope) ids() (out []string) {
	for _, c := range e.Contents {
		out = append(out, fmt.Sprint(c["id"]))
	}
	return out
}

// lists are the paths of all lists.
func lists() []string {
	return []string{"services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"}
}

// everywhere calls see with every answer that the API gives: each list in each form, and each item.
func (h *house) everywhere(see func(path, body string)) {
	h.Helper()
	for _, path := range []string{"/api/hsds", "/api/hsds/"} {
		body, _ := h.get(path, 200)
		see(path, body)
	}
	for _, l := range lists() {
		for _, query := range []string{"", "?full=true", "?full_service=true", "?full=true&full_service=true", "?minimal=true", "?format=ndjson", "?format=ndjson&full=true", "?search=" + secret, "?postcode=SHELTER1", "?postcode=200000&proximity=50000", "?page=2&per_page=1"} {
			body, _ := h.get("/api/hsds/"+l+query, 200)
			see("/api/hsds/"+l+query, body)
		}
		for _, id := range h.page("/api/hsds/" + l).ids() {
			for _, query := range []string{"", "?full_service=true", "?full_service=false"} {
				body, _ := h.get("/api/hsds/"+l+"/"+id+query, 200)
				see("/api/hsds/"+l+"/{id}"+query, body)
			}
		}
	}
}

func TestNothingHiddenIsServed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		n := 0
		h.everywhere(func(path, body string) {
			n++
			for _, word := range []string{secret, "SHELTER1", "31.111", "121.222", "<script", "person", "Verifier"} {
				if strings.Contains(body, word) {
					t.Errorf("%s shows %s", path, word)
				}
			}
		})
		if n < 90 {
			t.Errorf("only %d answers were seen", n)
		}
		for _, id := range h.hidden {
			for k, l := range map[int]string{1: "organizations", 2: "services", 4: "service_at_locations"} {
				h.get("/api/hsds/"+l+"/"+programmeapi.IDOf(k, id), 404)
			}
		}
		if got := h.page("/api/hsds/services").Items; got != 3 {
			t.Errorf("%d services", got)
		}
		if got := h.page("/api/hsds/service_at_locations").Items; got != 4 {
			t.Errorf("%d services at locations", got)
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		all := h.page("/api/hsds/services").ids()
		org := h.page("/api/hsds/organizations").ids()[0]
		var terms = map[string]string{}
		for _, x := range h.page("/api/hsds/taxonomy_terms").Contents {
			terms[fmt.Sprint(x["code"])] = fmt.Sprint(x["id"])
		}
		themes := h.page("/api/hsds/taxonomies").ids()[0]
		for query, want := range map[string]int{
			"": 3, "?organization_id=" + org: 3, "?organization_id=" + all[0]: 0, "?organization_id=x": 0,
			"?taxonomy_term_id=" + terms["learning"]: 1, "?taxonomy_term_id=" + terms["meals"]: 1, "?taxonomy_term_id=" + terms["scheme"]: 1, "?taxonomy_term_id=" + terms["charity"]: 0,
			"?taxonomy_term_id=%00": 0, "?taxonomy_id=" + themes: 3, "?taxonomy_id=x": 0, "?search=%E4%BD%9C%E4%B8%9A": 1, "?search=nothing": 0,
			"?modified_after=2000-01-01": 3, "?modified_after=2999-01-01T00:00:00Z": 0, "?minimal=true": 3, "?page=999999999": 3, "?per_page=999999999": 3,
		} {
			if got := h.page("/api/hsds/services" + query).Items; got != want {
				t.Errorf("%q: %d services, want %d", query, got, want)
			}
		}
		for query, want := range map[string]int{"": 4, "?postcode=200000": 2, "?postcode=200000&proximity=1": 2, "?postcode=x": 0, "?taxonomy_term_id=" + terms["learning"]: 2} {
			if got := h.page("/api/hsds/service_at_locations" + query).Items; got != want {
				t.Errorf("%q: %d services at locations, want %d", query, got, want)
			}
		}
		for query, want := range map[string]int{"?parent_id=x": 0, "?taxonomy_id=" + themes: len(programme.Themes()), "?search=meals": 1} {
			if got := h.page("/api/hsds/taxonomy_terms" + query).Items; got != want {
				t.Errorf("%q: %d terms, want %d", query, got, want)
			}
		}
		var walked []string
		for n := 1; n <= 3; n++ {
			walked = append(walked, h.page(fmt.Sprintf("/api/hsds/services?per_page=1&page=%d", n)).ids()...)
		}
		if strings.Join(walked, " ") != strings.Join(all, " ") {
			t.Errorf("pages give %v, want %v", walked, all)
		}
		body, _ := h.get("/api/hsds/services?format=ndjson", 200)
		if strings.Count(body, "\n") != 3 {
			t.Errorf("%q", body)
		}
	})
}

func TestBadQuestions(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	for _, query := range []string{"page=0", "page=-1", "page=x", "page=99999999999999999999", "per_page=0", "per_page=1e3", "format=xml", "modified_after=yesterday",
		"full=perhaps", "minimal=2", "search=%ff", "search=" + strings.Repeat("a", 201)} {
		body, head := h.get("/api/hsds/services?"+query, 422)
		if !strings.Contains(head.Get("Content-Type"), "application/problem+json") || !json.Valid([]byte(body)) {
			t.Errorf("%s: %s", query, body)
		}
	}
	h.get("/api/hsds/organizations?full_service=x", 422)
	h.get("/api/hsds/service_at_locations?proximity=far", 422)
	for _, l := range lists() {
		for _, id := range []string{"x", "00000000-0000-8000-8000-000000000000", programmeapi.IDOf(9, 7), "%2e%2e"} {
			h.get("/api/hsds/"+l+"/"+id, 404)
		}
	}
	service := programmeapi.IDOf(2, h.shown[0].ID)
	h.get("/api/hsds/services/"+strings.ToUpper(service), 200)
	h.get("/api/hsds/organizations/"+service, 404)
	changed := "0" + service[1:]
	if changed == service {
		changed = "1" + service[1:]
	}
	h.get("/api/hsds/services/"+changed, 404)
}

func TestUnchangedAnswersAreNotSentAgain(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	_, head := h.get("/api/hsds/services", 200)
	if head.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(head.Get("Cache-Control"), "public") || head.Get("Set-Cookie") != "" {
		t.Errorf("%v", head)
	}
	body, _ := h.get("/api/hsds/services", 304, "If-None-Match", `"x", W/`+head.Get("ETag"))
	if body != "" {
		t.Errorf("%q", body)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return programme.SuspendProgramme(ctx, tx, h.shown[0].ID, 0)
	})
	h.get("/api/hsds/services", 200, "If-None-Match", head.Get("ETag"))
	h.get("/api/hsds/services/"+programmeapi.IDOf(2, h.shown[0].ID), 404)
}
