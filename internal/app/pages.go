package app

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"manyhands/internal/child/childdesk"
	"manyhands/internal/child/guardianweb"
	"manyhands/internal/concern/concernweb"
	"manyhands/internal/giving/givingapi"
	"manyhands/internal/giving/givingdesk"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/payment/paymentweb"
	"manyhands/internal/payment/sandbox/sandboxweb"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/programme/applyweb"
	"manyhands/internal/programme/programmeapi"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/safeguard/safeguardweb"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// pages mounts every route and puts the chain around them.
func (a *App) pages(texts *i18n.Bundle, set Setting) error {
	assets, err := web.NewAssets(ui.Static())
	if err != nil {
		return err
	}
	network := ui.Network{Name: set.Network}
	a.Shed = web.NewShed(web.ShedOptions{Places: a.places(), Streams: a.cfg.Limits.Streams, Queue: a.queue})
	opts := a.webOptions(texts, set)
	opts.Context = a.surround(assets, network)
	a.Mux = web.NewMux(opts)
	people := peopleweb.New(a.peoplePages())
	a.verticals(texts, set, network)
	people.Routes(a.Mux)
	a.Mux.HandleRaw("GET /static/", assets, web.Vital)
	a.Mux.HandleRaw("GET /healthz", http.HandlerFunc(a.health.Live), web.Vital)
	a.Mux.HandleRaw("GET /readyz", http.HandlerFunc(a.health.Ready), web.Vital)
	a.Mux.HandleRaw("GET /metrics", a.metrics.Handler(a.cfg.MetricsToken), web.Vital)

	opts.Match = a.Mux.Match
	a.Handler = web.Chain(programsApart(a.Mux, people.Middleware(a.Mux)), opts)
	return nil
}

// verticals mounts the pages of giving, programmes and payment, and the interface for programs.
func (a *App) verticals(texts *i18n.Bundle, set Setting, network ui.Network) {
	streams, stop := context.WithCancel(context.Background())
	a.stop = stop
	giving := givingweb.New(givingweb.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, Bundle: texts, Zone: set.Zone, Network: network,
		BaseURL: set.BaseURL(), Stop: streams, GiftsPerMinute: a.opts.GiftsPerMinute, Resting: func() bool { return !a.Shed.Open(web.Live) }})
	giving.Routes(a.Mux)
	giving.RegisterJobs(a.Runner)
	a.programs(givingapi.Handler(givingapi.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, Log: a.log, BaseURL: set.BaseURL(), Limit: a.opts.GiftsPerMinute}))
	givingdesk.New(givingdesk.Deps{DB: a.DB, Giving: a.Giving, Payments: a.Payments, People: a.People}).Routes(a.Mux)
	programmeweb.New(a.programmePages(giving)).Routes(a.Mux)
	applyweb.New(applyweb.Options{DB: a.DB, Apply: a.Apply}).Routes(a.Mux)
	programmeapi.Mount(a.Mux, programmeapi.Deps{DB: a.DB, BaseURL: set.BaseURL, Zone: set.Zone})
	concernweb.New(a.concernPages()).Routes(a.Mux)
	safeguardweb.New(a.safeguardPages(set.Zone)).Routes(a.Mux)
	childdesk.New(a.childDeskPages()).Routes(a.Mux)
	guardianweb.New(a.guardianPages()).Routes(a.Mux)
	paymentweb.Mount(a.Mux, a.Payments, a.log)
	if a.Sandbox != nil {
		sandboxweb.Mount(a.Mux, a.Sandbox, func(ctx context.Context) string { return set.Network.In(ctx) })
	}
}

// programs mounts the interface for programs. It answers for itself; its routes are named here for
// what they are worth under load.
func (a *App) programs(api http.Handler) {
	api = a.Mux.WrongKeys(api, web.NewLimiter(a.DB.Clock(), wrongKeys, wrongKeys, wrongKeyClients))
	a.Mux.HandleRaw(givingapi.Prefix+"/", api)
	a.Mux.HandleRaw("POST "+givingapi.Prefix+"/campaigns/{slug}/gifts", api, web.Give)
	a.Mux.HandleRaw("POST "+givingapi.Prefix+"/gifts", api, web.Kept) // paid already
	a.Mux.HandleRaw("GET "+givingapi.Prefix+"/gifts/{token}", api, web.Kept)
}

// How many wrong keys an address may show a minute. A key cannot be guessed; this bounds the work.
const (
	wrongKeys       = 60
	wrongKeyClients = 10_000
)

// programsApart spares what no browser asks the search for a session.
func programsApart(programs, people http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/pay/") {
			programs.ServeHTTP(w, r)
			return
		}
		people.ServeHTTP(w, r)
	})
}

// The queue of writes has room for one write of each request that is let in, and the same again for
// jobs, so a gateway's notice is never refused for want of it.
const writesPerPlace = 2 * web.Rooms

// places is how many requests each room takes at once.
func (a *App) places() int {
	if most := a.cfg.Limits.Writes / writesPerPlace; most > 0 {
		return min(a.cfg.Limits.Requests, most)
	}
	return a.cfg.Limits.Requests
}

// queue is how full the fuller of the two queues is, 0 to 1. That of reads never counts for so much that
// givers are turned away: a gift that is made reads nothing by that way.
func (a *App) queue() float64 {
	w, r := a.DB.Stats(), a.DB.ReadStats()
	return max(float64(w.Waiting)/float64(max(1, w.Capacity)), mostReads*float64(r.Waiting)/float64(max(1, r.Capacity)))
}

const mostReads = .9

func (a *App) webOptions(texts *i18n.Bundle, set Setting) web.Options {
	return web.Options{Log: a.log, Bundle: texts, Lang: i18n.Lang(a.cfg.Lang), Zone: set.Zone, Gate: peopleweb.Gate, ErrorPage: errorPage, BusyPage: busyPage,
		Observe: a.metrics.Observe, Refused: a.refused.told, Series: a.refused.series, Shed: a.Shed, Timeout: seconds(a.cfg.Limits.Seconds),
		BodyLimit: int64(a.cfg.Limits.BodyKB) << 10, Secure: a.People.Secure(), TrustProxy: a.cfg.TrustProxy}
}

// surround puts what every page needs into the request's context.
func (a *App) surround(assets *web.Assets, network ui.Network) func(context.Context, *http.Request) context.Context {
	return func(ctx context.Context, r *http.Request) context.Context {
		return job.With(ui.With(ctx, ui.Env{URL: r.URL, Asset: assets.URL, Network: network, Allowed: peopleweb.Allowed}), a.Runner)
	}
}

func errorPage(r *http.Request, status int, title, sentence, requestID string) templ.Component {
	return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: requestID, Fragment: web.IsFragment(r)})
}

// busyPage asks a visitor to wait. What a route is worth says what is at stake.
func busyPage(r *http.Request, b web.Busy) templ.Component {
	v := ui.BusyView{Sentence: b.Sentence, Sent: b.Sent, Unsure: b.Unsure, Giving: b.Class == web.Give, Promised: b.Class == web.Kept,
		Seconds: b.Seconds, Href: web.LocalPath(r.URL.RequestURI(), "/")}
	if b.Again != nil {
		v.Resend, v.Once = true, b.Class == web.Kept || b.Again.Has("form_key")
		for _, f := range b.Again.Fields {
			v.Fields = append(v.Fields, ui.Hidden(f))
		}
	}
	return ui.BusyPage(v)
}
