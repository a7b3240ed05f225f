package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// answer starts a server that always says the same.
func answer(t *testing.T, status int, location, body string) *Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client notices what does not arrive
	}))
	t.Cleanup(srv.Close)
	return New(srv.URL, []byte("sixteen bytes at least"), 1)
}

func TestAnswersAreRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	if token, err := answer(t, 303, "/g/abc_-1/pay", "").Give(ctx, Gift{Campaign: "meals", Minor: 100}); token != "abc_-1" || err != nil {
		t.Errorf("token %q, %v", token, err)
	}
	if id, err := answer(t, 201, "", `{"id":"0000000000010","token":"x"}`).GiveByAPI(ctx, Gift{Campaign: "meals", Minor: 100}); id != 32 || err != nil {
		t.Errorf("id %d, %v", id, err)
	}
	if m, err := answer(t, 201, "", `{"id":"0000000000010","token":"x","match_promised":{"minor":70,"unit":"CNY"}}`).MakeByAPI(ctx, Gift{}); m != (Made{32, "x", 70}) || err != nil {
		t.Errorf("made %+v, %v", m, err)
	}
	if n, err := answer(t, 200, "", "<dd>mh0123456789abc</dd>").Number(ctx, "/w"); n != "mh0123456789abc" || err != nil {
		t.Errorf("number %q, %v", n, err)
	}
	if err := answer(t, 204, "", "").Notify(ctx, "mh1", "p1", 100, time.Now()); err != nil {
		t.Error(err)
	}
}

func TestPaidGiftsAreAnsweredOneByOne(t *testing.T) {
	t.Parallel()
	body := `{"results":[{"key":"a","id":"0000000000010","token":"x","state":"received","match":{"minor":70,"unit":"CNY"}},{"key":"b","error":{"type":"urn:manyhands:fault:giving.campaign_closed","title":"x"}}]}`
	got, err := answer(t, 200, "", body).Record(t.Context(), "key", make([]Paid, 2))
	if err != nil || !slices.Equal(got, []Recorded{{ID: 32, Matched: 70}, {Fault: "giving.campaign_closed"}}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := answer(t, 200, "", body).Record(t.Context(), "key", make([]Paid, 3)); err == nil {
		t.Error("two answers to three gifts were taken")
	}
	if _, err := answer(t, 200, "", `{"results":[{"id":"?"}]}`).Record(t.Context(), "key", make([]Paid, 1)); err == nil {
		t.Error("an id that is none was taken")
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"3": 3 * time.Second, "": 0, "-1": 0, "soon": 0} {
		if got := refused("give", 503, http.Header{"Retry-After": {text}}); got.After != want {
			t.Errorf("%q: %v", text, got.After)
		}
	}
}

func TestOtherAnswersAreRefusals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, do := range map[string]func() error{
		"busy":      func() error { _, err := answer(t, 503, "", "").Give(ctx, Gift{}); return err },
		"elsewhere": func() error { _, err := answer(t, 303, "/campaigns", "").Give(ctx, Gift{}); return err },
		"conflict":  func() error { _, err := answer(t, 409, "", "{}").GiveByAPI(ctx, Gift{}); return err },
		"forbidden": func() error { return answer(t, 403, "", "").Notify(ctx, "mh1", "p1", 1, time.Now()) },
	} {
		if _, ok := errors.AsType[*Refused](do()); !ok {
			t.Errorf("%s is no refusal", name)
		}
	}
	if _, err := answer(t, 200, "", "no number").Number(ctx, "/w"); !errors.Is(err, ErrNoNumber) {
		t.Errorf("a page without a number: %v", err)
	}
	s := answer(t, 200, "", "")
	s.base = "http://127.0.0.1:1"
	err := s.Notify(ctx, "mh1", "p1", 1, time.Now())
	if _, ok := errors.AsType[*Refused](err); ok || !errors.Is(err, ErrNoAnswer) {
		t.Errorf("no answer at all: %v", err)
	}
}
