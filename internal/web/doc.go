// Package web is the edge between HTTP and the house: routes that say who may come in, handlers that
// return errors, forms that keep what was typed, and the chain of care around every request.
//
// A handler parses with [ReadForm], calls one service method and renders with [Render]; whatever
// error it returns is answered in one place, as a page, a fragment or RFC 9457 JSON, in the reader's
// language. The package knows no business word, no SQL and no page: the error page is handed in.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/i18n"
)

// Need is what a route asks of its visitor: Public, SignedIn or the name of a permission such as
// "payout.approve".
type Need string

// The needs that are no permission.
const (
	Public   Need = "public"
	SignedIn Need = "signed-in"
)

// Handler answers a request or returns an error, which [Mux] answers. After it has begun to write a
// body it must return nil.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ErrorPage renders a failed request for a browser: title and sentence are in the reader's language
// already; requestID is what a person may quote to us.
type ErrorPage func(r *http.Request, status int, title, sentence, requestID string) templ.Component

// BusyPage renders the page of one who has to wait, in the reader's language.
type BusyPage func(r *http.Request, b Busy) templ.Component

// Options are the settings that [NewMux] and [Chain] share. The zero value works in tests that
// bring a Bundle.
type Options struct {
	Log    *slog.Logger   // nil: slog.Default
	Bundle *i18n.Bundle   // the texts; nil: keys are shown
	Lang   i18n.Lang      // for a visitor who states no preference; empty: zh
	Zone   *time.Location // the network's zone; nil: i18n.DefaultZone

	// Gate decides whether the visitor in ctx may come in; it returns a fault (Unauthenticated,
	// Forbidden). nil lets only Public pass.
	Gate func(ctx context.Context, need Need) error
	// ErrorPage renders failures; nil writes title and sentence as plain text.
	ErrorPage ErrorPage
	// BusyPage renders the page of one who has to wait; nil: ErrorPage does.
	BusyPage BusyPage
	// Context puts what pages need beside the language into the context of each request.
	Context func(ctx context.Context, r *http.Request) context.Context
	// Match tells the route and the class of a request before it is let in: [Mux.Match]. nil: all are
	// of class Page.
	Match func(r *http.Request) (pattern string, c Class)
	// Shed decides who has to wait; nil: one of 512 places.
	Shed *Shed
	// Refused is told of each refusal when its request has ended, after the log. It must be quick.
	Refused func(Refusal)
	// Series makes of a client's address what the security log may hold of it: always the same for the
	// same, and nothing by which to find it. nil: nothing.
	Series func(client string) string
	// Observe is told of each finished request, for metrics; route is the pattern, "" when none matched.
	Observe func(route string, status int, d time.Duration)

	Timeout    time.Duration // of a request's context, streams excepted; 0: 15 s
	BodyLimit  int64         // bytes of a request body; 0: 1 MiB
	Secure     bool          // served by https: secure cookies and HSTS
	TrustProxy bool          // take the client address from the last X-Forwarded-For
	// TrustedOrigins may post to us from elsewhere ("https://desk.example.org").
	TrustedOrigins []string
	// FormAction lists further origins to which a form may lead, for hand-over to a payment page.
	FormAction []string
}

// DefaultBodyLimit is the largest request body that is read unless a handler asks for more: 1 MiB.
const DefaultBodyLimit int64 = 1 << 20

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Lang == "" {
		o.Lang = i18n.ZH
	}
	if o.Shed == nil {
		o.Shed = NewShed(ShedOptions{})
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	return o
}
