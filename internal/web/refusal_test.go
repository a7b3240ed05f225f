package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"manyhands/internal/fault"
	"manyhands/internal/web"
)

// heard collects refusals.
type heard struct {
	mu  sync.Mutex
	all []web.Refusal
}

func (h *heard) told(x web.Refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, x)
}

// Who is refused what stands in the log, by the rule and the number of who asked, and nothing that was typed;
// what is no refusal does not.
func TestRefusalsAreLogged(t *testing.T) {
	t.Parallel()
	const typed = "Wang\nlevel=ERROR msg=forged"
	hidden := fault.New(fault.NotFound, "child.no_record", "Typed", typed).By("purpose_needs", 4711)
	for name, x := range map[string]struct {
		need   web.Need
		person int64
		err    error
		proof  string
		want   web.Refusal
		line   string
	}{
		"a policy": {"desk.see", 77, fmt.Errorf("child: %w", fault.New(fault.Forbidden, "access.policy.notes_fade").By("notes_fade", 5)), "",
			web.Refusal{Event: web.NotAllowed, Status: 403, Person: 77, Rule: "notes_fade", Subject: 5}, `msg=refused`},
		"hidden by a policy": {"desk.see", 77, hidden, "", web.Refusal{Event: web.NotAllowed, Status: 404, Person: 77, Rule: "purpose_needs", Subject: 4711}, `rule=purpose_needs`},
		"of a guest":         {web.Public, 0, hidden, "", web.Refusal{Event: web.NotAllowed, Status: 404, Rule: "purpose_needs", Subject: 4711}, `person=guest`},
		"a rule of a service": {"desk.see", 77, fault.New(fault.Forbidden, "child.decide_own"), "",
			web.Refusal{Event: web.NotAllowed, Status: 403, Person: 77, Rule: "child.decide_own"}, `rule=child.decide_own`},
		"not one's own":                   {web.SignedIn, 77, fault.New(fault.NotFound, "people.unknown"), "", web.Refusal{Event: web.NotAllowed, Status: 404, Person: 77, Rule: "people.unknown"}, `series=s-`},
		"nothing there, to a guest":       {web.SignedIn, 0, fault.New(fault.NotFound, "people.unknown"), "", web.Refusal{}, ""},
		"nothing there, on a public page": {web.Public, 77, fault.New(fault.NotFound, "giving.no_campaign"), "", web.Refusal{}, ""},
		"too often":                       {web.Public, 0, fault.New(fault.TooMany, "signin.wait"), "", web.Refusal{Event: web.NotAllowed, Status: 429, Rule: "signin.wait"}, `rule=signin.wait`},
		"no text":                         {web.Public, 0, fault.New(fault.Invalid, "form.encoding"), "", web.Refusal{Event: web.NotAllowed, Status: 422, Rule: "form.encoding"}, `rule=form.encoding`},
		"a mistake in a form":             {"desk.see", 77, fault.New(fault.Invalid, "form.choice"), "", web.Refusal{}, ""},
		"ours":                            {"desk.see", 77, errors.New("disk"), "", web.Refusal{}, ""},
		"a wrong password": {web.Public, 0, fault.New(fault.Forbidden, "signin.wrong", "Typed", typed), "password",
			web.Refusal{Event: web.NotProven, Status: 403, Rule: "signin.wrong", Way: "password"}, `way=password`},
		"a wrong code": {web.SignedIn, 77, fault.Fields{{Name: "code", Key: "account.code_wrong"}}, "phone",
			web.Refusal{Event: web.NotProven, Status: 422, Person: 77, Rule: "account.code_wrong", Way: "phone"}, `way=phone`},
		"a mailbox that is down": {web.Public, 0, fault.New(fault.Busy, "vault.locked"), "password", web.Refusal{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &heard{}
			s := newSite(t, func(o *web.Options) {
				o.Refused, o.Series = h.told, func(client string) string { return fmt.Sprint("s-", len(client)) }
				o.Gate = func(context.Context, web.Need) error { return nil }
			})
			s.mux.Handle("GET /things/{id}", x.need, func(_ http.ResponseWriter, r *http.Request) error {
				if x.proof != "" {
					web.ProofFailed(r.Context(), x.proof, x.err)
				}
				return x.err
			})
			session := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				web.Identified(r.Context(), x.person)
				s.mux.ServeHTTP(w, r)
			})
			req := httptest.NewRequest("GET", "/things/wang%0alevel=ERROR?q="+"typed", nil)
			web.Chain(session, s.opt).ServeHTTP(httptest.NewRecorder(), req)
			got := web.Refusal{}
			if len(h.all) == 1 {
				got = h.all[0]
			}
			if want := x.want; want.Event != "" {
				want.Route = "GET /things/{id}"
				if got != want || len(h.all) != 1 {
					t.Errorf("%+v, want %+v", h.all, want)
				}
			} else if len(h.all) > 0 {
				t.Errorf("%+v, want nothing", h.all)
			}
			log := s.log.String()
			if !strings.Contains(log, x.line) || x.line == "" && strings.Contains(log, "level=WARN") {
				t.Errorf("log lacks %q:\n%s", x.line, log)
			}
			for _, word := range []string{"Wang", "wang", "typed", "forged", "4711"} {
				if strings.Contains(log, word) {
					t.Errorf("the log tells %q:\n%s", word, log)
				}
			}
		})
	}
}

// Programs answer for themselves: their refusals are known by the status.
func TestRefusalsOfProgramsAreLogged(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]web.Refusal{
		401: {Event: web.NotProven, Way: "key", Rule: "status"}, 403: {Event: web.NotAllowed, Rule: "status"}, 404: {}, 200: {},
	} {
		h := &heard{}
		s := newSite(t, func(o *web.Options) { o.Refused = h.told })
		s.mux.HandleRaw("/api/v1/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		web.Chain(s.mux, s.opt).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/v1/gifts", nil))
		if want.Event == "" {
			if len(h.all) > 0 {
				t.Errorf("%d: %+v", status, h.all)
			}
			continue
		}
		want.Route, want.Status = "/api/v1/", status
		if len(h.all) != 1 || h.all[0] != want {
			t.Errorf("%d: %+v, want %+v", status, h.all, want)
		}
	}
}
