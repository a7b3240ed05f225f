package givingweb_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// listen opens the stream of the site's pool until the test ends.
func (s *site) listen(base string) *http.Response {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, base+"/live/pools/"+s.Pool.Slug, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Accept-Language", "en")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		s.t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	return res
}

// TestLivePool listens to a pool: figures come at once and again when they change, and the stream ends
// when the server stops.
func TestLivePool(t *testing.T) {
	t.Parallel()
	s := build(t)
	srv := httptest.NewServer(s.handler)
	t.Cleanup(srv.Close)
	res := s.listen(srv.URL)
	lines := bufio.NewScanner(res.Body)
	waitFor(t, lines, "event: pool")
	waitFor(t, lines, "¥1,000 left")
	s.give(webtest.At(t, srv.URL).Lang(i18n.EN), url.Values{"amount": {"100"}})
	waitFor(t, lines, "¥900 left")
	s.stop()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatalf("the stream did not end cleanly: %v", err)
	}
}

func waitFor(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the stream ended before %q: %v", text, lines.Err())
}

func TestLivePoolThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := build(t)
	s.visitor(i18n.EN).Get("/live/pools/none").Status(404)
}

// TestFiguresRest listens while figures rest: what happened meanwhile is told once, afterwards.
func TestFiguresRest(t *testing.T) {
	t.Parallel()
	s := build(t)
	srv := httptest.NewServer(s.handler)
	t.Cleanup(srv.Close)
	s.resting.Store(true)
	res := s.listen(srv.URL)
	s.give(webtest.At(t, srv.URL).Lang(i18n.EN), url.Values{"amount": {"100"}})
	s.resting.Store(false)
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		switch {
		case strings.Contains(lines.Text(), "¥1,000 left"):
			t.Fatal("figures were asked for while they were to rest")
		case strings.Contains(lines.Text(), "¥900 left"):
			s.stop()
			return
		}
	}
	t.Fatal("the stream ended without figures")
}
