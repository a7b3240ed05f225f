package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// HTTPSMS hands short messages to a program of the operator's, which speaks to whatever provider there
// is: it posts {"to", "lang", "template", "params", "text"} as JSON, with a bearer token, and takes any
// 2xx for an answer. It follows no redirect, so that a number never travels on to somebody else.
type HTTPSMS struct {
	URL    string
	Token  string       // never logged; "" for none
	Client *http.Client // nil: one with a timeout of 10 seconds
}

// DeliverSMS posts the message. Its error says the step or the status, never what was posted.
func (h HTTPSMS) DeliverSMS(ctx context.Context, m SMS) error {
	body, err := json.Marshal(struct {
		To       string            `json:"to"`
		Lang     string            `json:"lang"`
		Template Template          `json:"template"`
		Params   map[string]string `json:"params"`
		Text     string            `json:"text"`
	}{m.To, m.Lang, m.Template, m.Params, m.Text})
	if err != nil {
		return fmt.Errorf("notify: encode a short message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("notify: the address of the SMS program is not one")
	}
	req.Header.Set("Content-Type", "application/json")
	if h.Token != "" {
		req.Header.Set("Authorization", "Bearer "+h.Token)
	}
	client := *cmp.Or(h.Client, &http.Client{Timeout: 10 * time.Second})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the address may hold a secret
		}
		return fmt.Errorf("notify: reach the SMS program: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("notify: the SMS program answered %d", res.StatusCode)
	}
	return nil
}
