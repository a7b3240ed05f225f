package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
	if n, err := answer(t, 200, "", "<dd>mh0123456789abc</dd>").Number(ctx, "/w"); n != "mh0123456789abc" || err != nil {
		t.Errorf("number %q, %v", n, err)
	}
	if err := answer(t, 204, "", "").Notify(ctx, "mh1", "p1", 100, time.Now()); err != nil {
		t.Error(err)
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
	if _, ok := errors.AsType[*Refused](s.Notify(ctx, "mh1", "p1", 1, time.Now())); ok {
		t.Error("no answer counts as a refusal")
	}
}
