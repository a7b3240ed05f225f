package givingweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/payment"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// Deps is what the pages need.
type Deps struct {
	DB       *db.DB
	Giving   *giving.Service
	Payments *payment.Service
	Bundle   *i18n.Bundle    // for letters, which are written outside a request
	Zone     *time.Location  // the network's; nil: i18n.DefaultZone
	Network  ui.Network      // who thanks, in letters and acknowledgements
	BaseURL  string          // "https://give.example.org", for links in letters and canonical addresses
	Stop     context.Context // ends the event streams when the server stops; nil: never

	// Resting reports that live figures are to rest, because there is more to do than can be done; nil:
	// never. Whoever listens keeps the last figures.
	Resting func() bool

	GiftsPerMinute int // gifts that one address may begin per minute; 0: 60; below 0: no limit
}

// Handlers serves the pages. Make it with New.
type Handlers struct {
	d      Deps
	gifts  *web.Limiter // beginning gifts, per client
	asks   *web.Limiter // asking the gateway, per gift
	finds  *web.Limiter // looking up a gift by its code, per client
	stream *boards
	cache  homeCache
}

const (
	giftsPerMinute = 60
	asksPerMinute  = 12 // one per 5 seconds
	findsPerMinute = 20
	limiterKeys    = 10_000
)

// New returns the pages on d.
func New(d Deps) *Handlers {
	if d.Stop == nil {
		d.Stop = context.Background()
	}
	if d.Resting == nil {
		d.Resting = func() bool { return false }
	}
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	h := &Handlers{d: d}
	now := now{d.DB}
	if d.GiftsPerMinute == 0 {
		d.GiftsPerMinute = giftsPerMinute
	}
	if d.GiftsPerMinute > 0 {
		h.gifts = web.NewLimiter(now, d.GiftsPerMinute, d.GiftsPerMinute, limiterKeys)
	}
	h.asks = web.NewLimiter(now, asksPerMinute, 1, limiterKeys)
	h.finds = web.NewLimiter(now, findsPerMinute, findsPerMinute, limiterKeys)
	h.stream = newBoards(h)
	return h
}

// now tells the time by the database's clock.
type now struct{ d *db.DB }

func (n now) Now() time.Time { return n.d.Now() }

// Routes registers the pages.
func (h *Handlers) Routes(m *web.Mux) {
	m.Handle("GET /{$}", web.Public, h.home)
	m.Handle("GET /live/pools/{slug}", web.Public, h.livePool, web.Live)
	m.Handle("GET /campaigns", web.Public, h.campaigns)
	m.Handle("GET /campaigns/{slug}", web.Public, h.campaign)
	m.Handle("GET /campaigns/{slug}/match", web.Public, h.match, web.Live)
	m.Handle("POST /campaigns/{slug}/give", web.Public, h.give, web.Give)
	m.Handle("GET /g/{token}", web.Public, private(h.gift), web.Kept)
	m.Handle("GET /g/{token}/pay", web.Public, private(h.payPage), web.Kept)
	m.Handle("POST /g/{token}/pay", web.Public, private(h.pay), web.Kept)
	m.Handle("POST /g/{token}/again", web.Public, private(h.again), web.Kept)
	m.Handle("POST /g/{token}/take-back", web.Public, private(h.takeBack), web.Kept)
	m.Handle("GET /g/{token}/acknowledgement", web.Public, private(h.acknowledgement))
	m.Handle("GET /g/{token}/acknowledgement.pdf", web.Public, private(h.acknowledgementPDF))
	m.Handle("GET /follow", web.Public, h.follow)
	m.Handle("POST /follow", web.Public, h.find)
	m.Handle("GET /pools/{slug}", web.Public, h.pool)
	m.Handle("GET /books", web.Public, h.books)
	m.Handle("GET /books/{slug}", web.Public, h.book)
	m.Handle("GET /payouts/{id}", web.Public, h.payout)
	m.Handle("POST /needs/{slug}/promise", web.Public, h.promise, web.Give)
}

// private keeps the address of a gift out of caches, search engines and the Referer header: whoever
// knows it sees the gift.
func private(next web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		head := w.Header()
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cache-Control", "no-store")
		head.Set("X-Robots-Tag", "noindex, nofollow")
		return next(w, r)
	}
}

func (h *Handlers) now() time.Time { return h.d.DB.Now() }

func (h *Handlers) secure() bool { return strings.HasPrefix(h.d.BaseURL, "https:") }

func (h *Handlers) address(path string) string { return h.d.BaseURL + path }
