package journey_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/giving"
)

// many is more gifts than any of these tests makes.
const many = 50

// waiting counts the gifts that nobody has paid.
func waiting(t *testing.T, r *apptest.Running) (n int) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		gifts, err := giving.Gifts(t.Context(), q, giving.Waiting, "", 0, many)
		for _, g := range gifts {
			if g.Campaign != 0 {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWalletRefusesAndTheGiverAsksAgain(t *testing.T) {
	t.Parallel()
	for _, say := range languages {
		t.Run(say.lang, func(t *testing.T) {
			t.Parallel()
			r := apptest.Serve(t, true)
			b := newTab(t, r.URL, phone)
			b.openCampaign(say.lang, medicine)
			amount := b.first()
			b.press(firstPreset)
			b.follow(giveButton)
			b.follow(payButton)
			b.follow(refuse)
			b.sees("main", say.refused)
			b.follow("form[action$='/again'] button")
			b.sees("main", say.held, amount.both)
			b.follow(payButton)
			b.follow(confirm)
			b.sees("main", amount.in(say.thanks), amount.in(say.added))
		})
	}
}

// TestMatchEndsAtTheCap gives more than the giving day matches for one giver, whose next gift then
// stands alone, and is told so before paying.
func TestMatchEndsAtTheCap(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, phone)
	b.openCampaign("en", medicine)
	b.press("label.pick:has(#f-preset-2)")
	b.sees("#match", "Your ¥260 becomes ¥460.")
	b.follow(giveButton)
	b.sees("main", "¥200", "¥460")
	b.follow(payButton)
	b.follow(confirm)
	b.sees("main", "¥200 matched")
	b.openCampaign("en", medicine)
	b.press(firstPreset)
	b.sees("#match", "no match for ¥35")
	b.follow(giveButton)
	b.follow(payButton)
	b.follow(confirm)
	b.sees("main", "¥35 arrived", "¥35 waiting")
}

// TestWalletThatKeepsSilent has the wallet tell nothing: the house asks, and else says that it waits.
func TestWalletThatKeepsSilent(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	for trick, title := range map[string]string{"lost": "Thank you for ¥35", "timeout": "¥35 on its way"} {
		b := newTab(t, r.URL, phone)
		b.openCampaign("en", medicine)
		b.press(firstPreset)
		b.follow(giveButton)
		b.follow(payButton)
		b.press("#pay summary")
		b.set("#f-trick", trick)
		b.follow(confirm)
		b.sees("main h1", title)
	}
	if n := waiting(t, r); n != 1 {
		t.Errorf("%d gifts wait, want the one of which the wallet says nothing", n)
	}
}

func TestGoingBackDoesNotGiveTwice(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, phone)
	b.openCampaign("en", medicine)
	b.press(firstPreset)
	b.follow(giveButton)
	b.follow(payButton)
	b.follow(confirm)
	b.sees("main h1", "Thank you for ¥35")
	gift, _, _ := strings.Cut(b.path(), "?")
	b.back(1, "#return a")
	b.touch("#return a")
	b.sees("main h1", "Thank you for ¥35")
	b.back(3, giveButton) // the wallet, the page before it, the form
	b.touch(giveButton)
	b.sees("main h1", "Your gift of ¥35")
	if got, _, _ := strings.Cut(b.path(), "#"); got != gift {
		t.Errorf("the form sent again leads to %s, want the gift %s", got, gift)
	}
	if n := waiting(t, r); n != 0 {
		t.Errorf("%d gifts wait to be paid, want none", n)
	}
}

func TestDoubleClickMakesOneGift(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]chromedp.Action[chromedp.Void]{"script": desktop, "no script": noScript} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := apptest.Serve(t, true)
			b := newTab(t, r.URL, how)
			b.openCampaign("en", medicine)
			b.press(firstPreset)
			b.do(chromedp.ScrollIntoView(css(giveButton)), chromedp.DoubleClick(css(giveButton)), chromedp.WaitVisible(css(payButton)))
			if n := waiting(t, r); n != 1 {
				t.Errorf("%d gifts wait to be paid, want 1", n)
			}
			b.do(chromedp.DoubleClick(css(payButton)), chromedp.WaitVisible(css(confirm)))
			b.do(chromedp.DoubleClick(css(confirm)), chromedp.WaitVisible(css("#gift")))
			b.sees("main h1", "Thank you for ¥35")
			if n := waiting(t, r); n != 0 {
				t.Errorf("%d gifts wait to be paid, want none", n)
			}
		})
	}
}

func TestWrongAmountsAreSaidBesideTheField(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, phone)
	b.openCampaign("en", medicine)
	for _, typed := range []string{"0", "-5", "0.001", "1e9", "35,00"} {
		b.fill("#f-amount", typed)
		b.followTo(giveButton, 422)
		b.do(chromedp.WaitVisible(css("#f-amount-bad")))
		if got := get(b, chromedp.Value(css("#f-amount"))); got != typed {
			t.Errorf("what was typed, %q, became %q", typed, got)
		}
	}
	b.fill("#f-amount", "１００")
	b.follow(giveButton)
	b.sees("main h1", "¥100")
	if n := waiting(t, r); n != 1 {
		t.Errorf("%d gifts wait to be paid, want 1", n)
	}
}
