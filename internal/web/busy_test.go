package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
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
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// busySite shows what a busy page was given, as JSON.
func busySite(t *testing.T, o web.ShedOptions, change ...func(*web.Options)) (*site, *web.Shed) {
	t.Helper()
	shed := web.NewShed(o)
	s := newSite(t, append([]func(*web.Options){func(o *web.Options) {
		o.Shed = shed
		o.BusyPage = func(_ *http.Request, b web.Busy) templ.Component {
			text, err := json.Marshal(b)
			return templ.Raw(string(text), err)
		}
	}}, change...)...)
	s.opt.Match = s.mux.Match
	return s, shed
}

func shown(t *testing.T, c *webtest.Client) (b web.Busy) {
	t.Helper()
	if err := json.Unmarshal([]byte(c.Body), &b); err != nil {
		t.Fatalf("no busy page: %v: %s", err, c.Body)
	}
	after, _ := strconv.Atoi(c.Response.Header.Get("Retry-After"))
	if after < 1 || after > 5 || after != b.Seconds || c.Response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Retry-After %d, on the page %d, Cache-Control %q", after, b.Seconds, c.Response.Header.Get("Cache-Control"))
	}
	return b
}

// occupied serves h and fills its one place for pages and givers.
func occupied(t *testing.T, s *site) *webtest.Client {
	t.Helper()
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.mux.Handle("GET /slow", web.Public, func(http.ResponseWriter, *http.Request) error {
		once.Do(func() { close(entered) })
		<-leave
		return nil
	}, web.Give)
	h := web.Chain(s.mux, s.opt)
	var inside sync.WaitGroup
	inside.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/slow", nil)) })
	<-entered
	t.Cleanup(func() { close(leave); inside.Wait() })
	return webtest.New(t, h)
}

func TestAPageThatHasToWaitAsksAgainByItself(t *testing.T) {
	t.Parallel()
	s, _ := busySite(t, web.ShedOptions{Places: 1})
	s.mux.Handle("GET /page", web.Public, says("page"))
	s.mux.Handle("GET /api/v1/x", web.Public, says("x"))
	c := occupied(t, s)
	b := shown(t, c.Get("/page").Status(503))
	if b.Sent || b.Again != nil || b.Unsure || c.Response.Header.Get("Refresh") != strconv.Itoa(b.Seconds) {
		t.Errorf("%+v, Refresh %q", b, c.Response.Header.Get("Refresh"))
	}
	if !strings.Contains(s.log.String(), `route="GET /page" status=503`) {
		t.Errorf("the log does not name the route that was turned away:\n%s", s.log)
	}
	c.Get("/api/v1/x").Status(503)
	var p web.Problem
	if err := json.Unmarshal([]byte(c.Body), &p); err != nil || p.Status != 503 || c.Response.Header.Get("Retry-After") == "" || c.Response.Header.Get("Refresh") != "" {
		t.Errorf("%+v %v %v", p, err, c.Response.Header)
	}
}

func TestAFormThatHasToWaitIsKept(t *testing.T) {
	t.Parallel()
	s, _ := busySite(t, web.ShedOptions{Places: 1})
	var posts int
	s.mux.Handle("POST /give", web.Public, func(http.ResponseWriter, *http.Request) error { posts++; return nil }, web.Give)
	c := occupied(t, s)
	typed := url.Values{"form_key": {"k1"}, "name": {"林 \"<b>\""}, "message": {"a\nb"}, "tag": {"x", "y"}}
	b := shown(t, c.Post("/give?lang=en", typed).Status(503))
	if !b.Sent || b.Unsure || b.Class != web.Give || b.Again == nil || c.Response.Header.Get("Refresh") != "" {
		t.Fatalf("%+v", b)
	}
	got := url.Values{}
	for _, f := range b.Again.Fields {
		got.Add(f.Name, f.Value)
	}
	if got.Encode() != typed.Encode() {
		t.Errorf("kept %v of %v", got, typed)
	}
	for name, c := range map[string]*webtest.Client{
		"too large": c.Post("/give", url.Values{"message": {strings.Repeat("m", 65<<10)}}).Status(503),
		"no form":   c.Another().PostBody("/give", "text/plain", "words").Status(503),
		"not UTF-8": c.Another().PostBody("/give", "application/x-www-form-urlencoded", "a=%ff").Status(503),
	} {
		if b := shown(t, c); b.Again != nil || !b.Sent {
			t.Errorf("%s: %+v", name, b.Again)
		}
	}
	if posts != 0 {
		t.Errorf("%d forms got through a closed door", posts)
	}
}

// TestWhatOthersSentIsNotShownAgain posts from another site while there is no place: to show that form
// with a button of ours would carry it past the check.
func TestWhatOthersSentIsNotShownAgain(t *testing.T) {
	t.Parallel()
	s, _ := busySite(t, web.ShedOptions{Places: 1})
	s.mux.Handle("POST /give", web.Public, says("given"), web.Give)
	c := occupied(t, s)
	c.Header("Sec-Fetch-Site", "cross-site").Post("/give", url.Values{"planted": {"1"}}).Status(403).Lacks("planted")
}

// TestFormsThatGotIn covers faults from within: the form is offered again only when that is harmless.
func TestFormsThatGotIn(t *testing.T) {
	t.Parallel()
	s, _ := busySite(t, web.ShedOptions{}, func(o *web.Options) { o.Timeout = 5 * time.Millisecond })
	for name, f := range map[string]func(ctx context.Context) error{
		"full": func(context.Context) error { return fault.New(fault.Busy, "fault.busy.sentence") },
		"late": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		h := func(w http.ResponseWriter, r *http.Request) error {
			if _, err := web.ReadForm(w, r); err != nil {
				return err
			}
			return f(r.Context())
		}
		s.mux.Handle("POST /"+name, web.Public, h)
		s.mux.Handle("POST /kept/"+name, web.Public, func(_ http.ResponseWriter, r *http.Request) error { return f(r.Context()) }, web.Kept)
	}
	c := s.client(t)
	for _, x := range []struct {
		path, key string
		again     bool
	}{
		{"/full", "k", true}, {"/full", "", false}, {"/late", "k", true}, {"/late", "", false},
		{"/kept/full", "", true}, {"/kept/late", "", true},
	} {
		form := url.Values{"amount": {"5"}, "form_key": {x.key}}
		if strings.HasPrefix(x.path, "/kept") {
			form = nil
		}
		b := shown(t, c.Post(x.path, form).Status(503))
		if (b.Again != nil) != x.again || !b.Unsure || b.Sentence == "" {
			t.Errorf("%s %q: %+v", x.path, x.key, b)
		}
	}
}

// TestNoticesHaveTheirOwnRoom fills every class with requests that do not end.
func TestNoticesHaveTheirOwnRoom(t *testing.T) {
	t.Parallel()
	const places = 8
	s, shed := busySite(t, web.ShedOptions{Places: places}, func(o *web.Options) { o.Timeout = time.Hour })
	leave, full := make(chan struct{}), make(chan struct{}, 4*places)
	stuck := func(http.ResponseWriter, *http.Request) error { full <- struct{}{}; <-leave; return nil }
	for _, c := range []web.Class{web.Live, web.Search, web.Page, web.Give, web.Kept, web.Vital} {
		s.mux.Handle("GET /"+c.String(), web.Public, stuck, c)
	}
	s.mux.Handle("POST /pay/{gateway}/notify", web.Public, func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}, web.Notice)
	h := web.Chain(s.mux, s.opt)
	var inside sync.WaitGroup
	t.Cleanup(func() { close(leave); inside.Wait() })
	for c, n := range map[web.Class]int{web.Give: places, web.Kept: 2 * places, web.Vital: places} {
		for range n {
			inside.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/"+c.String(), nil)) })
			<-full
		}
	}
	c := webtest.New(t, h)
	for _, class := range []web.Class{web.Live, web.Search, web.Page, web.Give, web.Kept, web.Vital} {
		c.Get(fmt.Sprintf("/%s?q=x", class)).Status(503)
	}
	for range 3 * places {
		c.Post("/pay/sandbox/notify", nil).Status(204)
	}
	stats := shed.Stats()
	if stats.InFlight["common"] != places || stats.InFlight["kept"] != stats.Places["kept"] || stats.Refused["notice"] != 0 || stats.Refused["live"] != 1 {
		t.Errorf("%+v", stats)
	}
}

// TestWhoNeverFinishesLosesThePlace sends half a form and then nothing.
func TestWhoNeverFinishesLosesThePlace(t *testing.T) {
	t.Parallel()
	s, shed := busySite(t, web.ShedOptions{Places: 1}, func(o *web.Options) { o.Timeout = 20 * time.Millisecond })
	s.mux.Handle("POST /give", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := web.ReadForm(w, r)
		return err
	}, web.Give)
	srv := httptest.NewServer(web.Chain(s.mux, s.opt))
	t.Cleanup(srv.Close)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /give HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn) // the server answers and hangs up
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 503") {
		t.Errorf("%v: %.80s", err, answer)
	}
	if n := shed.Stats().InFlight["common"]; n != 0 {
		t.Errorf("%d places are still taken", n)
	}
}
