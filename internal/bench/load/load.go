// Package load plays the other side of a running server over HTTP: givers who fill in the form, and
// the sandbox gateway that calls back. Measurements and crash tests drive the server through it.
//
// It knows the server by its addresses alone, as a browser and a gateway do, and must not reach into
// its database. It never repeats a request by itself: what was not answered is the caller's to judge.
package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
)

// Refused is an answer other than the one that was hoped for.
type Refused struct {
	What   string // which step
	Status int
	After  time.Duration // what Retry-After asks for; 0 where it asks for nothing
}

// Error names the step and the status.
func (r *Refused) Error() string { return fmt.Sprintf("load: %s was answered %d", r.What, r.Status) }

func refused(what string, status int, head http.Header) *Refused {
	r := &Refused{What: what, Status: status}
	if seconds, err := strconv.Atoi(head.Get("Retry-After")); err == nil && seconds > 0 {
		r.After = time.Duration(seconds) * time.Second
	}
	return r
}

// ErrNoNumber says that the wallet's page does not show the order's number.
var ErrNoNumber = errors.New("load: no order number on the wallet's page")

// ErrNoAnswer says that nothing, or not all, came back: whether the request was carried out is not known.
var ErrNoAnswer = errors.New("load: no answer")

// Server is a server as seen from outside. It is safe for use by many goroutines.
type Server struct {
	base   string
	secret []byte
	client *http.Client
}

// answerLimit is how long an answer may take.
const answerLimit = 20 * time.Second

// New returns the server at base ("http://127.0.0.1:8080"), which signs its callbacks with secret.
// conns is how many requests are sent at once; their connections are kept.
func New(base string, secret []byte, conns int) *Server {
	t := &http.Transport{MaxIdleConns: conns, MaxIdleConnsPerHost: conns, DialContext: (&net.Dialer{}).DialContext, DisableCompression: true}
	return &Server{base: base, secret: secret, client: &http.Client{Transport: t, Timeout: answerLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Close ends the connections that are kept.
func (s *Server) Close() { s.client.CloseIdleConnections() }

// Gift is what a giver fills in.
type Gift struct {
	Campaign string // slug
	Minor    int64  // fen
	Key      string // of the form, or of the request: then 16 to 128 characters. The same again is the same gift
	Email    string // "": none
	From     string // the giver's address as the proxy saw it, so that givers are not taken for one
}

// Give sends the form and returns the gift's token.
func (s *Server) Give(ctx context.Context, g Gift) (token string, err error) {
	form := url.Values{"amount": {money.Yuan(g.Minor).Decimal()}, "method": {sandbox.Name}, "visibility": {"public"}, "form_key": {g.Key}}
	if g.Email != "" {
		form.Set("email", g.Email)
	}
	to, err := s.redirect(ctx, "give", "/campaigns/"+g.Campaign+"/give", form, g.From)
	if err != nil {
		return "", err
	}
	token, ok := strings.CutSuffix(strings.TrimPrefix(to, "/g/"), "/pay")
	if !ok {
		return "", &Refused{What: "give", Status: http.StatusSeeOther}
	}
	return token, nil
}

// Checkout leads the giver on to the wallet and returns the wallet's path.
func (s *Server) Checkout(ctx context.Context, token string) (wallet string, err error) {
	return s.redirect(ctx, "checkout", "/g/"+token+"/pay", url.Values{}, "")
}

var number = regexp.MustCompile(`\bmh[0-9a-z]{13}\b`)

// Number reads the order's number from the wallet's page.
func (s *Server) Number(ctx context.Context, wallet string) (merchantRef string, err error) {
	_, body, err := s.Get(ctx, wallet, "")
	if err != nil {
		return "", err
	}
	if merchantRef = string(number.Find(body)); merchantRef == "" {
		return "", ErrNoNumber
	}
	return merchantRef, nil
}

// Notify posts the gateway's signed notice that an order was paid. nil means that the server has
// taken it.
func (s *Server) Notify(ctx context.Context, merchantRef, providerRef string, minor int64, at time.Time) error {
	header, body, err := sandbox.Sign(s.secret, payment.Status{MerchantRef: merchantRef, ProviderRef: providerRef,
		Amount: money.Yuan(minor), State: payment.Captured, PaidAt: at}, at)
	if err != nil {
		return err
	}
	status, head, _, err := s.do(ctx, http.MethodPost, payment.NotifyPath(sandbox.Name), header, body)
	if err == nil && status != http.StatusNoContent {
		err = refused("notify", status, head)
	}
	return err
}

// Get opens a page. encoding is what the browser accepts: "gzip", or "" for none. The body is as it
// came, compressed or not.
func (s *Server) Get(ctx context.Context, path, encoding string) (http.Header, []byte, error) {
	header := http.Header{"Accept": {"text/html"}, "Accept-Language": {"zh-CN"}}
	if encoding != "" {
		header.Set("Accept-Encoding", encoding)
	}
	status, head, body, err := s.do(ctx, http.MethodGet, path, header, nil)
	if err == nil && status != http.StatusOK {
		err = refused("get", status, head)
	}
	return head, body, err
}

// redirect posts a form and returns the local path to which the answer leads.
func (s *Server) redirect(ctx context.Context, what, path string, form url.Values, from string) (string, error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"text/html"}}
	if from != "" {
		header.Set("X-Forwarded-For", from)
	}
	status, head, _, err := s.do(ctx, http.MethodPost, path, header, []byte(form.Encode()))
	if err == nil && status != http.StatusSeeOther {
		err = refused(what, status, head)
	}
	if err != nil {
		return "", err
	}
	return head.Get("Location"), nil
}

// do sends one request and reads its answer to the end.
func (s *Server) do(ctx context.Context, method, path string, header http.Header, body []byte) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("load: %w", err)
	}
	req.Header = header
	req.GetBody = nil // net/http must not send it a second time by itself
	res, err := s.client.Do(req)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	answer, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return 0, nil, nil, fmt.Errorf("%w: it broke off: %w", ErrNoAnswer, err)
	}
	return res.StatusCode, res.Header, answer, nil
}

// Address returns the n-th giver's address, from the block that is kept for documentation and tests.
func Address(n int) string { return fmt.Sprintf("2001:db8:%x:%x::1", n>>16&0xffff, n&0xffff) }
