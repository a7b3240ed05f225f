package web

import (
	"context"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Busy is a request that has to wait, as a page tells the visitor of it.
type Busy struct {
	Class    Class
	Seconds  int    // after which to try again
	Sentence string // what a handler said of it; "" when the request was turned away at the door
	Sent     bool   // something was sent, not only a page asked for
	Unsure   bool   // what was sent got in and may have been carried out
	Again    *Again // what was sent, to send it again; nil: it cannot be or must not be repeated unasked
}

// Again is a form as it was sent. Its fields hold the same form_key, so however often it is sent, it
// counts once.
type Again struct{ Fields []Field }

// Field is one value of a form.
type Field struct{ Name, Value string }

// Has reports whether the form holds a field that is not empty.
func (a Again) Has(name string) bool {
	return slices.ContainsFunc(a.Fields, func(f Field) bool { return f.Name == name && f.Value != "" })
}

// How long a client is asked to wait, in seconds. It is drawn by lot, or all who were turned away
// together would come back together.
const (
	leastWait = 1
	mostWait  = 5
)

// RetryAfter draws the value of a Retry-After header, "1" to "5" seconds.
func RetryAfter() string { return strconv.Itoa(leastWait + rand.IntN(mostWait-leastWait+1)) }

// wait answers somebody with a browser who has to wait with a page that tries again by itself: a page
// that was asked for by the Refresh header, which needs no script; a form that was sent by the same
// form. It reports whether it did: programs and fragments get the plain answer, with Retry-After too.
func (m *Mux) wait(w http.ResponseWriter, r *http.Request, err error) bool {
	if m.opt.BusyPage == nil || wantsJSON(r) || IsFragment(r) {
		return false
	}
	in := infoOf(r.Context())
	after := RetryAfter()
	b := Busy{Class: in.class, Sent: r.Method != http.MethodGet && r.Method != http.MethodHead}
	b.Seconds, _ = strconv.Atoi(after) // RetryAfter made it
	b.Unsure = in.inside && b.Sent     // a fault of this kind does not say whether it struck before or after
	if in.inside {
		b.Sentence = i18n.Fault(r.Context(), err)
	}
	if b.Sent {
		b.Again = m.again(w, r, in)
	}
	clean(w.Header())
	w.Header().Set("Retry-After", after)
	if !b.Sent {
		w.Header().Set("Refresh", after)
	}
	r = r.WithContext(context.WithoutCancel(r.Context())) // its time may be over; the answer is still owed
	if err := Render(w, r, http.StatusServiceUnavailable, m.opt.BusyPage(r, b)); err != nil {
		m.opt.Log.ErrorContext(r.Context(), "busy page failed", "request_id", in.id, "error", err)
		http.Error(w, i18n.T(r.Context(), "fault.busy.title"), http.StatusServiceUnavailable)
	}
	return true
}

// What is read of a form that is turned away: forms of this house hold a few hundred bytes. A sender
// who is slower than this gets a page without the form.
const (
	againLimit = 64 << 10
	againRead  = 2 * time.Second
)

// again is the form that r sent, or nil. A request that was let in may have been carried out, so it is
// repeated only when it has a form_key or its route is harmless to repeat.
func (m *Mux) again(w http.ResponseWriter, r *http.Request, in *info) *Again {
	if !in.inside && in.form == nil {
		m.readAgain(w, r)
	}
	if in.inside && in.class != Kept && in.form.Get("form_key") == "" {
		return nil
	}
	if in.form == nil && r.ContentLength != 0 {
		return nil // not a form, too large or too slow
	}
	a := &Again{}
	for _, name := range slices.Sorted(maps.Keys(in.form)) {
		for _, v := range in.form[name] {
			a.Fields = append(a.Fields, Field{name, v})
		}
	}
	return a
}

// readAgain reads a form that nobody else will read. Those who are turned away have no place, so they
// are bounded here; beyond, the form is not read.
func (m *Mux) readAgain(w http.ResponseWriter, r *http.Request) {
	s := m.opt.Shed
	if r.ContentLength == 0 || !s.turned.within(s.places) {
		return
	}
	defer s.turned.Add(-1)
	readWithin(w, againRead)
	_, _ = readForm(w, r, againLimit) // what cannot be read is not shown again
}

// busy is the fault of one who is turned away.
var busy = fault.New(fault.Busy, "fault.busy.sentence")
