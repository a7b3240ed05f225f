package journey_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

type css = chromedp.CSS

// patience is how long a tab may take in all. It bounds a hanging test; nothing is measured by it.
const patience = 2 * time.Minute

// chromium is the one browser of the test binary. It ends with it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.WSURLReadTimeout(patience))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, quit := chromedp.NewContext(ctx)
	closeBrowser = func() { quit(); stop() }
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return nil, fmt.Errorf("the browser %s does not start: %w", path, err)
	}
	return ctx, nil
})

// closeBrowser is set with chromium and called by TestMain.
var closeBrowser = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no chromium on this machine: run make deps")
}

// tab is one person's browser: cookies of its own, one page.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string // of the house
}

// phone is the viewport of a small telephone, desktop that of a small notebook.
var (
	phone   = chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateScale(2))
	desktop = chromedp.EmulateViewport(1280, 860)
)

// noScript is a browser in which script is switched off.
var noScript = chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
})

// newTab opens a browser for one person, set up by how.
func newTab(t *testing.T, url string, how ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	browser, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	ctx, late := context.WithTimeout(ctx, patience)
	b := &tab{t: t, ctx: ctx, url: url}
	b.do(how...)
	var reading sync.WaitGroup
	said := chromedp.Console(ctx)
	reading.Go(func() {
		for m, err := range said {
			if err == nil && complaint(m) {
				t.Errorf("the browser complains at %s: %s %s", m.URL, m.Type, m.Text)
			}
		}
	})
	t.Cleanup(func() { late(); reading.Wait(); cancel() })
	return b
}

// complaint tells what the browser finds wrong with a page, such as what its policy forbids, from what
// a refused form, a wrong address or a busy house makes it note.
func complaint(m chromedp.ConsoleMessage) bool {
	refused := strings.Contains(m.Text, "status of 422") || strings.Contains(m.Text, "status of 404") || strings.Contains(m.Text, "status of 503") ||
		strings.Contains(m.Text, "Error Code 503")
	return !refused && (m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
}

func get[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
	return v
}

// where says, for failures, what the tab shows.
func (b *tab) where() string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 3*time.Second)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	return at + "\n" + text
}

// open shows a page, given by its path or its whole address.
func (b *tab) open(path string) {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.url + path
	}
	b.arrived(get(b, chromedp.NavigateResponse(path)), http.StatusOK)
}

// follow clicks on what leads to another page, and waits for it.
func (b *tab) follow(sel css) { b.t.Helper(); b.followTo(sel, http.StatusOK) }

// followTo is follow to a page that answers with another status.
func (b *tab) followTo(sel css, status int) {
	b.t.Helper()
	b.load(status, chromedp.ScrollIntoView(sel), chromedp.Click(sel))
}

// load waits for the page that steps lead to.
func (b *tab) load(status int, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	res, err := chromedp.RunResponse(b.ctx, steps...)
	if err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
	b.arrived(res, status)
}

func (b *tab) arrived(res *network.Response, status int) {
	b.t.Helper()
	if res != nil && int(res.Status) != status && res.Status != http.StatusNotModified {
		b.t.Fatalf("%s answered %d, want %d:\n%s", res.URL, res.Status, status, b.where())
	}
}

// press clicks on what changes the page in place.
func (b *tab) press(sel css) {
	b.t.Helper()
	b.do(chromedp.ScrollIntoView(sel), chromedp.Click(sel))
}

// fill types into fields: selector, text, selector, text.
func (b *tab) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		get(b, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).value = ''", pairs[i])))
		b.do(chromedp.SendKeys(css(pairs[i]), pairs[i+1]))
	}
}

// set gives fields values that keys cannot well be typed for: dates and drop-downs.
func (b *tab) set(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		b.do(chromedp.SetValue(css(pairs[i]), pairs[i+1]))
	}
}

// back goes n pages back, as the button does, to one where sel stands. The page comes as it was left,
// out of the browser's own cache, of which the protocol says nothing: from then on use touch.
func (b *tab) back(n int, sel css) {
	b.t.Helper()
	get(b, chromedp.Evaluate[bool](fmt.Sprintf("(setTimeout(() => history.go(-%d)), true)", n)))
	b.becomes(fmt.Sprintf("document.readyState == 'complete' && !!document.querySelector(%q)", sel))
}

// touch clicks on what stands on a page that came back.
func (b *tab) touch(sel css) {
	b.t.Helper()
	get(b, chromedp.Evaluate[bool](fmt.Sprintf("(document.querySelector(%q).click(), true)", sel)))
}

// text is asked of the page itself: a live figure may be swapped between finding it and reading it.
func (b *tab) text(sel css) string {
	b.t.Helper()
	b.becomes(fmt.Sprintf("!!document.querySelector(%q)", sel))
	return get(b, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).innerText", sel)))
}

func (b *tab) path() string {
	b.t.Helper()
	return strings.TrimPrefix(get(b, chromedp.Location()), b.url)
}

// sees fails unless the part of the page that sel names shows, now or soon, each of want.
func (b *tab) sees(sel css, want ...string) {
	b.t.Helper()
	for _, w := range want {
		b.becomes(fmt.Sprintf("(document.querySelector(%q)?.innerText ?? '').includes(%q)", sel, w))
	}
}

// becomes waits until an expression is true in the page.
func (b *tab) becomes(expr string) {
	b.t.Helper()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience / 4); ; {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expr)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			b.t.Fatalf("never became true: %s\nat %s", expr, b.where())
		}
	}
}
