package givingapi

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/web"
)

// door is one operation behind a key, and all that is logged.
type door struct {
	t   *testing.T
	d   *db.DB
	c   *clock.Sim
	h   http.Handler
	api huma.API
	log *bytes.Buffer
}

const keyHolder = 7 // the organisation that the door's operation is about

// newDoor builds a door like any other of the interface: it answers with who came in, if they come for
// the keyHolder.
func newDoor(t *testing.T) *door {
	t.Helper()
	d, c := dbtest.SQLite(t)
	o := &door{t: t, d: d, c: c, log: &bytes.Buffer{}}
	opt := web.Options{Log: slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Bundle: i18ntest.Bundle(t, access.Texts), Timeout: time.Minute}
	a := &api{Deps: Deps{DB: d, Log: opt.Log}, keys: access.NewKeyRing(d, nil)}
	inner := http.NewServeMux()
	o.api = humago.NewWithPrefix(inner, Prefix, settings(""))
	op := huma.Operation{OperationID: "record", Method: http.MethodPost, Path: "/gifts"}
	a.requireKey(o.api, &op, access.GiftRecord)
	huma.Register(o.api, op, func(ctx context.Context, _ *struct{ Body struct{ N int } }) (*struct{ Body string }, error) {
		if err := access.CheckFor(ctx, access.GiftRecord, keyHolder); err != nil {
			return nil, a.problem(ctx, err)
		}
		who, _ := access.From(ctx)
		return &struct{ Body string }{who.Name}, nil
	})
	m := web.NewMux(opt)
	m.HandleRaw(Prefix+"/", inner)
	o.h = web.Chain(m, opt)
	return o
}

func (o *door) key(organisation int64) (secret string, k access.Key) {
	o.t.Helper()
	err := o.d.Write(o.t.Context(), func(tx *db.Tx) (err error) {
		secret, k, err = access.NewKey(o.t.Context(), tx, access.KeyInput{Name: "Till", Organisation: organisation,
			Permissions: access.KeyPermissions(), Expires: tx.Now().AddDate(0, 6, 0)})
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return secret, k
}

func (o *door) knock(authorization, lang string) *httptest.ResponseRecorder {
	req := httptest.NewRequest("POST", Prefix+"/gifts", strings.NewReader(`{"N":1}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", lang)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	rec := httptest.NewRecorder()
	o.h.ServeHTTP(rec, req)
	return rec
}

// refused knocks, and wants a problem of that status, key and title with that challenge.
func (o *door) refused(authorization, lang string, status int, key, title, challenge string) {
	o.t.Helper()
	rec := o.knock(authorization, lang)
	var p web.Problem
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
		o.t.Fatalf("%v: %s", err, rec.Body)
	}
	if rec.Code != status || p.Status != status || p.Type != "urn:manyhands:fault:"+key || p.Title != title || p.Detail == "" {
		o.t.Errorf("%d %+v, want %d %s %q", rec.Code, p, status, key, title)
	}
	if got := rec.Header().Get("WWW-Authenticate"); got != challenge {
		o.t.Errorf("%s: challenge %q, want %q", key, got, challenge)
	}
	if got := rec.Header().Get("Content-Type"); got != problemType {
		o.t.Errorf("%s: content type %q", key, got)
	}
}

const (
	bare    = `Bearer realm="manyhands"`
	invalid = bare + `, error="invalid_token"`
)

func TestOnlyAKeyOpens(t *testing.T) {
	t.Parallel()
	o := newDoor(t)
	own, k := o.key(keyHolder)
	network, _ := o.key(access.Network)
	other, _ := o.key(keyHolder + 1)
	for _, secret := range []string{own, network} {
		if rec := o.knock("Bearer "+secret, "en"); rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != `"Till"` {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	}
	if rec := o.knock("Bearer "+other, "en"); rec.Code != 403 {
		t.Errorf("another organisation's key: %d %s", rec.Code, rec.Body)
	}
	unknown := "Bearer mhk_" + strings.Repeat("A", 43)
	o.refused("", "en", 401, "access.key_needed", "A key is needed", bare)
	o.refused("", "zh-CN", 401, "access.key_needed", "需要密钥", bare)
	o.refused("Basic dTpw", "en", 401, "access.key_needed", "A key is needed", bare)
	o.refused(unknown, "en", 401, "access.key_invalid", "A key is needed", invalid)
	o.refused(unknown, "zh-CN", 401, "access.key_invalid", "需要密钥", invalid)
	o.refused(unknown+"!", "en", 401, "access.key_invalid", "A key is needed", invalid)

	err := o.d.Write(t.Context(), func(tx *db.Tx) error { return access.RevokeKey(t.Context(), tx, k.ID, 0) })
	if err != nil {
		t.Fatal(err)
	}
	o.c.Advance(access.RingAge)
	o.refused("Bearer "+own, "en", 401, "access.key_invalid", "A key is needed", invalid)
	if rec := o.knock("Bearer "+network, "en"); rec.Code != 200 {
		t.Errorf("the other key ended too: %d", rec.Code)
	}
	o.c.Set(k.Expires)
	o.refused("Bearer "+network, "en", 401, "access.key_invalid", "A key is needed", invalid)
}

// An operation for which no key was made refuses even a good one, and says what it lacks.
func TestKeyForSomethingElse(t *testing.T) {
	t.Parallel()
	o := newDoor(t)
	secret, _ := o.key(access.Network)
	a := &api{Deps: Deps{DB: o.d, Log: slog.New(slog.DiscardHandler)}, keys: access.NewKeyRing(o.d, nil)}
	op := huma.Operation{OperationID: "pay", Method: http.MethodPost, Path: "/payouts"}
	a.requireKey(o.api, &op, access.PayoutPay)
	huma.Register(o.api, op, func(context.Context, *struct{}) (*struct{}, error) {
		t.Error("a till made a payout")
		return nil, nil
	})
	req := httptest.NewRequest("POST", Prefix+"/payouts", nil)
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Accept-Language", "en")
	rec := httptest.NewRecorder()
	o.h.ServeHTTP(rec, req)
	if !strings.Contains(rec.Body.String(), "Not with this key") {
		t.Errorf("the problem is %s", rec.Body)
	}
	if got := rec.Header().Get("WWW-Authenticate"); rec.Code != 403 || got != bare+`, error="insufficient_scope", scope="payout.pay"` {
		t.Errorf("%d %q %s", rec.Code, got, rec.Body)
	}
}

// Whatever becomes of a request, the key in it is neither logged nor repeated.
func TestKeyIsNeverLogged(t *testing.T) {
	t.Parallel()
	o := newDoor(t)
	secret, _ := o.key(access.Network)
	wrong := "mhk_" + strings.Repeat("B", 43)
	answers := ""
	for _, h := range []string{"Bearer " + secret, "Bearer " + wrong, "Basic " + secret, secret, "Bearer " + secret + "\n"} {
		answers += o.knock(h, "en").Body.String()
	}
	o.c.Advance(access.RingAge) // the ring must be read anew, and cannot be
	err := o.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), "DROP TABLE access_key")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rec := o.knock("Bearer "+secret, "en")
	if rec.Code != 500 || rec.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("without the table: %d %v", rec.Code, rec.Header())
	}
	answers += rec.Body.String()
	if !strings.Contains(o.log.String(), "request failed") {
		t.Fatalf("nothing was logged: %s", o.log)
	}
	for _, s := range []string{secret[4:], wrong[4:]} {
		if strings.Contains(o.log.String(), s) || strings.Contains(answers, s) {
			t.Errorf("a key is in the log or in an answer:\n%s\n%s", o.log, answers)
		}
	}
}

// The description says which operations need a key.
func TestDescriptionOfKeys(t *testing.T) {
	t.Parallel()
	o := newDoor(t)
	b, err := json.Marshal(o.api.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"security":[{"key":["gift.record"]}]`, `"securitySchemes":{"key":{`, `"scheme":"bearer"`, `"401":`, `"403":`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the description lacks %s:\n%s", want, b)
		}
	}
}
