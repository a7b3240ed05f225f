package journey_test

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

// axe is axe-core, which knows the rules of WCAG; its licence lies beside it.
//
//go:embed testdata/axe.min.js
var axe string

// Everything is asked of the light page; the dark one differs in its colours alone.
const (
	lightRules = "'wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'"
	darkRules  = "'color-contrast'"
)

// runAxe is a script that lists what breaks the rules, each with what to do about it.
func runAxe(rules string) string {
	return `axe.run(document, {runOnly: [` + rules + `], resultTypes: ['violations']}).then(r => r.violations.map(v =>
	v.id + ' (' + v.help + '): ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ': ' + n.failureSummary.replaceAll('\n', ' ')).join(' | ')))`
}

// theme is a browser whose owner prefers light or dark, and stillness.
func theme(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
}

// broken lists what on the page breaks WCAG 2.2, level AA, for readers of light and of dark pages.
func (b *tab) broken() (all []string) {
	b.t.Helper()
	get(b, chromedp.Evaluate[bool](axe+";true"))
	for scheme, rules := range map[string]string{"light": lightRules, "dark": darkRules} {
		b.do(theme(scheme))
		for _, v := range get(b, chromedp.Evaluate[[]string](runAxe(rules), chromedp.EvalAwaitPromise)) {
			all = append(all, scheme+": "+v)
		}
	}
	return all
}

// accessible fails for everything on the page that is broken.
func (b *tab) accessible() {
	b.t.Helper()
	for _, v := range b.broken() {
		b.t.Errorf("%s: %s", b.path(), v)
	}
}

// opens reads pages and checks each.
func (b *tab) opens(paths ...string) {
	b.t.Helper()
	for _, path := range paths {
		b.open(path)
		b.accessible()
	}
}

// follows clicks through pages and checks each.
func (b *tab) follows(links ...css) {
	b.t.Helper()
	for _, sel := range links {
		b.follow(sel)
		b.accessible()
	}
}

// TestAccessibilityIsReallyAsked makes the checks fail: an unnamed button, and grey on grey.
func TestAccessibilityIsReallyAsked(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, false)
	b := newTab(t, r.URL, phone)
	b.open("/?lang=en")
	if got := b.broken(); len(got) > 0 {
		t.Errorf("the home page of an empty house: %s", got)
	}
	get(b, chromedp.Evaluate[bool](`document.querySelector('h1').style.color = '#999', document.querySelector('main').append(document.createElement('button')), true`))
	got := strings.Join(b.broken(), "\n")
	for _, want := range []string{"light: button-name", "light: color-contrast"} {
		if !strings.Contains(got, want) {
			t.Errorf("axe did not find %s in a page made to break it, but %s", want, got)
		}
	}
}

func TestGivingIsAccessible(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := newTab(t, r.URL, phone)
	b.openCampaign("zh", medicine)
	b.accessible()
	form := b.path()
	b.fill("#f-amount", "x", "#f-email", "y")
	b.followTo(giveButton, 422)
	b.accessible()
	b.fill("#f-amount", "35", "#f-email", demo.Giver)
	b.follows(giveButton, payButton)
	wallet := b.path()
	b.follows(refuse)
	b.opens(wallet)
	b.open(form)
	b.follow(giveButton)
	b.follow(payButton)
	b.follows(confirm, "a[href$='/acknowledgement']")
	b.opens(r.SignInLink(t, demo.Giver))
	b.follow("#use-link button")
	b.opens("/me")
	b.follows("main tr:last-child a[href^='/g/'], main li:last-child a[href^='/g/']")
}
