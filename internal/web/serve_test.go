package web_test

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

func TestStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) {
		o.Shed = web.NewShed(web.ShedOptions{Places: 2, Streams: 1})
		o.Timeout = 20 * time.Millisecond
	})
	next := make(chan string)
	s.mux.Handle("GET /live", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		st, err := web.NewStream(w, r)
		if err != nil {
			return err
		}
		for data := range next {
			if r.Context().Err() != nil {
				t.Error("the time limit ends a stream")
			}
			if st.Send("total", data) != nil {
				return nil
			}
		}
		return nil
	})
	s.mux.Handle("GET /page", web.Public, says("page"))
	srv := httptest.NewServer(web.Chain(s.mux, s.opt))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	t.Cleanup(func() { close(next) })

	req, _ := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/live", nil)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	next <- "one\r\ntwo"
	want := []string{"retry: 3000", "", "event: total", "data: one", "data: two", ""}
	for _, w := range want {
		if !lines.Scan() || lines.Text() != w {
			t.Fatalf("%q, want %q", lines.Text(), w)
		}
	}
	// The stream holds no place of a page, and there is no second stream.
	c := webtest.At(t, srv.URL)
	c.Get("/page").Status(200)
	c.Get("/live").Status(503)
	c.Get("/page").Status(200)
}

func TestStreamRefusesForgedEvent(t *testing.T) {
	t.Parallel()
	st, err := web.NewStream(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if err != nil {
		t.Fatal(err)
	}
	if st.Send("a\ndata: forged", "x") == nil {
		t.Error("an event name with a line break was sent")
	}
	if err := st.Beat(); err != nil {
		t.Error(err)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	css := strings.Repeat(".lantern { color: amber }\n", 100)
	a, err := web.NewAssets(fstest.MapFS{"app.css": {Data: []byte(css)}, "tiny.svg": {Data: []byte("<svg/>")}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, accept string) *httptest.ResponseRecorder {
		rec, req := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		req.Header.Set("Accept-Encoding", accept)
		a.ServeHTTP(rec, req)
		return rec
	}
	res := get(a.URL("app.css"), "br, gzip")
	if !strings.Contains(res.Header().Get("Cache-Control"), "immutable") || res.Header().Get("Content-Encoding") != "gzip" || !strings.HasPrefix(res.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%v", res.Header())
	}
	zr, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(zr); string(b) != css {
		t.Error("content differs")
	}
	for path, want := range map[string]string{a.URL("app.css"): "immutable", "/static/00000000/app.css": "no-cache", a.URL("absent.js"): ""} {
		res := get(path, "gzip;q=0")
		if got := res.Header().Get("Cache-Control"); !strings.Contains(got, want) || res.Header().Get("Content-Encoding") != "" || (want == "") != (res.Code == 404) {
			t.Errorf("%s: %d %q", path, res.Code, got)
		}
	}
	if get(a.URL("tiny.svg"), "gzip").Header().Get("Content-Encoding") != "" {
		t.Error("a tiny file was made larger")
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	sim := clock.NewSim(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	l := web.NewLimiter(sim, 6, 2, 2)
	steps := []struct {
		wait time.Duration
		key  string
		want bool
	}{
		{0, "a", true}, {0, "a", true}, {0, "a", false}, {0, "b", true}, {9 * time.Second, "a", false}, {time.Second, "a", true}, {0, "a", false},
		{-time.Hour, "a", false}, // a clock set back gives nothing away
		{0, "c", true},           // b is forgotten: unused longest
		{0, "b", true}, {0, "b", true}, {0, "b", false},
	}
	for i, s := range steps {
		sim.Advance(s.wait)
		if got := l.Allow(s.key); got != s.want {
			t.Errorf("step %d: %s %v", i, s.key, got)
		}
	}
	for i := range 1000 {
		l.Allow(strconv.Itoa(i))
	}
}

func TestWrongKeys(t *testing.T) {
	t.Parallel()
	sim := clock.NewSim(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	s := newSite(t)
	asked := 0
	s.mux.HandleRaw("POST /api/v1/gifts", s.mux.WrongKeys(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer right" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}), web.NewLimiter(sim, 60, 2, 10)))
	c := s.client(t).Header("Authorization", "Bearer right")
	for range 5 {
		c.Post("/api/v1/gifts", nil).Status(200)
	}
	c.Header("Authorization", "Bearer wrong")
	for _, want := range []int{401, 401, 429, 429} {
		c.Post("/api/v1/gifts", nil).Status(want)
	}
	c.Header("Authorization", "Bearer right").Post("/api/v1/gifts", nil).Status(429)
	c.Header("Authorization", "").Post("/api/v1/gifts", nil).Status(401) // no key, no guess
	sim.Advance(time.Second)
	c.Header("Authorization", "Bearer right").Post("/api/v1/gifts", nil).Status(200)
	if asked != 9 {
		t.Errorf("the handler was asked %d times, want 9", asked)
	}
}

func TestClientKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		remote, forwarded string
		trust             bool
		want              string
	}{
		{"192.0.2.7:1234", "", false, "192.0.2.7"}, {"[::ffff:192.0.2.7]:1", "", false, "192.0.2.7"},
		{"[2001:db8:1:2:3:4:5:6]:1", "", false, "2001:db8:1:2::/64"}, {"192.0.2.7:1", "198.51.100.1", false, "192.0.2.7"},
		{"192.0.2.7:1", "203.0.113.9, 198.51.100.1", true, "198.51.100.1"}, {"192.0.2.7:1", "nonsense", true, "unknown"},
	} {
		s := newSite(t, func(o *web.Options) { o.TrustProxy = c.trust })
		var got string
		s.mux.Handle("GET /", web.Public, func(w http.ResponseWriter, r *http.Request) error {
			got = web.ClientKey(r)
			return fault.New(fault.NotFound, "fault.not_found.sentence")
		})
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		web.Chain(s.mux, s.opt).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestFormKeysDiffer(t *testing.T) {
	t.Parallel()
	if a, b := web.FormKey(), web.FormKey(); a == b || len(a) < 26 {
		t.Errorf("%q %q", a, b)
	}
}
