package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// logs collects log lines; requests run in parallel.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

type site struct {
	opt web.Options
	mux *web.Mux
	log *logs
}

func newSite(t *testing.T, change ...func(*web.Options)) *site {
	t.Helper()
	s := &site{log: &logs{}}
	s.opt = web.Options{
		Bundle: i18ntest.Bundle(t), Log: slog.New(slog.NewTextHandler(s.log, nil)),
		ErrorPage: func(_ *http.Request, _ int, title, sentence, id string) templ.Component {
			return templ.Raw("<h1>" + title + "</h1><p>" + sentence + "</p><code>" + id + "</code>")
		},
	}
	for _, c := range change {
		c(&s.opt)
	}
	s.mux = web.NewMux(s.opt)
	return s
}

func (s *site) client(t *testing.T) *webtest.Client {
	t.Helper()
	return webtest.New(t, web.Chain(s.mux, s.opt))
}

func fails(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func says(text string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, 200, templ.Raw(text)) }
}

func TestEveryKindOfFaultIsAnswered(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Conflict: 409,
		fault.Gone: 410, fault.TooLarge: 413, fault.TooMany: 429, fault.Busy: 503,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			key := "fault." + kind.String() + ".sentence"
			s.mux.Handle("GET /x/{secret}", web.Public, fails(fault.Wrap(errors.New("beneath"), kind, key)))
			c := s.client(t).Get("/x/tok-123?q=hush").Status(want)
			c.Contains(i18n.FaultTitle(i18n.With(t.Context(), s.opt.Bundle, i18n.EN, nil), kind)).Lacks("beneath", "[")
			if logged := strings.Contains(s.log.String(), "beneath"); logged != (kind == fault.Internal || kind == fault.Busy) {
				t.Errorf("logged %v:\n%s", logged, s.log)
			}
			if strings.Contains(s.log.String(), "tok-123") || strings.Contains(s.log.String(), "hush") {
				t.Errorf("path or query in the log:\n%s", s.log)
			}
			c.Lang(i18n.ZH).Get("/x/1").Contains(i18n.FaultTitle(i18n.With(t.Context(), s.opt.Bundle, i18n.ZH, nil), kind))
			if got, _ := strconv.Atoi(c.Response.Header.Get("Retry-After")); (got >= 1 && got <= 5) != (kind == fault.Busy) {
				t.Errorf("Retry-After %d", got)
			}
		})
	}
}

func TestAPIAnswersProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /api/v1/x", web.Public, fails(fault.Fields{{Name: "amount", Key: "money.decimals", Args: map[string]any{"Digits": 2}}}))
	s.mux.Handle("GET /api/v1/secret", web.SignedIn, says("no"))
	c := s.client(t).Get("/api/v1/x").Status(422)
	if got := c.Response.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	var p web.Problem
	if err := json.Unmarshal([]byte(c.Body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != 422 || len(p.Errors) != 1 || p.Errors[0].Detail != "Use no more than 2 decimal places." || p.Type != "urn:manyhands:fault:invalid" || p.RequestID == "" {
		t.Errorf("%+v", p)
	}
	c.Get("/api/v1/secret").Status(401)
	c.Get("/api/v1/absent").Status(404)
	c.Header("Accept", "application/json").Get("/absent").Status(404)
	if !strings.HasPrefix(c.Body, "{") {
		t.Errorf("no JSON for one who asks for it: %s", c.Body)
	}
}

func TestUnknownPathAndMethod(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("POST /form", web.Public, says("done"))
	c := s.client(t)
	c.Get("/nowhere").Status(404).Contains("There is nothing here")
	c.Get("/form").Status(405).Contains("Not possible here")
	if got := c.Response.Header.Get("Allow"); got != "POST" {
		t.Errorf("Allow %q", got)
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Gate = func(_ context.Context, need web.Need) error {
			if need == web.SignedIn {
				return fault.New(fault.Unauthenticated, "fault.unauthenticated.sentence")
			}
			return fault.New(fault.Forbidden, "fault.forbidden.sentence")
		}
	})
	for _, method := range []string{"GET", "POST"} {
		s.mux.Handle(method+" /me", web.SignedIn, says("secret"))
		s.mux.Handle(method+" /desk", "desk.see", says("secret"))
		s.mux.Handle(method+" /open", web.Public, says("open"))
	}
	c := s.client(t)
	c.Get("/me?tab=gifts").RedirectsTo("/sign-in?to=" + url.QueryEscape("/me?tab=gifts"))
	c.Post("/me", nil).Status(401).Lacks("secret")
	c.Get("/desk").Status(403).Lacks("secret")
	c.Get("/open").Status(200)
	c.Header("HX-Request", "true").Header("HX-Current-URL", "http://x.example/needs?kind=time").Post("/me", nil).Status(200).Lacks("secret")
	if got := c.Response.Header.Get("HX-Redirect"); got != "/sign-in?to="+url.QueryEscape("/needs?kind=time") {
		t.Errorf("HX-Redirect %q", got)
	}
	plain := newSite(t)
	plain.mux.Handle("GET /desk", "desk.see", says("secret"))
	plain.client(t).Get("/desk").Status(303).Lacks("secret")
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /panic", web.Public, func(http.ResponseWriter, *http.Request) error { panic("the cellar is flooded") })
	s.client(t).Get("/panic").Status(500).Contains("Something went wrong").Lacks("cellar")
	if !strings.Contains(s.log.String(), "the cellar is flooded") || !strings.Contains(s.log.String(), "status=500") {
		t.Errorf("log:\n%s", s.log)
	}
}

func TestHalfAPageIsCutOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /half", web.Public, func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = w.Write(bytes.Repeat([]byte("half "), 5000))
		_ = http.NewResponseController(w).Flush()
		panic("late")
	})
	srv := httptest.NewServer(web.Chain(s.mux, s.opt))
	t.Cleanup(srv.Close)
	res, err := http.Get(srv.URL + "/half")
	if err == nil {
		defer res.Body.Close()
		_, err = new(bytes.Buffer).ReadFrom(res.Body)
	}
	if err == nil {
		t.Error("half a page came as a whole one")
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /l", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, templ.Raw(string(i18n.LangOf(r.Context()))))
	})
	c := s.client(t)
	c.Get("/l").Contains("en")
	c.Lang(i18n.ZH).Get("/l").Contains("zh")
	c.Get("/l?lang=en").Contains("en")
	c.Get("/l").Contains("en") // the cookie stays
	c.Get("/l?lang=klingon").Contains("en")
	c.Another().Header("Accept-Language", "").Get("/l").Contains("zh") // the network's own
}

func TestSecurityHeadersAndCrossOrigin(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) { o.Secure = true; o.FormAction = []string{"https://pay.example"} })
	s.mux.Handle("POST /give", web.Public, says("given"))
	c := s.client(t).Post("/give", nil).Status(200)
	for name, part := range map[string]string{
		"Content-Security-Policy": "form-action 'self' https://pay.example", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age", "X-Request-Id": "",
	} {
		if got := c.Response.Header.Get(name); got == "" || !strings.Contains(got, part) {
			t.Errorf("%s: %q", name, got)
		}
	}
	c.Header("Sec-Fetch-Site", "cross-site").Post("/give", nil).Status(403).Contains("another site").Lacks("given")
	c.Header("X-Request-Id", "mine").Header("Sec-Fetch-Site", "same-origin").Post("/give", nil)
	if c.Response.Header.Get("X-Request-Id") == "mine" {
		t.Error("a request id from outside was taken")
	}
}

func TestInFlightBoundAndTimeout(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := newSite(t, func(o *web.Options) { o.Shed = web.NewShed(web.ShedOptions{Places: 2}) }) // a page may take three quarters: one
	s.mux.Handle("GET /slow", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-leave
		return says("late")(w, r)
	})
	s.mux.Handle("GET /fast", web.Public, says("fast"))
	h := web.Chain(s.mux, s.opt)
	done := make(chan int)
	go func() {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("GET", "/slow", nil))
		done <- rec.Code
	}()
	<-entered
	c := webtest.New(t, h).Get("/fast").Status(503)
	close(leave)
	if got := <-done; got != 200 {
		t.Errorf("the one inside got %d", got)
	}
	c.Get("/fast").Status(200)

	limit := newSite(t, func(o *web.Options) { o.Timeout = time.Millisecond })
	limit.mux.Handle("GET /stuck", web.Public, func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return r.Context().Err()
	})
	limit.client(t).Get("/stuck").Status(503).Contains("Very busy")
}

// The new limit stands in place of the one that all share; here it is the shorter one, so that the
// test need not wait.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) { o.Timeout = time.Hour })
	s.mux.Handle("GET /table", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		web.LongAnswer(w, r, time.Millisecond)
		<-r.Context().Done()
		return r.Context().Err()
	})
	s.client(t).Get("/table").Status(503).Contains("Very busy")
}

func TestRedirectAndFragment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("POST /go", web.Public, func(w http.ResponseWriter, r *http.Request) error { return web.Redirect(w, r, "/there") })
	s.mux.Handle("GET /part", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		if web.IsFragment(r) {
			return says("part")(w, r)
		}
		return says("page")(w, r)
	})
	c := s.client(t)
	c.Post("/go", nil).RedirectsTo("/there")
	c.Get("/part").Contains("page")
	c.Header("HX-Request", "true").Get("/part").Contains("part")
	c.Post("/go", nil).Status(200)
	if got := c.Response.Header.Get("HX-Redirect"); got != "/there" {
		t.Errorf("HX-Redirect %q", got)
	}
	c.Header("HX-Boosted", "true").Get("/part").Contains("page")
	c.Header("HX-Boosted", "").Header("HX-History-Restore-Request", "true").Get("/part").Contains("page")
}

func TestRenderErrorLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /broken", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, templ.Join(templ.Raw("begun"), templ.Raw("", errors.New("torn"))))
	})
	s.client(t).Get("/broken").Status(500).Lacks("begun", "torn")
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/me": "/me", "/me?x=1#y": "/me?x=1#y", "": "/", "me": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example": "/", "/\t/evil.example": "/", "javascript:alert(1)": "/",
	} {
		if got := web.LocalPath(in, "/"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestRoutesAreSorted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("POST /b", "b.write", says(""))
	s.mux.Handle("GET /b", web.Public, says(""))
	s.mux.HandleRaw("GET /a", http.NotFoundHandler())
	var got []string
	for _, r := range s.mux.Routes() {
		got = append(got, r.Pattern+" "+string(r.Need))
	}
	if want := "GET /a |GET /b public|POST /b b.write"; strings.Join(got, "|") != want {
		t.Errorf("%s", strings.Join(got, "|"))
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	s := newSite(t, func(o *web.Options) {
		o.Observe = func(route string, status int, _ time.Duration) { got <- route + " " + http.StatusText(status) }
	})
	s.mux.Handle("GET /needs/{id}", web.Public, says("x"))
	s.client(t).Get("/needs/7")
	if g := <-got; g != "GET /needs/{id} OK" {
		t.Errorf("%q", g)
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /long", web.Public, says(strings.Repeat("lantern ", 1000)))
	rec := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "/long", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	web.Chain(s.mux, s.opt).ServeHTTP(rec, req)
	if rec.Header().Get("Content-Encoding") != "gzip" || rec.Body.Len() > 1000 {
		t.Errorf("%s, %d bytes", rec.Header().Get("Content-Encoding"), rec.Body.Len())
	}
}

// TestManyWishesForALanguage sends more different headers than are remembered.
func TestManyWishesForALanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /l", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte(i18n.LangOf(r.Context())))
		return err
	})
	h := web.Chain(s.mux, s.opt)
	for round := range 2 {
		for i := range 600 {
			want := []string{"en", "zh"}[i%2]
			rec, req := httptest.NewRecorder(), httptest.NewRequest("GET", "/l", nil)
			req.Header.Set("Accept-Language", want+";q=0."+strconv.Itoa(1000+i))
			h.ServeHTTP(rec, req)
			if rec.Body.String() != want {
				t.Fatalf("round %d: %q is answered in %q", round, req.Header.Get("Accept-Language"), rec.Body)
			}
		}
	}
}
