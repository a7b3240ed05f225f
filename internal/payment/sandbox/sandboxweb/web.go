// Package sandboxweb shows the sandbox's wallet to the payer: a page that says what is asked for, and
// three buttons. It stands for the app of a real wallet, so it shares nothing with the pages of giving.
//
// It must always say that no real money moves, and it must not be mounted where a real gateway is in
// use.
package sandboxweb

import (
	"context"
	"embed"
	"errors"
	"net/http"

	"manyhands/internal/fault"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/web"
)

// Texts holds the catalogues of the wallet's pages.
//
//go:embed text/*.toml
var Texts embed.FS

// Mount adds the wallet's pages to the table. They are open to whoever holds the order's address, as
// a wallet's page would be. payee is under which name the merchant is known to the wallet, in the
// reader's language.
func Mount(m *web.Mux, g *sandbox.Gateway, payee func(ctx context.Context) string) {
	h := handlers{g: g, payee: payee}
	m.Handle("GET /sandbox/pay/{ref}", web.Public, h.show, web.Kept)
	m.Handle("POST /sandbox/pay/{ref}", web.Public, h.act, web.Kept)
}

type handlers struct {
	g     *sandbox.Gateway
	payee func(ctx context.Context) string
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	o, err := h.g.Find(r.Context(), r.PathValue("ref"))
	if err != nil {
		return err
	}
	return h.render(w, r, http.StatusOK, o, web.FormView{})
}

// act does what the pressed button says and sends the payer back to where the order came from. The
// same button again has the same answer.
func (h handlers) act(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	o, err := h.press(r, f)
	switch {
	case err == nil:
		return web.Redirect(w, r, back(o))
	case errors.Is(err, sandbox.ErrEnded), f.Merge(err) == nil:
		if o, find := h.g.Find(r.Context(), r.PathValue("ref")); find == nil {
			return h.render(w, r, web.Status(fault.KindOf(err)), o, f.View())
		}
	}
	return err
}

func (h handlers) press(r *http.Request, f *web.Form) (sandbox.Order, error) {
	ctx, ref := r.Context(), r.PathValue("ref")
	switch f.Choice("act", "confirm", "refuse", "close") {
	case "confirm":
		return h.g.Confirm(ctx, ref, sandbox.Trick(f.Values.Get("trick")))
	case "refuse":
		return h.g.Refuse(ctx, ref)
	case "close":
		return h.g.PayerCloses(ctx, ref)
	default:
		return sandbox.Order{}, f.Err()
	}
}

// back is where the payer returns to: a local path, whatever the order says.
func back(o sandbox.Order) string { return web.LocalPath(o.ReturnPath, "/") }

func (h handlers) render(w http.ResponseWriter, r *http.Request, status int, o sandbox.Order, f web.FormView) error {
	w.Header().Set("Cache-Control", "no-store") // the page goes stale at every step of the payer's
	return web.Render(w, r, status, wallet(h.payee(r.Context()), o, f))
}
