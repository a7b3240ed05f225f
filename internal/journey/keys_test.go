package journey_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
)

// TestTillGetsItsKey makes a key for a till and takes it away with one click; the till records a gift
// with it until it is revoked.
func TestTillGetsItsKey(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := signIn(t, r, coordinator, "zh")
	b.do(phone)
	b.openCampaign("zh", medicine)
	slug, _, _ := strings.Cut(strings.TrimPrefix(b.path(), "/campaigns/"), "?")
	b.open("/desk/keys")
	b.sees("main", "目前没有有效的密钥")
	b.followTo("#key-form button", 422)
	b.accessible()
	b.fill("#f-name", "老街收银台")
	b.set("#f-organisation", "network")
	b.followTo("#key-form button", 201)
	b.sees("#main .notice", "只显示这一次")
	b.accessible()
	b.press("[data-copy]")
	b.becomes("document.querySelector('[data-copy]').textContent == '已复制'")

	till := till{t, r.URL, get(b, chromedp.Evaluate[string]("document.querySelector('#secret').value"))}
	status, first := till.record(slug)
	if status != http.StatusOK || first.State != "received" || first.Path == "" {
		t.Fatalf("the till is answered %d %+v", status, first)
	}
	if _, again := till.record(slug); again != first {
		t.Errorf("the same slip again: %+v, want %+v", again, first)
	}
	newTab(t, r.URL, phone).open(first.Path)

	b.open("/desk/keys?lang=en")
	b.sees("#keys", "老街收银台")
	b.accessible()
	b.follow("#keys a[href$='/revoke']")
	b.accessible()
	b.follow("main form button")
	b.sees("main", "No key is in force")
	b.press("#ended summary")
	b.sees("#ended", "revoked")
	b.accessible()
	till.losesItsKey(slug)
	if log := r.Log.Text(); strings.Contains(log, till.key) || !strings.Contains(log, "/api/v1/") {
		t.Error("the log holds the key, or none of the till's requests")
	}
}

// till is a program with a key.
type till struct {
	t        *testing.T
	url, key string
}

// slip is how the network answers a till.
type slip struct{ State, ID, Path string }

// record sends a gift of one yuan, always under the same number.
func (l till) record(campaign string) (status int, s slip) {
	l.t.Helper()
	body := fmt.Sprintf(`{"gifts":[{"key":"slip-1","campaign":%q,"amount":{"minor":100,"unit":"CNY"},"visibility":"public","paid_at":%q}]}`,
		campaign, time.Now().UTC().Format(time.RFC3339))
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url+"/api/v1/gifts", strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+l.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out struct{ Results []slip }
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode == http.StatusOK && len(out.Results) != 1 {
		l.t.Fatalf("%d: %v, %d results", res.StatusCode, err, len(out.Results))
	}
	if len(out.Results) == 1 {
		s = out.Results[0]
	}
	return res.StatusCode, s
}

// losesItsKey waits until the till is refused: a node may know a key for a moment after it was revoked.
func (l till) losesItsKey(campaign string) {
	l.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience / 4); ; {
		if status, _ := l.record(campaign); status == http.StatusUnauthorized {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			l.t.Fatal("the revoked key still opens")
		}
	}
}
