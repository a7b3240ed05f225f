package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// chain holds what the middlewares share.
type chain struct {
	opt  Options
	shed *Shed
	fail *Mux // only to answer failures in the one way

	accepted sync.Map // Accept-Language to i18n.Lang, for those seen first
	known    room
}

// Chain wraps h, usually a [Mux] behind the session middleware, in what every request gets: an id, an
// access log line (route pattern, never path or query), the reader's language, a time limit and a body
// limit, recovery from panics, security headers, protection against cross-origin posts, a place among
// the requests at once, gzip.
func Chain(h http.Handler, opt Options) http.Handler {
	c := &chain{opt: opt.withDefaults()}
	c.shed = c.opt.Shed
	c.fail = &Mux{opt: c.opt}
	return c.begun(c.recovered(c.secured(c.sameOrigin(c.admitted(zipped(h))))))
}

// begun is outermost: it makes the request's context, once, then counts and logs how it ended. The
// time limit is a timer of our own, not context.WithTimeout, so that a stream or a long answer can
// lift it.
func (c *chain) begun(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := &info{id: token(), began: time.Now(), client: clientKey(r, c.opt.TrustProxy), body: r.Body}
		rec := &recorder{ResponseWriter: w}
		rec.Header()["X-Request-Id"] = []string{in.id}
		ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), infoKey{}, in))
		defer cancel(nil)
		timer := time.AfterFunc(c.opt.Timeout, func() { cancel(errTimeout) })
		defer timer.Stop()
		in.timer = timer
		ctx = i18n.With(ctx, c.opt.Bundle, c.language(w, r), c.opt.Zone)
		if c.opt.Context != nil {
			ctx = c.opt.Context(ctx, r)
		}
		r = r.WithContext(ctx)
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = struct {
				io.Reader
				io.Closer
			}{http.MaxBytesReader(rec, r.Body, c.opt.BodyLimit), r.Body}
		}
		defer c.ended(ctx, r.Method, in, rec)
		h.ServeHTTP(rec, r)
	})
}

func (c *chain) ended(ctx context.Context, method string, in *info, rec *recorder) {
	took := time.Since(in.began)
	c.opt.Log.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("method", methodName(method)), slog.String("route", in.route), slog.Int("status", rec.code()),
		slog.Int64("bytes", rec.bytes), slog.Int64("micros", took.Microseconds()), slog.String("request_id", in.id))
	c.refused(ctx, in, rec.code())
	if c.opt.Observe != nil {
		c.opt.Observe(in.route, rec.code(), took)
	}
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

// language is the reader's: ?lang= (kept in a cookie), the cookie, Accept-Language.
func (c *chain) language(w http.ResponseWriter, r *http.Request) i18n.Lang {
	if strings.Contains(r.URL.RawQuery, "lang=") {
		if lang, ok := i18n.ParseLang(r.URL.Query().Get("lang")); ok {
			http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600,
				HttpOnly: true, Secure: c.opt.Secure, SameSite: http.SameSiteLaxMode})
			return lang
		}
	}
	if cookie, err := r.Cookie(langCookie); err == nil {
		if lang, ok := i18n.ParseLang(cookie.Value); ok {
			return lang
		}
	}
	return c.accept(r.Header.Get("Accept-Language"))
}

// Browsers send a few dozen different wishes. They are remembered because reading one costs as much as
// the rest of the chain; whoever invents more has them read each time.
const (
	wishes    = 512
	wishBytes = 128
)

func (c *chain) accept(wish string) i18n.Lang {
	if lang, ok := c.accepted.Load(wish); ok {
		return lang.(i18n.Lang)
	}
	lang := i18n.Accept(wish, c.opt.Lang)
	if len(wish) <= wishBytes && c.known.within(wishes) {
		c.accepted.Store(wish, lang)
	}
	return lang
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

// secured sets the headers that every answer has. Their values are made once and shared: whoever
// wants another sets it anew.
func (c *chain) secured(h http.Handler) http.Handler {
	always := http.Header{}
	always.Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action "+
		strings.Join(append([]string{"'self'"}, c.opt.FormAction...), " "))
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("Referrer-Policy", "same-origin")
	always.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	always.Set("Cross-Origin-Opener-Policy", "same-origin")
	if c.opt.Secure {
		always.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), always)
		h.ServeHTTP(w, r)
	})
}

// admitted takes one of the places of the request's class, or asks the visitor to wait. A stream gives
// its place back and takes one of the streams' places, so that ten thousand watchers do not keep one
// giver out. It stands inside the cross-origin check: what it shows again was sent from our own pages.
func (c *chain) admitted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := infoOf(r.Context())
		if c.opt.Match != nil {
			in.route, in.class = c.opt.Match(r)
		}
		place := c.shed.enter(in.class, in.began)
		if place == nil {
			c.fail.Fail(w, r, busy)
			return
		}
		in.inside = true
		if r.ContentLength != 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			readWithin(w, c.opt.Timeout) // a sender who never finishes must not keep the place; files may take longer
		}
		in.streaming = func() bool {
			if !c.shed.open.within(c.shed.streams) {
				return false
			}
			place.Add(-1)
			place = &c.shed.open
			return true
		}
		defer func() { place.Add(-1) }()
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
