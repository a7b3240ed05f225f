package journey_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
)

// says is what a giver reads on the way, in one language. %[1]s is the amount, %[2]s with the match.
type says struct {
	lang, home, matched, held, together, wallet, thanks, arrived, added, waiting, refused string
}

var languages = []says{
	{"zh", "本周所需", "您的 %[1]s 变成 %[2]s。", "为您保留的配捐", "合计", "测试钱包", "感谢您捐赠 %[1]s", "%[1]s 到账", "配捐 %[1]s", "%[2]s 待拨付", "支付没有成功"},
	{"en", "What is needed this week", "Your %[1]s becomes %[2]s.", "Match held for you", "Together", "Test wallet", "Thank you for %[1]s", "%[1]s arrived", "%[1]s matched", "%[2]s waiting", "The payment did not go through"},
}

const (
	firstPreset = "label.pick:has(#f-preset-0)"
	giveButton  = "form[data-form=give] button.give"
	payButton   = "form[action$='/pay'] button"
	confirm     = "#pay button[value=confirm]"
	refuse      = "#pay button[value=refuse]"
)

// choice is an amount as the form offers it, in yuan, and with its match.
type choice struct{ one, both string }

func (c choice) in(pattern string) string {
	return strings.ReplaceAll(strings.ReplaceAll(pattern, "%[1]s", c.one), "%[2]s", c.both)
}

// first reads the first amount that the campaign offers. On the giving day it is doubled.
func (b *tab) first() choice {
	b.t.Helper()
	var yuan int64
	if _, err := fmt.Sscan(get(b, chromedp.Value(css("#f-preset-0"))), &yuan); err != nil {
		b.t.Fatalf("the first amount: %v", err)
	}
	return choice{fmt.Sprintf("¥%d", yuan), fmt.Sprintf("¥%d", 2*yuan)}
}

// The campaigns of the sample network that the journeys lead to, by words of their titles.
const (
	medicine = "疗程" // ¥35, ¥100 and more; payouts of its fund wait for the desk
	coats    = "冬衣" // ¥6 and more; nobody has asked for a payout
)

// openCampaign looks a campaign up by words of its title and opens it.
func (b *tab) openCampaign(lang, words string) {
	b.t.Helper()
	b.open("/campaigns?lang=" + lang + "&words=" + url.QueryEscape(words))
	b.follow("main .grid a[href^='/campaigns/']")
}

func TestVisitorGives(t *testing.T) {
	t.Parallel()
	for _, say := range languages {
		for _, script := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s script=%t", say.lang, script), func(t *testing.T) {
				t.Parallel()
				r := apptest.Serve(t, true)
				b := newTab(t, r.URL, phone)
				if !script {
					b.do(noScript)
				}
				b.open("/?lang=" + say.lang)
				b.sees("main", say.home)
				b.follow("main .grid a[href^='/campaigns/']")
				amount := b.first()
				b.press(firstPreset)
				if script {
					b.sees("#match", amount.in(say.matched))
				}
				b.follow(giveButton)
				b.sees("main", amount.one, say.held, say.together, amount.both)
				b.follow(payButton)
				b.sees("main", say.wallet, amount.one)
				b.follow(confirm)
				b.sees("main", amount.in(say.thanks), amount.in(say.added))
				link, _, _ := strings.Cut(b.path(), "?")

				later := newTab(t, r.URL, desktop)
				later.open(link + "?lang=" + say.lang)
				later.sees("main", amount.in(say.arrived), amount.in(say.added), amount.in(say.waiting))
				if n := get(later, chromedp.Evaluate[int]("document.querySelectorAll('main svg .line, main svg path').length")); n == 0 {
					t.Error("the private link draws no flow")
				}
			})
		}
	}
}
