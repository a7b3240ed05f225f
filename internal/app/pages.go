package app

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"manyhands/internal/giving/givingapi"
	"manyhands/internal/giving/givingdesk"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/payment/paymentweb"
	"manyhands/internal/payment/sandbox/sandboxweb"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// pages mounts every route and puts the chain around them.
func (a *App) pages(texts *i18n.Bundle, set Setting) error {
	assets, err := web.NewAssets(ui.Static())
	if err != nil {
		return err
	}
	opts := a.webOptions(texts, set)
	a.Mux = web.NewMux(opts)
	streams, stop := context.WithCancel(context.Background())
	a.stop = stop
	network := ui.Network{Name: set.Network}

	giving := givingweb.New(givingweb.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, Bundle: texts, Zone: set.Zone, Network: network,
		BaseURL: set.BaseURL(), Stop: streams, GiftsPerMinute: a.opts.GiftsPerMinute})
	giving.Routes(a.Mux)
	giving.RegisterJobs(a.Runner)
	a.Mux.HandleRaw("/api/v1/", givingapi.Handler(givingapi.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, Log: a.log, BaseURL: set.BaseURL(), Limit: a.opts.GiftsPerMinute}))
	givingdesk.New(givingdesk.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, People: a.People}).Routes(a.Mux)
	programmeweb.New(a.programmePages(giving)).Routes(a.Mux)
	people := peopleweb.New(a.peoplePages())
	people.Routes(a.Mux)
	paymentweb.Mount(a.Mux, a.Payments, a.log)
	if a.Sandbox != nil {
		sandboxweb.Mount(a.Mux, a.Sandbox, func(ctx context.Context) string { return set.Network.In(ctx) })
	}
	a.Mux.HandleRaw("GET /static/", assets)
	a.Mux.HandleRaw("GET /healthz", http.HandlerFunc(a.health.Live))
	a.Mux.HandleRaw("GET /readyz", http.HandlerFunc(a.health.Ready))
	a.Mux.HandleRaw("GET /metrics", a.metrics.Handler(a.cfg.MetricsToken))

	inner := people.Middleware(a.Mux)
	a.Handler = web.Chain(a.surround(inner, assets, network), opts)
	return nil
}

func (a *App) webOptions(texts *i18n.Bundle, set Setting) web.Options {
	return web.Options{Log: a.log, Bundle: texts, Lang: i18n.Lang(a.cfg.Lang), Zone: set.Zone, Gate: peopleweb.Gate, ErrorPage: errorPage,
		Observe: a.metrics.Observe, InFlight: a.cfg.Limits.Requests, Streams: a.cfg.Limits.Streams, Timeout: seconds(a.cfg.Limits.Seconds),
		BodyLimit: int64(a.cfg.Limits.BodyKB) << 10, Secure: a.People.Secure(), TrustProxy: a.cfg.TrustProxy}
}

// surround puts what every page needs into the request's context.
func (a *App) surround(next http.Handler, assets *web.Assets, network ui.Network) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := ui.With(r.Context(), ui.Env{URL: r.URL, Asset: assets.URL, Network: network, Allowed: peopleweb.Allowed})
		next.ServeHTTP(w, r.WithContext(job.With(ctx, a.Runner)))
	})
}

func errorPage(r *http.Request, status int, title, sentence, requestID string) templ.Component {
	return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: requestID, Fragment: web.IsFragment(r)})
}
