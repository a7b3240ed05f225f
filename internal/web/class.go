package web

import "net/http"

// Class says how dearly a route is held when there is more to do than the machine can. Each route
// declares its own where it is mounted; what is not said is Page.
type Class int8

// The classes. The first four are shed in the order Live, Search, Page, Give; the last three never are:
// each has places of its own that no other class can take.
const (
	Page   Class = iota // pages to read, the desk, signing in
	Live                // live figures and previews: pleasant, and nothing is decided by them
	Search              // lists that are searched; without a search they are pages
	Give                // begins a gift or a promise of things
	Kept                // a promise already made, or money already paid: pay step, private page, gifts from tills
	Notice              // a gateway's word about money
	Vital               // what the calm page and the operator stand on: static files, health, figures
	classes
)

// String is the class's name in metrics.
func (c Class) String() string {
	return [classes]string{"page", "live", "search", "give", "kept", "notice", "vital"}[c]
}

// Classes lists every class, for metrics and tests.
func Classes() []Class { return []Class{Live, Search, Page, Give, Kept, Notice, Vital} }

// declared is the class that a route was mounted with.
func declared(class []Class) Class {
	if len(class) == 0 {
		return Page
	}
	return class[0]
}

// Match returns the pattern under which r will be answered, "" for none, and its class. It fits
// Options.Match.
func (m *Mux) Match(r *http.Request) (pattern string, c Class) {
	_, pattern = m.mux.Handler(r)
	c = m.classes[pattern]
	if c == Search && r.URL.RawQuery == "" {
		c = Page
	}
	return pattern, c
}
