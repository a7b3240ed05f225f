package giving

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/money"
)

// Limits of what one gift may be.
const (
	MinGiftMinor      = 1 // one fen
	MaxNameRunes      = 60
	MaxMessageRunes   = 140
	paymentLife       = 30 * time.Minute    // to pay a gift that holds no match
	promiseLife       = 30 * 24 * time.Hour // to bring what was promised, when the need has no end
	maxPoolsCampaigns = 1000
)

// Payments is what giving asks of the payment side; package app wires it.
type Payments interface {
	// Begin notes that gifts are to be paid. It is called inside the write that makes them.
	Begin(ctx context.Context, tx *db.Tx, due ...Due) error
}

// Due is a gift that is to be paid through a gateway until ClosesAt.
type Due struct {
	Gift     int64
	Gateway  string
	Amount   money.Amount
	ClosesAt time.Time
}

// Options say how a Service works.
type Options struct {
	Payments Payments
	Gateways []string       // names of the gateways that online gifts may use
	Filing   bool           // public fundraising needs a certificate and a plan that was filed ten days before
	Secret   []byte         // keys the hashes by which caps tell givers apart
	Zone     *time.Location // whose days the daily cap counts; default Asia/Shanghai
}

// Service is giving's one door for whoever reads or changes it.
type Service struct {
	db     *db.DB
	opts   Options
	orders *db.Combiner[order]
}

// New returns a service on d.
func New(d *db.DB, o Options) *Service {
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	s := &Service{db: d, opts: o}
	s.orders = db.Combine(d, s.makeGifts)
	return s
}

// giverKey tells givers apart for the caps without keeping who they are: by e-mail address when one
// is given, else by the browser that the gift came from.
func (s *Service) giverKey(email, device string) string {
	who := "device:" + device
	if email != "" {
		who = "email:" + strings.ToLower(email)
	}
	m := hmac.New(sha256.New, s.opts.Secret)
	m.Write([]byte(who))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// day is the calendar day of t in the network's zone, as caps and reports count it.
func (s *Service) day(t time.Time) string { return t.In(s.opts.Zone).Format(time.DateOnly) }
