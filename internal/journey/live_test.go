package journey_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
)

func TestGivingDayMovesOnAnotherScreen(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	screen := newTab(t, r.URL, desktop)
	screen.open("/?lang=en")
	const left = "section.wash p.num b"
	before := screen.text(left)

	b := newTab(t, r.URL, phone)
	b.openCampaign("en", medicine)
	b.press(firstPreset)
	b.follow(giveButton)
	b.follow(payButton)
	b.follow(confirm)
	b.sees("main", "¥35 matched")

	screen.becomes(fmt.Sprintf("document.querySelector(%q).innerText != %q", left, before))
	if n := get(screen, chromedp.Evaluate[int]("performance.getEntriesByType('navigation').length")); n != 1 {
		t.Errorf("the page was loaded %d times, want once", n)
	}
	screen.sees("section.wash", "in the last minute")
}
