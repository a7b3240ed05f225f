package journey_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"manyhands/internal/app/apptest"
)

// stops is more than any page has places to stop at.
const stops = 80

// tabTo presses the tabulator until the focus is on sel, and fails when the focus cannot be seen there.
func (b *tab) tabTo(sel css) {
	b.t.Helper()
	at := fmt.Sprintf("document.activeElement.matches(%q)", sel)
	for range stops {
		b.do(chromedp.KeyEvent(kb.Tab))
		if !get(b, chromedp.Evaluate[bool](at)) {
			continue
		}
		if !get(b, chromedp.Evaluate[bool](visibleFocus)) {
			b.t.Errorf("the focus on %s cannot be seen", sel)
		}
		return
	}
	b.t.Fatalf("the tabulator does not reach %s\nat %s", sel, b.where())
}

// visibleFocus is true when what has the focus, or the label around it, is outlined.
const visibleFocus = `[document.activeElement, document.activeElement.closest('label') ?? document.activeElement].some(e => {
	const s = getComputedStyle(e);
	return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
})`

func TestGivingByKeyboardAlone(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, desktop)
	b.openCampaign("en", medicine)
	b.tabTo("a.skip")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.becomes("document.activeElement.id == 'main'")
	b.tabTo("[name=preset]:checked")
	b.do(chromedp.KeyEvent(kb.ArrowUp))
	b.sees("#match", "Your ¥35 becomes ¥70.")
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.sees("#match", "Your ¥100 becomes ¥200.")
	b.tabTo("#f-name")
	b.do(chromedp.KeyEvent("A neighbour"))
	b.tabTo(giveButton)
	b.load(200, chromedp.KeyEvent(kb.Enter))
	b.tabTo(payButton)
	b.load(200, chromedp.KeyEvent(" "))
	b.tabTo(confirm)
	b.load(200, chromedp.KeyEvent(kb.Enter))
	b.sees("main h1", "Thank you for ¥100")
}

// hiddenFocus names what has the focus when another thing, such as a bar, covers it wholly; else "".
const hiddenFocus = `(() => {
	const e = document.activeElement, r = (e.closest('label') ?? e).getBoundingClientRect();
	if (e === document.body || e.id === 'main') return '';
	const lines = e.closest('label') ? [r] : Array.from(e.getClientRects());
	const shows = lines.some(l => {
		const at = document.elementFromPoint(l.left + l.width / 2, l.top + l.height / 2);
		return at && (e.contains(at) || e.closest('label')?.contains(at) || at.matches('label') && at.htmlFor === e.id);
	});
	return shows ? '' : e.outerHTML.slice(0, 120);
})()`

// TestFocusIsNeverHidden walks through long pages on a phone, whose bars above and below stay.
func TestFocusIsNeverHidden(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, phone, theme("light"))
	for _, path := range []string{"/?lang=en", "/needs", "/books"} {
		b.open(path)
		b.walksVisibly()
	}
	b.openCampaign("en", medicine)
	b.walksVisibly()
}

func (b *tab) walksVisibly() {
	b.t.Helper()
	for range stops {
		b.do(chromedp.KeyEvent(kb.Tab))
		if got := get(b, chromedp.Evaluate[string](hiddenFocus)); got != "" {
			b.t.Errorf("%s: the focus is hidden on %s", b.path(), got)
		}
		if get(b, chromedp.Evaluate[bool]("document.activeElement === document.body")) {
			return
		}
	}
}

// TestPagesFitTheSmallestScreen asks for pages on 320 points, to which also a page zoomed to 400 per
// cent comes down: nothing may need scrolling to the side but tables, which scroll by themselves.
func TestPagesFitTheSmallestScreen(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	for lang := range tags {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			b := newTab(t, r.URL, chromedp.EmulateViewport(320, 640))
			check := func() {
				t.Helper()
				if wide := get(b, chromedp.Evaluate[int]("document.documentElement.scrollWidth")); wide > 320 {
					t.Errorf("%s is %d points wide on a screen of 320: %s", b.path(), wide, get(b, chromedp.Evaluate[string](widest)))
				}
			}
			for _, path := range []string{"/?lang=" + lang, "/needs", "/programmes", "/books", "/follow", "/sign-in"} {
				b.open(path)
				check()
			}
			for from, to := range map[string][]css{"/": {"main a[href^='/pools/']"}, "/books": {"main tbody tr:nth-child(2) a[href^='/books/']", "main tbody a[href^='/payouts/']"}} {
				b.open(from)
				for _, sel := range to {
					b.follow(sel)
					check()
				}
			}
			b.openCampaign(lang, medicine)
			check()
			b.follow(giveButton)
			check()
			b.follow(payButton)
			check()
			b.follow(confirm)
			check()
			b.follow("a[href$='/acknowledgement']")
			check()
		})
	}
}

// widest names some of what sticks out.
const widest = `Array.from(document.querySelectorAll('body *')).filter(e => e.getBoundingClientRect().right > 321 && !e.closest('.table'))
	.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | ')`
