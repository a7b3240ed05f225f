// Package ui holds the look: the layouts, the parts that pages are built of, the pictures (ring,
// ripple, flow) and the static files.
//
// Everything here is a pure function of its arguments and of the reader in the context. The package
// knows no HTTP, no database and no rule; it must not compute a figure, only show one. Its output has
// no inline style and no inline script, since the content security policy forbids both.
package ui

import (
	"context"
	"embed"
	"io/fs"
	"net/url"

	"manyhands/internal/i18n"
)

//go:embed text/*.toml
var texts embed.FS

//go:embed static
var static embed.FS

// Texts is the catalogue of this package, for i18n.NewBundle.
func Texts() fs.FS { return texts }

// Static holds app.css, app.js, near.js, passkey.js, htmx.min.js, sse.min.js and favicon.svg, for web.NewAssets.
func Static() fs.FS {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic("ui: static files: " + err.Error()) // the folder is embedded
	}
	return sub
}

// Env is what every page shows around its content; the app puts it into each request's context.
type Env struct {
	URL     *url.URL                 // of the request: the language switch and table links keep it
	Asset   func(name string) string // address of a static file (web.Assets.URL)
	Network Network
	Person  *Person // who is signed in; nil: nobody
	// Allowed says whether the reader may open what a permission guards; nil allows nothing.
	Allowed func(ctx context.Context, permission string) bool
}

// Network is the installation, as header and footer name it.
type Network struct {
	Name        i18n.Text
	Certificate string // number of the public-fundraising certificate (Charity Law, art. 22), or ""
	Email       string // public contact, or ""
	Footer      []Link // further links, such as the privacy notice
}

// Person is who is signed in.
type Person struct {
	Name string
	Desk bool // works at the desk: the header links to it
}

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href string
}

type envKey struct{}

// With puts the surroundings of a page into the context.
func With(ctx context.Context, e Env) context.Context { return context.WithValue(ctx, envKey{}, &e) }

// WithNetwork returns ctx with another network.
func WithNetwork(ctx context.Context, n Network) context.Context {
	e := *envOf(ctx)
	e.Network = n
	return With(ctx, e)
}

// WithPerson returns ctx with the person who is signed in, nil for nobody.
func WithPerson(ctx context.Context, p *Person) context.Context {
	e := *envOf(ctx)
	e.Person = p
	return With(ctx, e)
}

// WithAllowed returns ctx with the question that decides which desk items are shown.
func WithAllowed(ctx context.Context, allowed func(ctx context.Context, permission string) bool) context.Context {
	e := *envOf(ctx)
	e.Allowed = allowed
	return With(ctx, e)
}

// Allowed asks whether the reader may open what permission guards, for a button that needs it.
func Allowed(ctx context.Context, permission string) bool {
	e := envOf(ctx)
	return e.Allowed != nil && e.Allowed(ctx, permission)
}

// SignedIn returns who is signed in, or nil.
func SignedIn(ctx context.Context) *Person { return envOf(ctx).Person }

func envOf(ctx context.Context) *Env {
	if e, ok := ctx.Value(envKey{}).(*Env); ok {
		return e
	}
	return &Env{}
}

func asset(ctx context.Context, name string) string {
	if f := envOf(ctx).Asset; f != nil {
		return f(name)
	}
	return "/static/0/" + name
}

// Here returns the address of the present page with one query value changed, or removed when value
// is empty; the place in a list ("after") is dropped whenever another value changes.
func Here(ctx context.Context, name, value string) string {
	u := envOf(ctx).URL
	if u == nil {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	if name != "after" && name != "lang" {
		q.Del("after")
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + q.Encode()
}

func query(ctx context.Context, name string) string {
	if u := envOf(ctx).URL; u != nil {
		return u.Query().Get(name)
	}
	return ""
}
