package sandbox

import (
	"crypto/hmac"
	"fmt"
	"net/http"
	"testing"
	"time"

	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox/internal/sandboxdb"
)

func FuzzParseNotice(f *testing.F) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	g := New(nil, Options{Secret: []byte("a secret of the tests")})
	good := []byte(`{"merchant_ref":"mh1","provider_ref":"sb1","amount_minor":3500,"unit":"CNY","state":"captured","paid_at":1}`)
	f.Add(sign(g.opts.Secret, good, now), good)
	f.Add(sign(g.opts.Secret, []byte("{"), now), []byte("{"))
	f.Add("t=,v1=", []byte(nil))
	f.Add("t=9223372036854775808,v1=00", []byte("null"))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		st, err := g.ParseNotice(http.Header{Header: {header}}, body, now)
		if at, sum, _ := splitSignature([]string{header}); err == nil && !hmac.Equal(sum, mac(g.opts.Secret, body, at)) {
			t.Errorf("header %q, body %q: taken as %+v", header, body, st)
		}
		// Whatever is signed rightly must not panic, nor be taken without its numbers.
		st, err = g.ParseNotice(http.Header{Header: {sign(g.opts.Secret, body, now)}}, body, now)
		if err == nil && (st.MerchantRef == "" || st.ProviderRef == "" || st.State == "") {
			t.Errorf("taken: %+v", st)
		}
	})
}

func TestSplitSignature(t *testing.T) {
	t.Parallel()
	sum := fmt.Sprintf("%064x", 1)
	for header, want := range map[string]bool{
		"t=1,v1=" + sum:                true,
		"t=1,v1=" + sum + ",v1=" + sum: false,
		"v1=" + sum + ",t=1":           false,
		"t=1,v1=" + sum[2:]:            false,
		"t=1,v0=" + sum:                false,
		"t=1":                          false,
		"":                             false,
	} {
		if _, _, ok := splitSignature([]string{header}); ok != want {
			t.Errorf("%q: %v", header, ok)
		}
	}
	if _, _, ok := splitSignature([]string{"t=1,v1=" + sum, "t=1,v1=" + sum}); ok {
		t.Error("two headers were taken")
	}
}

func TestAmountOfOneFenStillDiffers(t *testing.T) {
	t.Parallel()
	for _, fen := range []int64{1, 2, 3500} {
		o := sandboxdb.SandboxOrder{AmountMinor: fen, Trick: string(WrongAmount)}
		if got := status(o, payment.Captured).Amount.Minor; got == fen || got <= 0 {
			t.Errorf("%d fen are reported as %d", fen, got)
		}
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, Texts, "sandbox.")
}
