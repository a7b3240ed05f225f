package givingweb_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// TestLivePool listens to a pool: figures come at once and again when they change, and the stream ends
// when the server stops.
func TestLivePool(t *testing.T) {
	t.Parallel()
	s := build(t)
	srv := httptest.NewServer(s.handler)
	t.Cleanup(srv.Close)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/live/pools/"+s.Pool.Slug, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Accept-Language", "en")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
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
