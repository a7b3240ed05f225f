package givingapi_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingapi"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/web"
)

type site struct {
	*givingtest.World
	t      *testing.T
	h      http.Handler
	bundle *i18n.Bundle
}

func build(t *testing.T) *site {
	t.Helper()
	d, _ := dbtest.SQLite(t)
	s := &site{World: givingtest.New(t, d), t: t}
	box := sandbox.New(d, sandbox.Options{Secret: []byte("0123456789abcdef"), BaseURL: func() string { return "" }})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s.bundle = i18ntest.Bundle(t, givingweb.Texts())
	m := web.NewMux(web.Options{Log: log, Bundle: s.bundle})
	m.HandleRaw(givingapi.Prefix+"/", givingapi.Handler(givingapi.Deps{DB: d, Giving: s.Service,
		Payments: payment.New(d, []payment.Gateway{box}, nil), Log: log, BaseURL: "https://give.example.org"}))
	s.h = web.Chain(m, web.Options{Log: log, Bundle: s.bundle, Timeout: time.Minute})
	return s
}

// call sends a request and reads the answer, which must have the status, into out.
func (s *site) call(method, path, body, key string, status int, out any) {
	s.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Accept-Language", "en")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, req)
	if rec.Code != status {
		s.t.Fatalf("%s %s: %d, want %d: %s", method, path, rec.Code, status, rec.Body)
	}
	want := "application/json"
	if status >= 400 {
		want = "application/problem+json"
	}
	if got := rec.Header().Get("Content-Type"); got != want && !strings.HasPrefix(got, "application/openapi+json") {
		s.t.Errorf("%s %s: content type %s", method, path, got)
	}
	if rec.Header().Get("Cache-Control") != "no-store" {
		s.t.Errorf("%s %s may be cached", method, path)
	}
	if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
		s.t.Fatalf("%s %s: %v: %s", method, path, err, rec.Body)
	}
}

func (s *site) gifts() string { return "/api/v1/campaigns/" + s.Campaign.Slug + "/gifts" }

// someKey is an idempotency key as a program would make one.
const someKey = "5f0c2a9e-6d41-4f7b-9a86-1c2d3e4f5a6b"

const thirty = `{"amount":{"minor":3000,"unit":"CNY"},"visibility":"sealed","email":"giver@example.org"}`

func TestGiveAndFollow(t *testing.T) {
	t.Parallel()
	s := build(t)
	var g givingapi.Gift
	s.call("POST", s.gifts(), thirty, someKey, 201, &g)
	if g.State != "waiting" || g.MatchPromised != (givingapi.Money{Minor: 3000, Unit: "CNY"}) || g.PromiseEndsAt == nil || g.PayPath != "/g/"+g.Token+"/pay" {
		t.Fatalf("%+v", g)
	}
	var same givingapi.Gift
	s.call("POST", s.gifts(), thirty, someKey, 201, &same)
	if same.ID != g.ID || same.Token != g.Token {
		t.Error("the same key made another gift")
	}
	s.pay(g.Token)
	s.PayOut("INV-9", 50_00)
	var trail givingapi.Trail
	s.call("GET", "/api/v1/gifts/"+g.Token+"/trail", "", "", 200, &trail)
	sum := trail.Waiting.Minor + trail.Returned.Minor
	for _, l := range trail.Lines {
		sum += l.Own.Minor + l.Match.Minor
	}
	if len(trail.Lines) != 1 || trail.Lines[0].Invoice != "INV-9" || sum != 60_00 || trail.Gift.Matched.Minor != 30_00 {
		t.Errorf("%+v", trail)
	}
	s.checkTexts()
}

// TestStrangersMayShareAKey sends other bodies under one key: nobody is shown another's gift.
func TestStrangersMayShareAKey(t *testing.T) {
	t.Parallel()
	s := build(t)
	seen := map[string]string{}
	for name, body := range map[string]string{
		"first":      thirty,
		"amount":     strings.Replace(thirty, "3000", "4000", 1),
		"visibility": strings.Replace(thirty, "sealed", "public", 1),
		"email":      strings.Replace(thirty, "giver@", "other@", 1),
		"name":       `{"name":"Lin",` + thirty[1:],
		"message":    `{"message":"Lin",` + thirty[1:],
		"lang":       `{"lang":"zh",` + thirty[1:],
		"device":     `{"device":"Lin",` + thirty[1:],
	} {
		var g givingapi.Gift
		s.call("POST", s.gifts(), body, someKey, 201, &g)
		if other, ok := seen[g.Token]; ok {
			t.Errorf("%s is answered with the gift of %s", name, other)
		}
		seen[g.Token] = name
	}
	s.Campaign = s.NewCampaign("Another", 1_000_00)
	var g givingapi.Gift
	s.call("POST", s.gifts(), thirty, someKey, 201, &g)
	if seen[g.Token] != "" {
		t.Error("another campaign is answered with the same gift")
	}
}

func (s *site) pay(token string) {
	s.t.Helper()
	var g giving.Gift
	s.Read(func(ctx context.Context, r *db.Reader) (err error) {
		g, err = giving.GiftByToken(ctx, r, token)
		return err
	})
	s.Pay(g)
}

func (s *site) checkTexts() {
	s.t.Helper()
	if m := s.bundle.Missing(); len(m) > 0 {
		s.t.Errorf("texts are missing: %v", m)
	}
}

func TestBadGifts(t *testing.T) {
	t.Parallel()
	s := build(t)
	for name, c := range map[string]struct{ body, key, field string }{
		"no key":      {thirty, "", "Idempotency-Key"},
		"short key":   {thirty, strings.Repeat("k", 15), "Idempotency-Key"},
		"long key":    {thirty, strings.Repeat("k", 129), "Idempotency-Key"},
		"spaced key":  {thirty, "one two three four", "Idempotency-Key"},
		"other key":   {thirty, strings.Repeat("钥", 16), "Idempotency-Key"},
		"zero":        {`{"amount":{"minor":0,"unit":"CNY"},"visibility":"public"}`, someKey, "amount"},
		"negative":    {`{"amount":{"minor":-5,"unit":"CNY"},"visibility":"public"}`, someKey, "amount"},
		"too much":    {`{"amount":{"minor":100000000001,"unit":"CNY"},"visibility":"public"}`, someKey, "amount"},
		"dollars":     {`{"amount":{"minor":5,"unit":"USD"},"visibility":"public"}`, someKey, "amount"},
		"visibility":  {`{"amount":{"minor":5,"unit":"CNY"},"visibility":"everybody"}`, someKey, "visibility"},
		"email":       {`{"amount":{"minor":5,"unit":"CNY"},"visibility":"public","email":"x"}`, someKey, "email"},
		"long name":   {`{"amount":{"minor":5,"unit":"CNY"},"visibility":"public","name":"` + strings.Repeat("n", 61) + `"}`, someKey, "name"},
		"fraction":    {`{"amount":{"minor":1.5,"unit":"CNY"},"visibility":"public"}`, someKey, "body.amount.minor"},
		"no amount":   {`{"visibility":"public"}`, someKey, "body"},
		"other field": {`{"amount":{"minor":5,"unit":"CNY"},"visibility":"public","match":9}`, someKey, "body.match"},
	} {
		var p web.Problem
		s.call("POST", s.gifts(), c.body, c.key, 422, &p)
		if len(p.Errors) == 0 || p.Errors[0].Name != c.field || p.Errors[0].Detail == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	var p web.Problem
	s.call("POST", s.gifts(), `{"amount":`, someKey, 400, &p)
	s.call("POST", s.gifts(), `{"amount":{"minor":5,"unit":"CNY"},"visibility":"public","method":"purse"}`, someKey, 422, &p)
	if p.Type != "urn:manyhands:fault:giving.no_gateway" {
		t.Errorf("%+v", p)
	}
	s.call("POST", "/api/v1/campaigns/none/gifts", thirty, someKey, 404, &p)
	s.call("GET", "/api/v1/gifts/none", "", "", 404, &p)
	s.call("GET", "/api/v1/nothing", "", "", 404, &p)
	s.call("GET", "/api/v1/campaigns?after=x", "", "", 422, &p)
	s.checkTexts()
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := build(t)
	s.NewNeed(money.Coat, 12)
	s.Pay(s.Give(10_00, "a"))
	var campaigns struct{ Campaigns []givingapi.Campaign }
	s.call("GET", "/api/v1/campaigns", "", "", 200, &campaigns)
	if len(campaigns.Campaigns) != 1 || campaigns.Campaigns[0].Raised.Minor != 20_00 || campaigns.Campaigns[0].Gifts != 1 {
		t.Errorf("%+v", campaigns)
	}
	var one givingapi.Campaign
	s.call("GET", "/api/v1/campaigns/"+s.Campaign.Slug, "", "", 200, &one)
	if one.ID != campaigns.Campaigns[0].ID || one.ImpactUnits[0].Price.Minor != 10_00 {
		t.Errorf("%+v", one)
	}
	var needs struct{ Needs []givingapi.Need }
	s.call("GET", "/api/v1/needs?kind=things", "", "", 200, &needs)
	if len(needs.Needs) != 1 || needs.Needs[0].Wanted != (givingapi.Money{Minor: 12, Unit: "coat"}) {
		t.Errorf("%+v", needs)
	}
	var pool givingapi.Pool
	s.call("GET", "/api/v1/pools/"+s.Pool.Slug, "", "", 200, &pool)
	if pool.Funded.Minor != pool.Held.Minor+pool.Matched.Minor+pool.Left.Minor || pool.Matched.Minor != 10_00 || giving.HashRule(pool.RuleText) != pool.RuleHash {
		t.Errorf("%+v", pool)
	}
	var books struct{ Books []givingapi.Book }
	s.call("GET", "/api/v1/books", "", "", 200, &books)
	for _, b := range books.Books {
		if b.In.Minor-b.Out.Minor != b.Held.Minor+b.Left.Minor {
			t.Errorf("does not add up: %+v", b)
		}
	}
	if len(books.Books) != 2 {
		t.Errorf("%d funds, want 2", len(books.Books))
	}
}

// TestTooManyGifts begins more gifts than one address may.
func TestTooManyGifts(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	box := sandbox.New(d, sandbox.Options{Secret: []byte("0123456789abcdef"), BaseURL: func() string { return "" }})
	h := givingapi.Handler(givingapi.Deps{DB: d, Giving: w.Service, Payments: payment.New(d, []payment.Gateway{box}, nil), Limit: 2})
	for i, want := range []int{201, 201, 429} {
		req := httptest.NewRequest("POST", "/api/v1/campaigns/"+w.Campaign.Slug+"/gifts", strings.NewReader(thirty))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", someKey+strconv.Itoa(i))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		if rec.Code != want || (want == 429) != (rec.Header().Get("Retry-After") != "") {
			t.Errorf("gift %d: %d %v", i, rec.Code, rec.Header())
		}
	}
}

// TestDescription keeps the description in step with the paths.
func TestDescription(t *testing.T) {
	t.Parallel()
	s := build(t)
	var d struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]any
	}
	s.call("GET", "/api/v1/openapi.json", "", "", 200, &d)
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Servers) != 1 || d.Servers[0].URL != "https://give.example.org/api/v1" {
		t.Errorf("%s %v", d.OpenAPI, d.Servers)
	}
	for _, path := range []string{"/campaigns", "/campaigns/{slug}", "/campaigns/{slug}/gifts", "/gifts/{token}", "/gifts/{token}/trail", "/pools/{slug}", "/books", "/needs"} {
		if d.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}
