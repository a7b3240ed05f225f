package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
)

// Header carries a notice's signature: "t=<unix seconds>,v1=<hex HMAC-SHA256 of t.body>".
const Header = "Sandbox-Signature"

// tolerance is how far a notice's time may lie from ours, either way.
const tolerance = 5 * time.Minute

// notice is the JSON body of a notice.
type notice struct {
	MerchantRef string        `json:"merchant_ref"`
	ProviderRef string        `json:"provider_ref"`
	AmountMinor int64         `json:"amount_minor"`
	Unit        string        `json:"unit"`
	State       payment.State `json:"state"`
	PaidAt      int64         `json:"paid_at"` // microseconds since 1970, 0 for not paid
}

// Sign returns a notice about st as the sandbox posts it at the given moment: for whoever plays the
// gateway from outside, such as the load generator, the sample network and tests.
func Sign(secret []byte, st payment.Status, at time.Time) (http.Header, []byte, error) {
	n := notice{MerchantRef: st.MerchantRef, ProviderRef: st.ProviderRef, AmountMinor: st.Amount.Minor,
		Unit: string(st.Amount.Unit), State: st.State}
	if !st.PaidAt.IsZero() {
		n.PaidAt = clock.Micros(st.PaidAt)
	}
	body, err := json.Marshal(n)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox: write a notice: %w", err)
	}
	return http.Header{"Content-Type": {"application/json"}, Header: {sign(secret, body, at)}}, body, nil
}

// sign returns the signature header of body at t.
func sign(secret, body []byte, t time.Time) string {
	at := strconv.FormatInt(t.Unix(), 10)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac(secret, body, at))
}

func mac(secret, body []byte, at string) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(at))
	m.Write([]byte{'.'})
	m.Write(body)
	return m.Sum(nil)
}

// ParseNotice reads a notice; see payment.Gateway. The signature is checked over the raw bytes
// before anything in them is looked at.
func (g *Gateway) ParseNotice(header http.Header, rawBody []byte, now time.Time) (payment.Status, error) {
	at, sum, ok := splitSignature(header.Values(Header))
	if !ok || !hmac.Equal(sum, mac(g.opts.Secret, rawBody, at)) {
		return payment.Status{}, payment.ErrBadSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return payment.Status{}, payment.ErrBadSignature
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return payment.Status{}, payment.ErrStale
	}
	var n notice
	if err := json.Unmarshal(rawBody, &n); err != nil {
		return payment.Status{}, fault.Wrap(err, payment.ErrBadNotice.Kind, payment.ErrBadNotice.Key)
	}
	if n.MerchantRef == "" || n.ProviderRef == "" || !known(n.State) {
		return payment.Status{}, payment.ErrBadNotice
	}
	return payment.Status{MerchantRef: n.MerchantRef, ProviderRef: n.ProviderRef, State: n.State,
		Amount: money.Amount{Minor: n.AmountMinor, Unit: money.Unit(n.Unit)}, PaidAt: clock.Time(n.PaidAt)}, nil
}

func known(s payment.State) bool {
	return s == payment.Pending || s == payment.Captured || s == payment.Failed
}

// splitSignature takes the header apart; there must be exactly one, of exactly two parts.
func splitSignature(values []string) (at string, sum []byte, ok bool) {
	if len(values) != 1 {
		return "", nil, false
	}
	t, v, ok := strings.Cut(values[0], ",")
	if !ok {
		return "", nil, false
	}
	at, isTime := strings.CutPrefix(t, "t=")
	code, isSum := strings.CutPrefix(v, "v1=")
	sum, err := hex.DecodeString(code)
	return at, sum, isTime && isSum && err == nil && len(sum) == sha256.Size
}

// AnswerNotice says 204 to what was taken, 403 and 400 to what was wrong in itself, and else 503.
// Whatever is not 2xx comes again.
func (g *Gateway) AnswerNotice(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	switch {
	case err == nil:
		status = http.StatusNoContent
	case fault.KindOf(err) == fault.Forbidden:
		status = http.StatusForbidden
	case fault.KindOf(err) == fault.Invalid:
		status = http.StatusBadRequest
	}
	w.WriteHeader(status)
}
