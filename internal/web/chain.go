package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// chain holds what the middlewares share.
type chain struct {
	opt     Options
	fail    *Mux // only to answer failures in the one way
	flights atomic.Int64
	streams atomic.Int64
}

// Chain wraps h, usually a [Mux] behind the session middleware, in what every request gets: an id, an
// access log line (route pattern, never path or query), recovery from panics, the reader's language,
// a bound on requests at once, security headers, protection against cross-origin posts, gzip, a time
// limit and a body limit.
func Chain(h http.Handler, opt Options) http.Handler {
	c := &chain{opt: opt.withDefaults()}
	c.fail = &Mux{opt: c.opt}
	return c.observe(c.language(c.recovered(c.secured(c.admitted(c.sameOrigin(zipped(c.limited(h))))))))
}

// observe is outermost: it makes the request's info, counts and logs.
func (c *chain) observe(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		in := &info{id: token(), client: clientKey(r, c.opt.TrustProxy), body: r.Body}
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("X-Request-Id", in.id)
		r = r.WithContext(context.WithValue(r.Context(), infoKey{}, in))
		defer func() {
			took := time.Since(began)
			c.opt.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", methodName(r.Method)), slog.String("route", in.route), slog.Int("status", rec.code()),
				slog.Int64("bytes", rec.bytes), slog.Int64("micros", took.Microseconds()), slog.String("request_id", in.id))
			if c.opt.Observe != nil {
				c.opt.Observe(in.route, rec.code(), took)
			}
		}()
		h.ServeHTTP(rec, r)
	})
}

// methodName keeps invented methods out of logs and metrics.
func methodName(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what lies beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

const langCookie = "lang"

// language puts the reader into the context: ?lang= (kept in a cookie), the cookie, Accept-Language.
func (c *chain) language(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, ok := i18n.Lang(""), false
		if strings.Contains(r.URL.RawQuery, "lang=") {
			lang, ok = i18n.ParseLang(r.URL.Query().Get("lang"))
		}
		if ok {
			http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600,
				HttpOnly: true, Secure: c.opt.Secure, SameSite: http.SameSiteLaxMode})
		} else if cookie, err := r.Cookie(langCookie); err == nil {
			lang, ok = i18n.ParseLang(cookie.Value)
		}
		if !ok {
			lang = i18n.Accept(r.Header.Get("Accept-Language"), c.opt.Lang)
		}
		h.ServeHTTP(w, r.WithContext(i18n.With(r.Context(), c.opt.Bundle, lang, c.opt.Zone)))
	})
}

// recovered answers a panic as an internal fault; when part of the answer has gone out it cuts the
// connection, so that nobody takes half a page for a whole one.
func (c *chain) recovered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			if rec, ok := w.(*recorder); ok && rec.status != 0 {
				c.opt.Log.ErrorContext(r.Context(), "request failed", "request_id", RequestID(r.Context()), "route", infoOf(r.Context()).route, "error", err)
				panic(http.ErrAbortHandler)
			}
			c.fail.Fail(w, r, err)
		}()
		h.ServeHTTP(w, r)
	})
}

func (c *chain) secured(h http.Handler) http.Handler {
	csp := "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action " +
		strings.Join(append([]string{"'self'"}, c.opt.FormAction...), " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", csp)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		if c.opt.Secure {
			head.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		h.ServeHTTP(w, r)
	})
}

// admitted bounds how many requests run at once. A stream gives its place back and takes one of the
// streams' places, so that ten thousand watchers do not keep one giver out.
func (c *chain) admitted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.flights.Add(1) > int64(c.opt.InFlight) {
			c.flights.Add(-1)
			c.fail.Fail(w, r, fault.New(fault.Busy, "fault.busy.sentence"))
			return
		}
		held := &c.flights
		infoOf(r.Context()).streaming = func() bool {
			if c.streams.Add(1) > int64(c.opt.Streams) {
				c.streams.Add(-1)
				return false
			}
			held.Add(-1)
			held = &c.streams
			return true
		}
		defer func() { held.Add(-1) }()
		h.ServeHTTP(w, r)
	})
}

func (c *chain) sameOrigin(h http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, o := range c.opt.TrustedOrigins {
		if err := p.AddTrustedOrigin(o); err != nil {
			panic("web: trusted origin " + strconv.Quote(o) + ": " + err.Error())
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail.Fail(w, r, fault.New(fault.Forbidden, "form.cross_origin"))
	}))
	return p.Handler(h)
}

// zipped compresses all but event streams, whose small pieces must go out at once.
func zipped(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(5), gzhttp.ExceptContentTypes(
		[]string{"text/event-stream", "application/pdf", "application/zip", "image/png", "image/jpeg", "image/webp",
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}))
	if err != nil {
		panic("web: gzip: " + err.Error()) // only for settings out of range
	}
	gz := wrap(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			h.ServeHTTP(w, r)
			return
		}
		gz.ServeHTTP(w, r)
	})
}

// limited sets the time and size limits. The timer is our own, not context.WithTimeout, so that a
// stream or a long answer can lift it.
func (c *chain) limited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		timer := time.AfterFunc(c.opt.Timeout, func() { cancel(errTimeout) })
		defer timer.Stop()
		in := infoOf(ctx)
		in.endTimer, in.longer = func() { timer.Stop() }, func(d time.Duration) { timer.Reset(d) }
		r = r.WithContext(ctx)
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = struct {
				io.Reader
				io.Closer
			}{http.MaxBytesReader(w, r.Body, c.opt.BodyLimit), r.Body}
		}
		h.ServeHTTP(w, r)
	})
}
