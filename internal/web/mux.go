package web

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"manyhands/internal/fault"
)

// Route is one line of the table of routes.
type Route struct {
	Pattern string // "GET /campaigns/{slug}"
	Need    Need   // empty for raw handlers
	Class   Class
}

// Mux is the table of routes. Register everything before serving.
type Mux struct {
	opt     Options
	mux     *http.ServeMux
	routes  []Route
	classes map[string]Class // by pattern
}

// NewMux returns an empty table.
func NewMux(opt Options) *Mux {
	return &Mux{opt: opt.withDefaults(), mux: http.NewServeMux(), classes: map[string]Class{}}
}

// Handle registers h under a pattern of net/http ("GET /needs/{id}") for visitors who meet need. class
// says how dearly the route is held under load; without one it is Page. Like http.ServeMux it panics
// when patterns conflict.
func (m *Mux) Handle(pattern string, need Need, h Handler, class ...Class) {
	m.enter(Route{pattern, need, declared(class)})
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		in := infoOf(r.Context())
		in.route, in.need = pattern, need
		if need != Public {
			w.Header().Set("Cache-Control", "no-store")
		}
		err := m.admit(r, need)
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			m.Fail(w, r, err)
		}
	})
}

// HandleRaw registers a plain handler that answers for itself: metrics, static files, an API router.
func (m *Mux) HandleRaw(pattern string, h http.Handler, class ...Class) {
	m.enter(Route{Pattern: pattern, Class: declared(class)})
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		infoOf(r.Context()).route = pattern
		h.ServeHTTP(w, r)
	})
}

func (m *Mux) enter(r Route) {
	m.routes = append(m.routes, r)
	m.classes[r.Pattern] = r.Class
}

// Routes returns the table sorted by path and method, for a golden file.
func (m *Mux) Routes() []Route {
	out := slices.Clone(m.routes)
	slices.SortFunc(out, func(a, b Route) int { return strings.Compare(sortKey(a.Pattern), sortKey(b.Pattern)) })
	return out
}

func sortKey(pattern string) string {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return pattern
	}
	return path + " " + method
}

// admit asks the gate. A need that nobody can check is refused.
func (m *Mux) admit(r *http.Request, need Need) error {
	if need == Public {
		return nil
	}
	if m.opt.Gate == nil {
		return fault.New(fault.Unauthenticated, "fault.unauthenticated.sentence")
	}
	return m.opt.Gate(r.Context(), need)
}

// ServeHTTP answers what no pattern matches with the error page, and all else by the table.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if infoOf(r.Context()).route != "" { // the chain has found it already
		m.mux.ServeHTTP(w, r)
		return
	}
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	probe := &statusProbe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		if to := m.pageOf(r); to != "" {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		w.Header().Set("Allow", probe.header.Get("Allow"))
		m.answer(w, r, http.StatusMethodNotAllowed, fault.New(fault.Invalid, "fault.method.sentence"), "fault.method.title")
		return
	}
	m.Fail(w, r, fault.New(fault.NotFound, "fault.not_found.sentence"))
}

// pageOf returns where the page stands whose form posts to r's address, or "" when there is none. Whoever
// is shown a refused form is at that address, and asks for it again by changing the language, by
// signing in or out of history.
func (m *Mux) pageOf(r *http.Request) string {
	if r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/api/") {
		return ""
	}
	for at := path.Dir(r.URL.Path); at != "/"; at = path.Dir(at) {
		to := url.URL{Path: at, RawQuery: r.URL.RawQuery}
		if _, pattern := m.mux.Handler(&http.Request{Method: http.MethodGet, URL: &to, Host: r.Host}); strings.HasPrefix(pattern, "GET ") {
			return to.String()
		}
	}
	return ""
}

// statusProbe learns what net/http would have said without saying it.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header { return p.header }
func (p *statusProbe) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }

// String writes the table, one route a line.
func (m *Mux) String() string {
	var s strings.Builder
	for _, r := range m.Routes() {
		fmt.Fprintf(&s, "%-48s %s\n", r.Pattern, r.Need)
	}
	return s.String()
}
