package paymentweb_test

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/paymentweb"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

func TestNotify(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	log := slog.New(slog.DiscardHandler)
	g := sandbox.New(d, sandbox.Options{Secret: []byte("a secret of the tests"), BaseURL: func() string { return "http://127.0.0.1:1" }})
	var refuse error
	s := payment.New(d, []payment.Gateway{g}, paymenttest.Book{Refuse: func(string) error { return refuse }})
	m := web.NewMux(web.Options{Log: log})
	paymentweb.Mount(m, s, log)
	v := webtest.New(t, web.Chain(m, web.Options{Log: log}))

	var p payment.Payment
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		made, err := s.Begin(t.Context(), tx, payment.Due{PurposeID: 1, Gateway: sandbox.Name, Amount: money.Yuan(3500), ClosesAt: tx.Now().Add(time.Hour)})
		if err == nil {
			p = made[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Checkout(t.Context(), 1, "Warm coats", "/back")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Confirm(t.Context(), strings.TrimPrefix(out.RedirectURL, "/sandbox/pay/"), sandbox.Lost); err != nil {
		t.Fatal(err)
	}
	header, body, err := g.Compose(t.Context(), p.MerchantRef)
	if err != nil {
		t.Fatal(err)
	}

	const json, path = "application/json", "/pay/sandbox/notify"
	v.PostBody(path, json, string(body)).Status(http.StatusForbidden)
	v.Header(sandbox.Header, header.Get(sandbox.Header))
	v.PostBody("/pay/nowhere/notify", json, string(body)).Status(http.StatusNotFound)
	v.PostBody(path, json, string(body)+" ").Status(http.StatusForbidden)
	v.PostBody(path, json, strings.Repeat(" ", paymentweb.MaxNotice+1)).Status(http.StatusBadRequest)
	v.Get(path).Status(http.StatusMethodNotAllowed)
	refuse = errors.New("the books are closed")
	v.PostBody(path, json, string(body)).Status(http.StatusServiceUnavailable)
	if got := paymenttest.Told(t, d, 1); len(got) != 0 {
		t.Fatalf("told %q", got)
	}
	refuse = nil
	for range 2 {
		v.PostBody(path, json, string(body)).Status(http.StatusNoContent)
	}
	if got := paymenttest.Told(t, d, 1); len(got) != 1 {
		t.Errorf("told %q", got)
	}
	c.Advance(6 * time.Minute)
	v.PostBody(path, json, string(body)).Status(http.StatusForbidden) // the same, too late
}
