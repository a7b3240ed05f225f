package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

var statuses = [...]int{
	fault.Internal: 500, fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Unauthenticated: 401,
	fault.Conflict: 409, fault.Gone: 410, fault.TooLarge: 413, fault.TooMany: 429, fault.Busy: 503,
}

// Status is the HTTP status of a kind of fault.
func Status(k fault.Kind) int {
	if k < 0 || int(k) >= len(statuses) {
		return http.StatusInternalServerError
	}
	return statuses[k]
}

var errTimeout = errors.New("web: the request took longer than its limit")

// Fail answers a request that ended in err: a page or fragment for browsers, problem+json for
// programs, a way to sign in for a page that needs it. Internal faults, and those with a cause that
// an operator should see (a disk that fails), are logged as errors with the request id. Middleware outside the table may call it too.
func (m *Mux) Fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	// A line that was too slow ends its request's context too, with a cause of net/http's own.
	if errors.Is(context.Cause(ctx), errTimeout) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = fault.Wrap(err, fault.Busy, "fault.busy.sentence")
	} else if ctx.Err() != nil {
		return // the reader has gone; there is nobody to answer
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = fault.Wrap(err, fault.TooLarge, "form.too_large")
	}
	kind := fault.KindOf(err)
	Refused(ctx, err)
	if fault.ForOperator(err) {
		m.opt.Log.ErrorContext(ctx, "request failed", "request_id", RequestID(ctx), "route", infoOf(ctx).route, "error", err)
	}
	if kind == fault.Unauthenticated && !wantsJSON(r) && signInInstead(w, r) {
		return
	}
	if kind == fault.Busy && m.wait(w, r, err) {
		return
	}
	m.answer(w, r, Status(kind), err, "fault."+kind.String()+".title")
}

// signInInstead sends a page request to /sign-in and a fragment's page likewise.
func signInInstead(w http.ResponseWriter, r *http.Request) bool {
	back := r.URL.RequestURI()
	if IsFragment(r) {
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
			back = LocalPath(u.RequestURI(), "/")
		}
	} else if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	_ = Redirect(w, r, "/sign-in?to="+url.QueryEscape(back))
	return true
}

func (m *Mux) answer(w http.ResponseWriter, r *http.Request, status int, err error, titleKey string) {
	r = r.WithContext(context.WithoutCancel(r.Context())) // its time may be over; the answer is still owed
	ctx := r.Context()
	h := w.Header()
	clean(h)
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", RetryAfter())
	case http.StatusTooManyRequests:
		h.Set("Retry-After", "60")
	}
	title, sentence := i18n.T(ctx, titleKey), i18n.Fault(ctx, err)
	switch {
	case wantsJSON(r):
		writeProblem(w, r, status, title, sentence, err)
	case m.opt.ErrorPage == nil:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(title + "\n" + sentence + "\n"))
	default:
		page := m.opt.ErrorPage(r, status, title, sentence, RequestID(ctx))
		if renderErr := Render(w, r, status, page); renderErr != nil {
			m.opt.Log.ErrorContext(ctx, "error page failed", "request_id", RequestID(ctx), "error", renderErr)
			http.Error(w, title, status)
		}
	}
}

// clean takes back what a handler has said of the body that will not come.
func clean(h http.Header) {
	for _, k := range []string{"Content-Disposition", "Content-Length", "Content-Encoding", "ETag", "Last-Modified"} {
		h.Del(k)
	}
	h.Set("Cache-Control", "no-store")
}

func wantsJSON(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	accept := r.Header.Get("Accept")
	json, html := strings.Index(accept, "json"), strings.Index(accept, "text/html")
	return json >= 0 && (html < 0 || json < html)
}

// Problem is an RFC 9457 problem document. Type is "urn:manyhands:fault:" and the fault's key, so a
// program can tell faults apart without reading sentences.
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	RequestID string         `json:"request_id,omitempty"`
	Errors    []ProblemField `json:"errors,omitempty"`
}

// ProblemField is one thing wrong with one field.
type ProblemField struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Detail string `json:"detail"`
}

// NewProblem describes err for a program, in the reader's language.
func NewProblem(ctx context.Context, err error) Problem {
	kind := fault.KindOf(err)
	p := Problem{
		Type: "urn:manyhands:fault:" + kind.String(), Title: i18n.FaultTitle(ctx, kind), Status: Status(kind),
		Detail: i18n.Fault(ctx, err), RequestID: RequestID(ctx),
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && kind != fault.Internal {
		p.Type = "urn:manyhands:fault:" + e.Key
	}
	if fields, ok := errors.AsType[fault.Fields](err); ok {
		for _, f := range fields {
			p.Errors = append(p.Errors, ProblemField{Name: f.Name, Key: f.Key, Detail: i18n.Field(ctx, f)})
		}
	}
	return p
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, title, sentence string, err error) {
	p := NewProblem(r.Context(), err)
	p.Status, p.Title, p.Detail = status, title, sentence
	var buf bytes.Buffer
	if json.NewEncoder(&buf).Encode(p) != nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}
