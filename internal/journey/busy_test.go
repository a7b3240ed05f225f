package journey_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/app/apptest"
)

// crowd takes every place that readers and givers have, as people do whose line is so slow that their
// forms never quite arrive. The returned function sends them home.
func crowd(t *testing.T, r *apptest.Running) (leave func()) {
	t.Helper()
	host := strings.TrimPrefix(r.URL, "http://")
	var conns []net.Conn
	leave = sync.OnceFunc(func() {
		for _, c := range conns {
			_ = c.Close() // the server notices
		}
		inFlight(t, r, func(n, _ int64) bool { return n == 0 })
	})
	t.Cleanup(leave)
	for range r.App.Shed.Stats().Places["common"] {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		if _, err := fmt.Fprintf(c, "POST /campaigns/none/give HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n", host); err != nil {
			t.Fatal(err)
		}
	}
	inFlight(t, r, func(n, places int64) bool { return n >= places })
	return leave
}

// inFlight waits until so many requests are under way as ok wants.
func inFlight(t *testing.T, r *apptest.Running, ok func(n, places int64) bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience / 4); ; {
		if s := r.App.Shed.Stats(); ok(s.InFlight["common"], s.Places["common"]) {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("the crowd neither came nor went: %+v", r.App.Shed.Stats())
		}
	}
}

const againButton = "form[data-again] button"

// tries says how often the tab has tried already; the next time it waits the longer.
func (b *tab) tries(n int) {
	b.t.Helper()
	b.becomes(fmt.Sprintf("(sessionStorage.setItem('tries', %d), true)", n))
}

// TestGivingWhileTheHouseIsFull fills the form in and is asked to wait: the page keeps the form, sends
// it again by itself, and there is one gift. Somebody without script presses the button.
func TestGivingWhileTheHouseIsFull(t *testing.T) {
	t.Parallel()
	for lang, say := range map[string]struct {
		script           bool
		busy, kept, paid string
	}{
		"en": {true, "Very many people are here", "Everything you entered is kept", "You give ¥35"},
		"zh": {false, "此刻访问的人非常多", "都保留在本页", "¥35"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			r := apptest.Serve(t, true)
			b := newTab(t, r.URL, phone)
			if !say.script {
				b.do(noScript)
			}
			b.openCampaign(lang, medicine)
			b.press(firstPreset)
			b.fill("#f-name", "Quiet Heron")
			leave := crowd(t, r)
			if say.script {
				b.tries(30) // so many that there is time to look at the page
			}
			b.followTo(giveButton, 503)
			b.sees("main", say.busy, say.kept)
			if say.script {
				b.accessible()
				b.tries(0)
				b.followTo(againButton, 503)
			}
			leave()
			if !say.script {
				b.follow(againButton)
			}
			b.sees("main h1", say.paid)
			if n := waiting(t, r); n != 1 {
				t.Errorf("%d gifts, want 1", n)
			}
		})
	}
}

// TestReadingWhileTheHouseIsFull opens a page that comes by itself when there is room again, without
// script.
func TestReadingWhileTheHouseIsFull(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, desktop, noScript)
	b.open("/?lang=en")
	leave := crowd(t, r)
	b.followTo("header a[href='/books']", 503)
	b.sees("main", "The page follows in a moment")
	leave()
	b.sees("main h1", "Public books")
}
