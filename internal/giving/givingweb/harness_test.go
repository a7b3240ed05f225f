package givingweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/payment/sandbox/sandboxweb"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// site is a network with its public pages and the sandbox's wallet.
type site struct {
	*givingtest.World
	t       *testing.T
	clock   *clock.Sim
	pages   *givingweb.Handlers
	bundle  *i18n.Bundle
	handler http.Handler
	runner  *job.Runner
	box     *sandbox.Gateway
	stop    context.CancelFunc
	places  int         // requests at once
	stay    func()      // what a request to /crowd does
	resting atomic.Bool // live figures rest
}

type begin struct{ p *payment.Service }

func (b *begin) Begin(ctx context.Context, tx *db.Tx, due ...giving.Due) error {
	for _, d := range due {
		if _, err := b.p.Begin(ctx, tx, payment.Due{PurposeID: d.Gift, Gateway: d.Gateway, Amount: d.Amount, ClosesAt: d.ClosesAt}); err != nil {
			return err
		}
	}
	return nil
}

type purpose struct{ s *giving.Service }

func (p purpose) Captured(ctx context.Context, tx *db.Tx, captures ...payment.Capture) error {
	for _, c := range captures {
		if err := p.s.Captured(ctx, tx, giving.Capture{Gift: c.PurposeID, PaidAt: c.PaidAt}); err != nil {
			return err
		}
	}
	return nil
}

func (p purpose) Ended(ctx context.Context, tx *db.Tx, id int64, s payment.State) error {
	return p.s.Ended(ctx, tx, id, giving.State(s))
}

func (p purpose) Returned(ctx context.Context, tx *db.Tx, r payment.Return) error {
	return p.s.Returned(ctx, tx, r.PurposeID, r.Amount.Minor, r.RefundID)
}

// build makes a site with a checked programme, an open campaign and an open pool.
func build(t *testing.T) *site {
	t.Helper()
	d, c := dbtest.SQLite(t)
	s := &site{t: t, clock: c}
	payments := &begin{}
	service := giving.New(d, giving.Options{Payments: payments, Gateways: []string{sandbox.Name}, Secret: []byte("test")})
	s.box = sandbox.New(d, sandbox.Options{Secret: []byte("0123456789abcdef"), BaseURL: func() string { return "http://localhost" }})
	payments.p = payment.New(d, []payment.Gateway{s.box}, purpose{service})
	s.World = givingtest.With(t, d, service)
	s.bundle = i18ntest.Bundle(t, givingweb.Texts(), ui.Texts(), checklist.Texts, programme.Texts, payment.Texts, sandbox.Texts, sandboxweb.Texts)
	network := ui.Network{Name: i18n.Text{ZH: "灯塔公益网络", EN: "Lighthouse Network"}, Certificate: "53310000TEST"}
	stop, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s.stop = cancel
	s.pages = givingweb.New(givingweb.Deps{DB: d, Giving: service, Payments: payments.p, Bundle: s.bundle, Network: network,
		BaseURL: "https://give.example.org", Stop: stop, Resting: s.resting.Load})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s.runner = job.NewRunner(d, log, job.Config{})
	s.pages.RegisterJobs(s.runner)
	opt := web.Options{Log: log, Bundle: s.bundle, Timeout: time.Minute,
		ErrorPage: func(r *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id, Fragment: web.IsFragment(r)})
		}}
	s.places = 512
	opt.Shed, opt.BusyPage = web.NewShed(web.ShedOptions{Places: s.places}), busyPage
	m := web.NewMux(opt)
	s.pages.Routes(m)
	m.Handle("POST /crowd", web.Public, func(http.ResponseWriter, *http.Request) error { s.stay(); return nil }, web.Give)
	opt.Match = m.Match
	sandboxweb.Mount(m, s.box, func(context.Context) string { return "Lighthouse" })
	s.handler = web.Chain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.ServeHTTP(w, r.WithContext(ui.With(r.Context(), ui.Env{URL: r.URL, Network: network})))
	}), opt)
	return s
}

func (s *site) visitor(lang i18n.Lang) *webtest.Client { return webtest.New(s.t, s.handler).Lang(lang) }

// path is where the site's campaign lives.
func (s *site) path() string { return "/campaigns/" + s.Campaign.Slug }

const giveForm = "form[data-form=give]"

// give fills the form in and goes on to the page on which one pays.
func (s *site) give(c *webtest.Client, fields url.Values) *webtest.Client {
	s.t.Helper()
	c.Get(s.path()).Status(200)
	c.Submit(giveForm, fields).Status(303)
	return c.Follow().Status(200)
}

// checkTexts fails when a page asked for a text that no catalogue has.
func (s *site) checkTexts() {
	s.t.Helper()
	if m := s.bundle.Missing(); len(m) > 0 {
		s.t.Errorf("texts are missing: %v", m)
	}
}

func each(t *testing.T, test func(t *testing.T, lang i18n.Lang)) {
	t.Helper()
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			test(t, lang)
		})
	}
}

func (s *site) fund() (f giving.Fund) {
	s.t.Helper()
	s.Read(func(ctx context.Context, r *db.Reader) (err error) {
		f, err = giving.FundByID(ctx, r, s.Campaign.Fund)
		return err
	})
	return f
}
