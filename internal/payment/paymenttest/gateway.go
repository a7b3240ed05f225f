package paymenttest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
)

// Rig is one gateway with the other side of it: the payer, and the post office.
type Rig struct {
	Gateway payment.Gateway
	Clock   *clock.Sim
	// Pay and Refuse play the payer on an open order.
	Pay    func(t *testing.T, merchantRef string)
	Refuse func(t *testing.T, merchantRef string)
	// Notice is the notice that the gateway sends about an order as it is now.
	Notice func(t *testing.T, merchantRef string) (http.Header, []byte)
}

// Gateway runs the tests that every gateway must pass, each on a fresh rig.
func Gateway(t *testing.T, fresh func(t *testing.T) Rig) {
	for name, test := range map[string]func(*testing.T, Rig){
		"create again is the same order": createAgain,
		"unknown orders":                 unknown,
		"paid":                           paid,
		"refused":                        refused,
		"closed":                         closed,
		"closing loses to paying":        closedLate,
		"notice":                         notice,
		"forged notices":                 forged,
		"old notices":                    old,
		"answers":                        answers,
		"refunds":                        refunds,
		"no refund without money":        refundUnpaid,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

const ref, fen = "mh0000000000001", 3500

func create(t *testing.T, r Rig) payment.Checkout {
	t.Helper()
	out, err := r.Gateway.Create(t.Context(), intent(r, fen))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func intent(r Rig, fen int64) payment.Intent {
	return payment.Intent{MerchantRef: ref, Amount: money.Yuan(fen), Subject: "Warm coats", ReturnPath: "/back",
		NotifyPath: payment.NotifyPath(r.Gateway.Name()), ClosesAt: r.Clock.Now().Add(30 * time.Minute)}
}

func want(t *testing.T, got payment.Status, err error, state payment.State) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got.State != state || got.MerchantRef != ref {
		t.Fatalf("status %+v, want %s", got, state)
	}
}

func wantKind(t *testing.T, err error, kinds ...fault.Kind) {
	t.Helper()
	if err == nil || !slices.Contains(kinds, fault.KindOf(err)) {
		t.Errorf("error %v, want kind %v", err, kinds)
	}
}

func createAgain(t *testing.T, r Rig) {
	a, b := create(t, r), create(t, r)
	if a != b || (a.RedirectURL == "" && a.QR == "") {
		t.Errorf("first %+v, then %+v", a, b)
	}
	_, err := r.Gateway.Create(t.Context(), intent(r, fen+1))
	wantKind(t, err, fault.Conflict, fault.Invalid)
}

func unknown(t *testing.T, r Rig) {
	ctx, g := t.Context(), r.Gateway
	_, err := g.Query(ctx, ref)
	wantKind(t, err, fault.NotFound)
	_, err = g.Close(ctx, ref)
	wantKind(t, err, fault.NotFound)
	_, err = g.Refund(ctx, payment.RefundOrder{MerchantRef: ref, RefundRef: "mr1", Amount: money.Yuan(1), Reason: "other"})
	wantKind(t, err, fault.NotFound)
	_, err = g.QueryRefund(ctx, ref, "mr1")
	wantKind(t, err, fault.NotFound)
	create(t, r)
	_, err = g.QueryRefund(ctx, ref, "mr1")
	wantKind(t, err, fault.NotFound)
}

func paid(t *testing.T, r Rig) {
	create(t, r)
	st, err := r.Gateway.Query(t.Context(), ref)
	want(t, st, err, payment.Pending)
	r.Clock.Advance(time.Minute)
	r.Pay(t, ref)
	st, err = r.Gateway.Query(t.Context(), ref)
	want(t, st, err, payment.Captured)
	if st.ProviderRef == "" || st.Amount != money.Yuan(fen) || st.PaidAt.IsZero() || st.PaidAt.After(r.Clock.Now()) {
		t.Errorf("captured: %+v", st)
	}
	create(t, r) // still the same order: not to be paid twice
	again, err := r.Gateway.Query(t.Context(), ref)
	want(t, again, err, payment.Captured)
	if again != st {
		t.Errorf("first %+v, then %+v", st, again)
	}
}

func refused(t *testing.T, r Rig) {
	create(t, r)
	r.Refuse(t, ref)
	st, err := r.Gateway.Query(t.Context(), ref)
	want(t, st, err, payment.Failed)
}

func closed(t *testing.T, r Rig) {
	create(t, r)
	for range 2 {
		st, err := r.Gateway.Close(t.Context(), ref)
		want(t, st, err, payment.Closed)
	}
	st, err := r.Gateway.Query(t.Context(), ref)
	want(t, st, err, payment.Closed)
}

func closedLate(t *testing.T, r Rig) {
	create(t, r)
	r.Pay(t, ref)
	st, err := r.Gateway.Close(t.Context(), ref)
	want(t, st, err, payment.Captured)
}

func notice(t *testing.T, r Rig) {
	create(t, r)
	r.Pay(t, ref)
	asked, err := r.Gateway.Query(t.Context(), ref)
	want(t, asked, err, payment.Captured)
	h, body := r.Notice(t, ref)
	told, err := r.Gateway.ParseNotice(h, body, r.Clock.Now())
	want(t, told, err, payment.Captured)
	if told != asked {
		t.Errorf("told %+v, asked %+v", told, asked)
	}
}

func forged(t *testing.T, r Rig) {
	create(t, r)
	r.Pay(t, ref)
	h, body := r.Notice(t, ref)
	for i := range body {
		bad := slices.Clone(body)
		bad[i] ^= 1
		if _, err := r.Gateway.ParseNotice(h, bad, r.Clock.Now()); err == nil {
			t.Fatalf("byte %d was changed and nobody noticed", i)
		}
	}
	for name, values := range h {
		without := h.Clone()
		without.Del(name)
		if _, err := r.Gateway.ParseNotice(without, body, r.Clock.Now()); err != nil {
			wantKind(t, err, fault.Forbidden)
		}
		twice := h.Clone()
		twice[name] = append([]string{"t=1,v1=00"}, values...)
		if _, err := r.Gateway.ParseNotice(twice, body, r.Clock.Now()); err != nil {
			wantKind(t, err, fault.Forbidden)
		}
	}
	_, err := r.Gateway.ParseNotice(http.Header{}, body, r.Clock.Now())
	if !errors.Is(err, payment.ErrBadSignature) {
		t.Errorf("without a header: %v", err)
	}
	_, err = r.Gateway.ParseNotice(h, append(slices.Clone(body), '\n'), r.Clock.Now())
	if !errors.Is(err, payment.ErrBadSignature) {
		t.Errorf("with one byte more: %v", err)
	}
}

func old(t *testing.T, r Rig) {
	create(t, r)
	r.Pay(t, ref)
	h, body := r.Notice(t, ref)
	now := r.Clock.Now()
	for _, c := range []struct {
		at    time.Duration
		stale bool
	}{{4 * time.Minute, false}, {-4 * time.Minute, false}, {6 * time.Minute, true}, {-6 * time.Minute, true}, {1 << 62, true}} {
		_, err := r.Gateway.ParseNotice(h, body, now.Add(c.at))
		if errors.Is(err, payment.ErrStale) != c.stale {
			t.Errorf("%v later: %v", c.at, err)
		}
	}
}

func answers(t *testing.T, r Rig) {
	for _, err := range []error{nil, payment.ErrBadSignature, payment.ErrBadNotice, errors.New("the database is away")} {
		w := httptest.NewRecorder()
		r.Gateway.AnswerNotice(w, err)
		if taken := w.Code/100 == 2; taken != (err == nil) {
			t.Errorf("%v is answered with %d", err, w.Code)
		}
	}
}

func refunds(t *testing.T, r Rig) {
	create(t, r)
	r.Pay(t, ref)
	ask := func(number string, fen int64) (payment.RefundStatus, error) {
		return r.Gateway.Refund(t.Context(), payment.RefundOrder{MerchantRef: ref, RefundRef: number, Amount: money.Yuan(fen), Reason: "duplicate"})
	}
	for range 2 { // the second is the same refund
		st, err := ask("mr1", 3000)
		if err != nil || st.RefundRef != "mr1" || st.Amount != money.Yuan(3000) || st.Progress == payment.RefundFailed {
			t.Fatalf("refund %+v, error %v", st, err)
		}
	}
	_, err := ask("mr1", 2999)
	wantKind(t, err, fault.Conflict, fault.Invalid)
	_, err = ask("mr2", 501)
	wantKind(t, err, fault.Conflict, fault.Invalid)
	if _, err := ask("mr2", 500); err != nil {
		t.Errorf("the rest: %v", err)
	}
	st, err := r.Gateway.QueryRefund(t.Context(), ref, "mr1")
	if err != nil || st.Amount != money.Yuan(3000) {
		t.Errorf("asked: %+v, error %v", st, err)
	}
}

func refundUnpaid(t *testing.T, r Rig) {
	create(t, r)
	_, err := r.Gateway.Refund(t.Context(), payment.RefundOrder{MerchantRef: ref, RefundRef: "mr1", Amount: money.Yuan(1), Reason: "other"})
	wantKind(t, err, fault.Conflict)
}
