package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"manyhands/internal/i18n"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes a page or fragment. Nothing is sent before the whole of it is there, so an error
// leaves the response untouched. Pages are private and revalidated unless the handler has set
// Cache-Control.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() < 1<<20 {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	if err := c.Render(r.Context(), buf); err != nil {
		return fmt.Errorf("web: render: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", i18n.LangOf(r.Context()).Tag())
	h.Add("Vary", "Accept-Language, Cookie, HX-Request")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the reader may have gone
	return nil
}

// IsFragment reports whether htmx asks for a part of a page, not for a page.
func IsFragment(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") == "" &&
		r.Header.Get("HX-History-Restore-Request") == ""
}

// Redirect sends the browser to another page by GET: 303, or HX-Redirect when htmx asked. A target
// that a visitor supplied must go through [LocalPath] first.
func Redirect(w http.ResponseWriter, r *http.Request, to string) error {
	if IsFragment(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// LocalPath returns to when it is a path on this site, else fallback: "//evil.example" and
// "/\evil.example" lead elsewhere in browsers, and control characters are dropped by them.
func LocalPath(to, fallback string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\") {
		return fallback
	}
	for i := range len(to) {
		if to[i] < ' ' || to[i] == 0x7f {
			return fallback
		}
	}
	return to
}
