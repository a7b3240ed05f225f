package sandbox_test

import (
	"net/http"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/payment"
	"manyhands/internal/payment/paymenttest"
	"manyhands/internal/payment/sandbox"
)

var secret = []byte("a secret of the tests")

func TestConformance(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		paymenttest.Gateway(t, func(t *testing.T) paymenttest.Rig {
			c := clock.NewSim(dbtest.Start)
			return rig(dbtest.Open(t, d.Engine(), db.Options{Clock: c}), c)
		})
	})
}

func rig(d *db.DB, c *clock.Sim) paymenttest.Rig {
	g := sandbox.New(d, sandbox.Options{Secret: secret, BaseURL: func() string { return "http://127.0.0.1:1" }})
	return paymenttest.Rig{Gateway: g, Clock: c,
		Pay: func(t *testing.T, ref string) {
			t.Helper()
			if _, err := g.Confirm(t.Context(), walletRef(t, g, ref), sandbox.Honest); err != nil {
				t.Fatal(err)
			}
		},
		Refuse: func(t *testing.T, ref string) {
			t.Helper()
			if _, err := g.Refuse(t.Context(), walletRef(t, g, ref)); err != nil {
				t.Fatal(err)
			}
		},
		Notice: func(t *testing.T, ref string) (http.Header, []byte) {
			t.Helper()
			h, body, err := g.Compose(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			return h, body
		}}
}

// walletRef finds the number in the wallet's address by asking for the order's status.
func walletRef(t *testing.T, g payment.Gateway, merchantRef string) string {
	t.Helper()
	st, err := g.Query(t.Context(), merchantRef)
	if err != nil {
		t.Fatal(err)
	}
	return st.ProviderRef
}
