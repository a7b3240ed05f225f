package ui_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
	"log/slog"
	"io"

	"github.com/chromedp/chromedp"

	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

func TestTmpBrowser(t *testing.T) {
	b := i18ntest.Bundle(t, ui.Texts())
	opt := web.Options{Bundle: b, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	m := web.NewMux(opt)
	a, _ := web.NewAssets(ui.Static())
	var posts atomic.Int64
	m.HandleRaw("GET /static/", a)
	page := func(name string) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			ctx := ui.With(r.Context(), ui.Env{URL: r.URL, Asset: a.URL})
			return web.Render(w, r.WithContext(ctx), 200, galleryPages(words{i18n.LangOf(ctx)})[name])
		}
	}
	m.Handle("GET /{$}", web.Public, page("home"))
	m.Handle("GET /form", web.Public, page("form"))
	m.Handle("GET /frag", web.Public, func(w http.ResponseWriter, r *http.Request) error { panic("x") })
	m.Handle("POST /campaigns/a/give", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		posts.Add(1); time.Sleep(700 * time.Millisecond); return web.Redirect(w, r, "/")
	})
	srv := httptest.NewServer(web.Chain(m, opt))
	defer srv.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	actx, c1 := chromedp.NewExecAllocator(t.Context(), opts...)
	defer c1()
	ctx, c2 := chromedp.NewContext(actx)
	defer c2()
	run := func(js string) string {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
		if err != nil { t.Fatal(err) }
		return v
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/form")); err != nil { t.Fatal(err) }
	t.Log(run(`(async()=>{window.v=[];document.addEventListener('securitypolicyviolation',e=>v.push(e.violatedDirective+' '+e.blockedURI));
	 htmx.ajax('GET','/frag',{target:'#main'}); await new Promise(r=>setTimeout(r,500));
	 let n=document.getElementById('notices').textContent; let h=document.documentElement.scrollWidth+'/'+innerWidth;
	 document.querySelector('[data-theme-toggle]').click(); return 'notice='+n+' theme='+document.documentElement.dataset.theme+' overflow='+h+' v='+v.join(';')+' radios='+document.querySelectorAll('.pick').length})()`))
	t.Log(run(`(async()=>{let b=document.querySelector('form button.give');b.click();b.click();b.click();return 'ok'})()`))
	time.Sleep(1500 * time.Millisecond)
	t.Log("posts", posts.Load(), run(`location.pathname+' '+document.documentElement.dataset.theme`))
}

func BenchmarkText(b *testing.B) {
	bb := i18ntest.Bundle(b, ui.Texts())
	ctx := i18n.With(b.Context(), bb, i18n.ZH, nil)
	b.Run("plain", func(b *testing.B) { for b.Loop() { i18n.T(ctx, "do.save") } })
	b.Run("args", func(b *testing.B) { for b.Loop() { i18n.T(ctx, "form.too_long", "Max", 5) } })
	b.Run("money", func(b *testing.B) { for b.Loop() { i18n.Money(ctx, money.Yuan(123450)) } })
	b.Run("quantity", func(b *testing.B) { for b.Loop() { i18n.Quantity(ctx, money.Amount{Minor: 14, Unit: money.Meal}) } })
	p := galleryPages(words{i18n.ZH})["home"]
	gctx := galleryContext(b, bb, i18n.ZH, "/")
	b.Run("page", func(b *testing.B) { for b.Loop() { renderPage(b, gctx, p) } })
}
