package journey_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

const (
	coordinator = "coordinator@example.org"
	treasurer   = "treasurer@example.org"
	approver    = "approver@example.org"
)

// signIn opens a browser for a member of staff with a link as the operator's console gives it.
func signIn(t *testing.T, r *apptest.Running, email, lang string) *tab {
	t.Helper()
	b := newTab(t, r.URL, desktop)
	b.open(r.SignInLink(t, email) + "?lang=" + lang)
	b.follow("#use-link button")
	return b
}

var signInLink = regexp.MustCompile(`http://\S+/sign-in/\S+`)

// mailedLink waits for the mail to an address and returns the link in it.
func mailedLink(t *testing.T, r *apptest.Running, email string) string {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience / 4); ; {
		for _, m := range r.Mail.Mails() {
			if link := signInLink.FindString(m.Text); m.To == email && link != "" {
				return link
			}
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("no mail with a link came to %s", email)
		}
	}
}

func TestCoordinatorPublishesANeed(t *testing.T) {
	t.Parallel()
	for _, say := range []struct{ lang, sent, need string }{
		{"zh", "邮件已发出", "周五晚上的讲故事人"}, {"en", "A mail is on its way", "Storytellers for Friday evenings"},
	} {
		t.Run(say.lang, func(t *testing.T) {
			t.Parallel()
			r := apptest.Serve(t, true)
			secret := hasCodeApp(t, r, coordinator)
			b := newTab(t, r.URL, desktop)
			b.open("/sign-in?to=/desk/needs/new&lang=" + say.lang)
			b.fill("#f-who", coordinator)
			b.follow("#sign-in button")
			b.sees("main", say.sent)
			b.open(mailedLink(t, r, coordinator))
			b.follow("#use-link button") // a mailbox alone does not open the desk
			b.accessible()
			b.fill("#f-code", nextCode(t, secret))
			b.follow("#prove button")
			if got := b.path(); got != "/desk/needs/new" {
				t.Fatalf("signing in leads to %s, want the page that was asked for", got)
			}
			b.choose("#f-programme", 1)
			b.set("#f-unit", "time:"+string(money.Evening))
			b.fill("#f-wanted", "6", "[name=title_zh]", "周五晚上的讲故事人", "[name=title_en]", "Storytellers for Friday evenings")
			b.follow("main form button[type=submit]")
			b.follow("form[action$='/publish'] button")

			reader := newTab(t, r.URL, phone)
			reader.open("/needs?lang=" + say.lang + "&words=" + url.QueryEscape(say.need))
			reader.follow("main .grid a[href^='/needs/']")
			reader.sees("main h1", say.need)
		})
	}
}

// choose takes the n-th option of a drop-down.
func (b *tab) choose(sel string, n int) {
	b.t.Helper()
	b.set(sel, get(b, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).options[%d].value", sel, n))))
}

// named takes the option of a drop-down whose label contains text.
func (b *tab) named(sel, text string) {
	b.t.Helper()
	b.set(sel, get(b, chromedp.Evaluate[string](fmt.Sprintf(
		"Array.from(document.querySelector(%q).options).find(o => o.text.includes(%q))?.value ?? 'none'", sel, text))))
}

// free is what a campaign's fund holds and nobody has asked for.
func free(t *testing.T, r *apptest.Running, campaign string) (left money.Amount) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		c, err := giving.CampaignBySlug(t.Context(), q, campaign)
		if err != nil {
			return err
		}
		f, err := giving.FundByID(t.Context(), q, c.Fund)
		if err != nil {
			return err
		}
		book, err := giving.Book(t.Context(), q, f)
		left = money.Yuan(book.Free)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// TestGiftBecomesSomething follows one gift through four hands: it is given, an invoice is recorded
// and a payout asked for, a second person approves it, it is paid, and what came of it is told.
func TestGiftBecomesSomething(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	giver := newTab(t, r.URL, phone)
	giver.openCampaign("en", coats)
	slug, _, _ := strings.Cut(strings.TrimPrefix(giver.path(), "/campaigns/"), "?")
	giver.press(firstPreset)
	giver.follow(giveButton)
	giver.follow(payButton)
	giver.follow(confirm)
	giver.sees("main", "¥12 waiting")

	treasury := signIn(t, r, treasurer, "en")
	all := free(t, r, slug)
	payout := treasury.requestPayout(all)
	treasury.sees("main", yuan(all))
	if get(treasury, chromedp.Evaluate[bool]("!!document.querySelector('form.approve')")) {
		t.Error("whoever asked for the payout is offered to approve it")
	}

	second := signIn(t, r, approver, "en")
	second.open("/desk")
	second.follow(css("main a[href='" + payout + "']"))
	second.follow("form.approve button")
	second.sees("main", "approved")

	treasury.open(payout)
	treasury.fill("#f-bank_reference", "BANK-2026-1")
	treasury.follow("#pay-form button")

	teller := signIn(t, r, coordinator, "en")
	teller.open(payout)
	teller.set("#f-unit", string(money.Coat))
	teller.fill("#f-quantity", "900", "[name=label_zh]", "件冬衣", "[name=label_en]", "coats")
	teller.follow("#outcome button")

	giver.open(giver.path())
	giver.sees("main", "100% of it has been paid on so far", "¥12 of it paid to Next Door Community Station", "It became", "coats")
	giver.follow("a[href^='/payouts/']")
	giver.sees("main", yuan(all), "900 coats")
}

// requestPayout records an invoice over an amount and asks for its payout. It returns where it is seen.
func (b *tab) requestPayout(all money.Amount) string {
	b.t.Helper()
	b.open("/desk/invoices/new")
	b.named("#f-organisation", "Next Door")
	b.fill("#f-number", "SH-2026-1188", "#f-amount", all.Decimal(), "[name=about_zh]", "十一月运费", "[name=about_en]", "Carriage, November")
	b.set("#f-issued_on", time.Now().In(i18n.DefaultZone()).Format(time.DateOnly))
	b.follow("#invoice button")
	b.follow("main a[href^='/desk/payouts/new']")
	b.named("#f-fund", "Coats up the mountain")
	b.fill("#f-amount", all.Decimal())
	b.follow("#payout button")
	return b.path()
}

func yuan(a money.Amount) string {
	whole, fen := a.Minor/100, a.Minor%100
	s := fmt.Sprintf("¥%d", whole)
	if whole >= 1000 {
		s = fmt.Sprintf("¥%d,%03d", whole/1000, whole%1000)
	}
	if fen > 0 {
		s += fmt.Sprintf(".%02d", fen)
	}
	return s
}
