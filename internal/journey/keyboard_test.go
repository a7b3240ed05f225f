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
	b.openCampaign("en")
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
