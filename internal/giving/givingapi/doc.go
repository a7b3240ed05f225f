// Package givingapi is the JSON interface of giving, for programs: /api/v1 with an OpenAPI 3.1
// description that is generated from the code. docs/api.md introduces it.
//
// It calls the same services as the pages and must not know more than they show: whoever knows a
// gift's token sees that gift, nobody sees who gave another. Ids are strings, moments are RFC 3339 in
// UTC, quantities are whole numbers of the smallest part of their unit. What goes wrong is answered as
// application/problem+json (RFC 9457) in the language of Accept-Language, with a key that does not
// change.
package givingapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// Prefix is where the interface is mounted.
const Prefix = "/api/v1"

// Deps is what the interface needs.
type Deps struct {
	DB       *db.DB
	Giving   *giving.Service
	Payments *payment.Service
	Log      *slog.Logger // nil: slog.Default
	BaseURL  string       // "https://give.example.org", for the description
	Limit    int          // gifts that one address may begin per minute; 0: 600; below 0: no limit
}

type api struct {
	Deps
	gifts *web.Limiter
	keys  *access.KeyRing
}

const (
	giftsPerMinute = 600
	limiterKeys    = 10_000
)

// Handler returns the interface with all paths below Prefix. Mount it for Prefix + "/".
func Handler(d Deps) http.Handler {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	a := &api{Deps: d, keys: access.NewKeyRing(d.DB, resting(d.DB))}
	if d.Limit == 0 {
		d.Limit = giftsPerMinute
	}
	if d.Limit > 0 {
		a.gifts = web.NewLimiter(now{d.DB}, d.Limit, d.Limit, limiterKeys)
	}
	mux := http.NewServeMux()
	a.routes(humago.NewWithPrefix(mux, Prefix, settings(d.BaseURL)))
	mux.HandleFunc(Prefix+"/", a.nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, web.ClientKey(r))))
	})
}

type clientKey struct{}

// now tells the time by the database's clock.
type now struct{ d *db.DB }

func (n now) Now() time.Time { return n.d.Now() }

func settings(base string) huma.Config {
	c := huma.DefaultConfig("Manyhands", "1")
	c.DocsPath, c.SchemasPath = "", ""
	c.CreateHooks = nil
	c.Info.Description = "Give, follow what a gift became, and read the public books."
	c.Servers = []*huma.Server{{URL: base + Prefix}}
	c.Transformers = []huma.Transformer{translate}
	return c
}

func (a *api) routes(h huma.API) {
	register(h, a, http.MethodGet, "/campaigns", "list-campaigns", "Campaigns, newest first", a.campaigns)
	register(h, a, http.MethodGet, "/campaigns/{slug}", "get-campaign", "One campaign", a.campaign)
	register(h, a, http.MethodPost, "/campaigns/{slug}/gifts", "give", "Make a gift that waits to be paid, and hold its match", a.give)
	a.routeRecord(h)
	register(h, a, http.MethodGet, "/gifts/{token}", "get-gift", "Where a gift stands", a.gift)
	register(h, a, http.MethodGet, "/gifts/{token}/trail", "get-trail", "What a gift became", a.trail)
	register(h, a, http.MethodGet, "/pools/{slug}", "get-pool", "A matching pool: its frozen rule and its figures", a.pool)
	register(h, a, http.MethodGet, "/books", "list-books", "The public books, a line per fund", a.books)
	register(h, a, http.MethodGet, "/needs", "list-needs", "What is asked for now, of every kind", a.needs)
}

// register adds an operation whose errors are faults.
func register[I, O any](h huma.API, a *api, method, path, id, summary string, f func(context.Context, *I) (*O, error)) {
	registerOperation(h, a, operation(method, path, id, summary), f)
}

func operation(method, path, id, summary string) huma.Operation {
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Errors: []int{404, 422, 503}}
	if method == http.MethodPost {
		op.DefaultStatus = http.StatusCreated
		op.Errors = []int{404, 409, 422, 429, 503}
		op.MaxBodyBytes = maxBody
	}
	return op
}

func registerOperation[I, O any](h huma.API, a *api, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

const maxBody = 64 << 10

func (a *api) nothing(w http.ResponseWriter, r *http.Request) {
	p := a.problem(r.Context(), fault.New(fault.NotFound, "fault.not_found.sentence"))
	writeProblem(w, p)
}

// resting returns whose keys are refused for now: those of organisations that are suspended or whose
// registration has run out.
func resting(d *db.DB) access.Rests {
	return func(ctx context.Context, r db.Queryer, organisations []int64) ([]int64, error) {
		return programme.Resting(ctx, r, organisations, d.Now())
	}
}
