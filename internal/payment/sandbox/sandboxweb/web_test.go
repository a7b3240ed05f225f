package sandboxweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/payment/sandbox/sandboxweb"
	"manyhands/internal/ui"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

const ref = "mh0000000000001"

type wallet struct {
	*webtest.Client
	t      *testing.T
	g      *sandbox.Gateway
	c      *clock.Sim
	bundle *i18n.Bundle
	path   string
}

func open(t *testing.T) wallet {
	t.Helper()
	d, c := dbtest.SQLite(t)
	g := sandbox.New(d, sandbox.Options{Secret: []byte("a secret of the tests"), BaseURL: func() string { return "http://127.0.0.1:1" }})
	out, err := g.Create(t.Context(), payment.Intent{MerchantRef: ref, Amount: money.Yuan(3500), Subject: "Warm coats <for> winter",
		ReturnPath: "/follow/x?paid=1", NotifyPath: "/pay/sandbox/notify", ClosesAt: c.Now().Add(30 * time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	bundle := i18ntest.Bundle(t, ui.Texts(), sandbox.Texts, sandboxweb.Texts)
	opt := web.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Bundle: bundle}
	m := web.NewMux(opt)
	sandboxweb.Mount(m, g, func(ctx context.Context) string { return "Lantern Network" })
	return wallet{Client: webtest.New(t, web.Chain(m, opt)), t: t, g: g, c: c, bundle: bundle, path: out.RedirectURL}
}

func (w wallet) state(want payment.State) {
	w.t.Helper()
	if st, err := w.g.Query(w.t.Context(), ref); err != nil || st.State != want {
		w.t.Errorf("the order is %+v, error %v; want %s", st, err, want)
	}
}

func TestPageInBothLanguages(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, lang := range i18n.Langs() {
		w.Lang(lang).Get(w.path).Status(http.StatusOK)
		w.Contains("Lantern Network", "Warm coats <for> winter", "¥35", ref)
		w.Lacks("style=", "<script>", "<for>")
		if got := w.Must("html").AttrOr("lang", ""); got != lang.Tag() {
			t.Errorf("the page is in %q", got)
		}
		if got := w.Find("select[name=trick] option").Length(); got != len(sandbox.Tricks()) {
			t.Errorf("%d tricks are offered", got)
		}
		if got := w.Must("#return a").AttrOr("href", ""); got != "/follow/x?paid=1" {
			t.Errorf("leads back to %q", got)
		}
	}
	w.Contains("This is a test wallet.")
	if missing := w.bundle.Missing(); len(missing) != 0 {
		t.Errorf("no text for %v", missing)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	for act, want := range map[string]payment.State{"confirm": payment.Captured, "refuse": payment.Failed, "close": payment.Closed} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.Get(w.path).Submit("#pay", url.Values{"act": {act}}).RedirectsTo("/follow/x?paid=1")
			w.state(want)
			w.Post(w.path, url.Values{"act": {act}, "trick": {""}}).RedirectsTo("/follow/x?paid=1") // a double click
			w.state(want)
			w.Get(w.path).Status(http.StatusOK)
			if w.Find("#pay").Length() != 0 {
				t.Error("an ended order can be pressed")
			}
			other := map[string]string{"confirm": "refuse", "refuse": "close", "close": "confirm"}[act]
			w.Post(w.path, url.Values{"act": {other}}).Status(http.StatusGone)
			w.state(want)
			if missing := w.bundle.Missing(); len(missing) != 0 {
				t.Errorf("no text for %v", missing)
			}
		})
	}
}

func TestTheTrickIsTaken(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Get(w.path).Submit("#pay", url.Values{"act": {"confirm"}, "trick": {"wrong_amount"}}).RedirectsTo("/follow/x?paid=1")
	if st, err := w.g.Query(t.Context(), ref); err != nil || st.Amount != money.Yuan(3499) {
		t.Errorf("the order is %+v, error %v", st, err)
	}
}

func TestWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Post(w.path, url.Values{"act": {"confirm"}, "trick": {"juggling"}}).Status(http.StatusUnprocessableEntity)
	w.Contains("Choose one of the possibilities.")
	w.Post(w.path, url.Values{"act": {"steal"}}).Status(http.StatusUnprocessableEntity)
	w.Get("/sandbox/pay/sbnothing").Status(http.StatusNotFound)
	w.Post("/sandbox/pay/sbnothing", url.Values{"act": {"confirm"}}).Status(http.StatusNotFound)
	w.Get("/sandbox/pay/" + ref).Status(http.StatusNotFound) // our own number, which can be guessed, opens nothing
	w.state(payment.Pending)
	w.c.Advance(30 * time.Minute)
	w.Post(w.path, url.Values{"act": {"confirm"}}).Status(http.StatusGone)
	w.Contains("The time to pay has run out.")
}

func TestReturnsOnlyToThisSite(t *testing.T) {
	t.Parallel()
	w := open(t)
	out, err := w.g.Create(t.Context(), payment.Intent{MerchantRef: "mh2", Amount: money.Yuan(1), Subject: "x",
		ReturnPath: "//elsewhere.example/", NotifyPath: "/pay/sandbox/notify", ClosesAt: w.c.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	w.Get(out.RedirectURL).Submit("#pay", nil).RedirectsTo("/")
	if strings.Contains(w.Get(out.RedirectURL).Body, "elsewhere") {
		t.Error("the page leads elsewhere")
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, sandboxweb.Texts, "sandbox.")
}
