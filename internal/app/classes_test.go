package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/web"
)

// worth are the routes that are no plain pages, and why. A route that is added to the table must be
// added here when it is of another class than Page; the test lists what it finds.
var worth = map[web.Class][]string{
	web.Live: { // figures that repeat themselves, and a preview that promises nothing
		"GET /campaigns/{slug}/match",
		"GET /live/pools/{slug}",
	},
	web.Search: { // only with a search: without one they are pages
		"GET /api/hsds/organizations",
		"GET /api/hsds/service_at_locations",
		"GET /api/hsds/services",
		"GET /api/hsds/taxonomies",
		"GET /api/hsds/taxonomy_terms",
		"GET /needs",
		"GET /programmes",
	},
	web.Give: { // begin something
		"POST /api/v1/campaigns/{slug}/gifts",
		"POST /campaigns/{slug}/give",
		"POST /needs/{slug}/promise",
	},
	web.Kept: { // somebody was promised something, or has paid
		"GET /api/v1/gifts/{token}",
		"GET /concern",
		"GET /concern/thanks",
		"GET /g/{token}",
		"GET /g/{token}/pay",
		"GET /sandbox/pay/{ref}",
		"POST /api/v1/gifts",
		"POST /concern",
		"POST /g/{token}/again",
		"POST /g/{token}/pay",
		"POST /g/{token}/take-back",
		"POST /sandbox/pay/{ref}",
	},
	web.Notice: {"POST /pay/{gateway}/notify"},
	web.Vital: { // what the calm page and the operator stand on
		"GET /healthz",
		"GET /metrics",
		"GET /readyz",
		"GET /static/",
	},
}

func TestEveryRouteHasItsClass(t *testing.T) {
	t.Parallel()
	got := map[web.Class][]string{}
	for _, r := range apptest.Serve(t, false).App.Mux.Routes() {
		got[r.Class] = append(got[r.Class], r.Pattern)
		if strings.HasSuffix(r.Pattern, "/notify") && r.Class != web.Notice {
			t.Errorf("%s: a gateway's word must never wait behind pages", r.Pattern)
		}
	}
	for _, c := range web.Classes() {
		slices.Sort(got[c])
		if c != web.Page && !slices.Equal(got[c], worth[c]) {
			t.Errorf("%s:\n%s\nwant\n%s", c, strings.Join(got[c], "\n"), strings.Join(worth[c], "\n"))
		}
	}
	if len(got[web.Page]) < 50 {
		t.Errorf("%d pages: the table is not the whole one", len(got[web.Page]))
	}
}

// TestMatch asks for the class of a request as the chain does.
func TestMatch(t *testing.T) {
	t.Parallel()
	mux := apptest.Serve(t, false).App.Mux
	for target, want := range map[string]web.Class{
		"POST /pay/alipay/notify": web.Notice, "GET /needs": web.Page, "GET /needs?kind=time": web.Search, "GET /live/pools/x": web.Live,
		"POST /campaigns/x/give": web.Give, "POST /g/tok/pay": web.Kept, "GET /g/tok/acknowledgement": web.Page, "GET /nowhere": web.Page,
		"POST /api/v1/campaigns/x/gifts": web.Give, "GET /api/v1/campaigns": web.Page, "GET /static/1/app.css": web.Vital,
		"HEAD /g/tok": web.Kept, "PUT /pay/alipay/notify": web.Page,
	} {
		method, path, _ := strings.Cut(target, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := mux.Match(r); got != want {
			t.Errorf("%s is %s, want %s", target, got, want)
		}
	}
}
