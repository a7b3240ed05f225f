package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/giving/givingweb/pdf"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
)

// answerLimit is how long one answer may take.
const answerLimit = 20 * time.Second

// client is a browser without script, which keeps its cookies.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &client{base: base, http: &http.Client{Jar: jar, Timeout: answerLimit, Transport: &http.Transport{MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// post sends a form and returns where the answer leads.
func (c *client) post(ctx context.Context, path string, form url.Values) (location string, err error) {
	status, head, body, err := c.do(ctx, http.MethodPost, path, browsing, strings.NewReader(form.Encode()))
	if err == nil && status != http.StatusSeeOther {
		err = refusal("POST "+path, status, head, body)
	}
	return head.Get("Location"), err
}

func (c *client) get(ctx context.Context, path string) ([]byte, error) {
	status, head, body, err := c.do(ctx, http.MethodGet, path, browsing, nil)
	if err == nil && status != http.StatusOK {
		err = refusal("GET "+path, status, head, body)
	}
	return body, err
}

// notice posts what a gateway has signed.
func (c *client) notice(ctx context.Context, header http.Header, body []byte) error {
	status, _, _, err := c.do(ctx, http.MethodPost, payment.NotifyPath(sandbox.Name), header, bytes.NewReader(body))
	if err == nil && status != http.StatusNoContent {
		err = &load.Refused{What: "notice", Status: status}
	}
	return err
}

var browsing = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"text/html"}}

func (c *client) do(ctx context.Context, method, path string, header http.Header, body io.Reader) (int, http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return 0, nil, nil, err
	}
	req.GetBody = nil // net/http must not send it a second time by itself
	req.Header = header.Clone()
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("no answer: %w", err)
	}
	answer, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return 0, nil, nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return res.StatusCode, res.Header, answer, nil
}

// refusal returns the error for a status that was not hoped for. A page that fails must say something,
// and when to ask again.
func refusal(what string, status int, head http.Header, body []byte) error {
	switch {
	case status >= http.StatusInternalServerError && len(body) == 0:
		return fmt.Errorf("%w: %s: %d without a word", errBroken, what, status)
	case status == http.StatusServiceUnavailable && head.Get("Retry-After") == "":
		return fmt.Errorf("%w: %s: 503 without Retry-After", errBroken, what)
	}
	return &load.Refused{What: what, Status: status}
}

// shown is a gift as its private link shows it to a program.
type shown struct {
	ID            string    `json:"id"`
	State         string    `json:"state"`
	Amount        fen       `json:"amount"`
	Refunded      fen       `json:"refunded"`
	MatchPromised fen       `json:"match_promised"`
	Matched       fen       `json:"matched"`
	PromiseEndsAt time.Time `json:"promise_ends_at"`
}

type fen struct {
	Minor int64 `json:"minor"`
}

// gift reads what is said about a gift.
func (c *client) gift(ctx context.Context, token string) (s shown, err error) {
	body, err := c.get(ctx, "/api/v1/gifts/"+token)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(body, &s)
}

// trail reads what a gift became, and adds it up: gift and match are what was paid, what waits and
// what went back.
func (c *client) trail(ctx context.Context, token string) error {
	body, err := c.get(ctx, "/api/v1/gifts/"+token+"/trail")
	if err != nil {
		return err
	}
	var t struct {
		Gift  shown `json:"gift"`
		Lines []struct {
			Own   fen `json:"own"`
			Match fen `json:"match"`
		} `json:"lines"`
		Waiting  fen `json:"waiting"`
		Returned fen `json:"returned"`
	}
	if err := json.Unmarshal(body, &t); err != nil {
		return err
	}
	left := t.Gift.Amount.Minor + t.Gift.Matched.Minor - t.Waiting.Minor - t.Returned.Minor
	for _, l := range t.Lines {
		left -= l.Own.Minor + l.Match.Minor
	}
	if left != 0 {
		return fmt.Errorf("%w: the parts of a gift are %d fen short of it: %s", errBroken, left, body)
	}
	return nil
}

// acknowledged reads a received gift's page and its acknowledgement, which must name gift and sum.
func (c *client) acknowledged(ctx context.Context, a *act) error {
	if _, err := c.get(ctx, "/g/"+a.token); err != nil {
		return err
	}
	page, err := c.get(ctx, "/g/"+a.token+"/acknowledgement")
	if err != nil {
		return err
	}
	for _, want := range []string{clock.FormatID(a.id), "人民币" + pdf.Capitals(a.gift.Minor)} {
		if !bytes.Contains(page, []byte(want)) {
			return fmt.Errorf("%w: the acknowledgement does not say %s", errBroken, want)
		}
	}
	_, err = c.get(ctx, "/g/"+a.token+"/acknowledgement.pdf")
	return err
}

// books adds up the public books of all funds.
func (c *client) books(ctx context.Context) (told ways, err error) {
	if _, err := c.get(ctx, "/books"); err != nil {
		return told, err
	}
	body, err := c.get(ctx, "/api/v1/books")
	if err != nil {
		return told, err
	}
	var b struct {
		Books []struct {
			In   fen `json:"in"`
			Out  fen `json:"out"`
			Held fen `json:"held"`
		} `json:"books"`
	}
	err = json.Unmarshal(body, &b)
	for _, f := range b.Books {
		told = ways{told.in + f.In.Minor, told.out + f.Out.Minor, told.asked + f.Held.Minor}
	}
	return told, err
}

// status returns the status of a refusal, 0 for anything else.
func status(err error) int {
	if r, ok := errors.AsType[*load.Refused](err); ok {
		return r.Status
	}
	return 0
}

// idAt reads an id out of an address that the server has sent.
func idAt(location, prefix string) (int64, error) {
	text, ok := strings.CutPrefix(location, prefix)
	if !ok {
		return 0, fmt.Errorf("the answer leads to %s, not below %s", location, prefix)
	}
	return clock.ParseID(text)
}
