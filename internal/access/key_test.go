package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/fault"
)

// house is a database with keys in it.
type house struct {
	*testing.T
	d *db.DB
	c *clock.Sim
}

func each(t *testing.T, test func(h house)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) { test(house{t, d, c}) })
}

const here, there = 7, 8

// till is a key for one organisation's campaigns, for a month.
func (h house) till() access.KeyInput {
	return access.KeyInput{Name: "Old Street till", Organisation: here, Permissions: access.KeyPermissions(),
		Expires: h.c.Now().AddDate(0, 1, 0)}
}

func (h house) make(ctx context.Context, in access.KeyInput) (secret string, k access.Key, err error) {
	err = h.d.Write(ctx, func(tx *db.Tx) (err error) {
		secret, k, err = access.NewKey(ctx, tx, in)
		return err
	})
	return secret, k, err
}

func (h house) must(in access.KeyInput) (string, access.Key) {
	h.Helper()
	secret, k, err := h.make(h.Context(), in)
	if err != nil {
		h.Fatal(err)
	}
	return secret, k
}

func (h house) revoke(ctx context.Context, id, by int64) error {
	return h.d.Write(ctx, func(tx *db.Tx) error { return access.RevokeKey(ctx, tx, id, by) })
}

func (h house) keys() (keys []access.Key) {
	h.Helper()
	err := h.d.Read(h.Context(), func(q *db.Reader) (err error) {
		keys, err = access.Keys(h.Context(), q, h.c.Now())
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return keys
}

// wantKey fails unless err is a fault of that key; "" stands for no error.
func wantKey(t testing.TB, what string, err error, key string) {
	t.Helper()
	e, _ := errors.AsType[*fault.Error](err)
	if (err == nil) != (key == "") || e != nil && e.Key != key || e == nil && err != nil {
		t.Errorf("%s: %v, want %q", what, err, key)
	}
}

func TestKeyIsMadeKeptAndRevoked(t *testing.T) {
	each(t, func(h house) {
		secret, k := h.must(h.till())
		if !strings.HasPrefix(secret, "mhk_") || len(secret) != 47 {
			h.Errorf("the secret has %d characters and begins with %.4s", len(secret), secret)
		}
		other := h.till()
		other.Organisation = there
		again, _ := h.must(other)
		if again == secret {
			h.Error("two keys have one secret")
		}
		keys := h.keys()
		if len(keys) != 2 || keys[1].ID != k.ID || keys[1].Name != "Old Street till" || !slices.Equal(keys[1].Permissions, k.Permissions) ||
			!keys[1].Expires.Equal(k.Expires) || !keys[1].InForce(h.c.Now()) || !keys[1].LastUsed.IsZero() {
			h.Errorf("keys %+v", keys)
		}
		h.c.Advance(time.Minute)
		wantKey(h, "revoke", h.revoke(h.Context(), k.ID, 0), "")
		wantKey(h, "revoke again", h.revoke(h.Context(), k.ID, 0), "access.key_ended")
		wantKey(h, "revoke nothing", h.revoke(h.Context(), 5, 0), "access.key_missing")
		if keys = h.keys(); len(keys) != 2 || keys[1].ID != k.ID || !keys[1].Revoked.Equal(h.c.Now()) || keys[1].InForce(h.c.Now()) {
			h.Errorf("the revoked key is not last, or not revoked: %+v", keys)
		}
		h.diary(k.ID, secret)
	})
}

// diary checks that both things are in the diary, and that it tells neither name nor secret.
func (h house) diary(key int64, secret string) {
	h.Helper()
	err := h.d.Read(h.Context(), func(q *db.Reader) error {
		about, err := event.About(h.Context(), q, key, 10)
		if len(about) != 2 || about[0].Kind != "key.revoked" || about[1].Kind != "key.made" {
			h.Errorf("events %+v", about)
		}
		for _, e := range about {
			if s := string(e.Data); strings.Contains(s, "Street") || strings.Contains(s, secret) || !strings.Contains(s, "gift.record") {
				h.Errorf("the diary tells %s", s)
			}
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
}

func TestKeyRefuses(t *testing.T) {
	each(t, func(h house) {
		h.must(h.till())
		coordinator := as(h.T, access.Grant{Role: access.Coordinator, Organisation: here})
		for _, x := range []struct {
			name string
			ctx  context.Context
			in   func(in *access.KeyInput)
			want string
		}{
			{"the same name there", h.Context(), func(*access.KeyInput) {}, "access.key_named"},
			{"by a guest", h.Context(), func(in *access.KeyInput) { in.MadeBy, in.Name = 1, "b" }, "access.sign_in"},
			{"by a treasurer", as(h.T, access.Grant{Role: access.Treasurer}), func(in *access.KeyInput) { in.MadeBy, in.Name = 1, "b" }, "access.denied"},
			{"for another organisation", coordinator, func(in *access.KeyInput) { in.MadeBy, in.Organisation = 1, there }, "access.denied"},
			{"for the whole network", coordinator, func(in *access.KeyInput) { in.MadeBy, in.Organisation = 1, access.Network }, "access.denied"},
			{"for one's own", coordinator, func(in *access.KeyInput) { in.MadeBy, in.Name = 1, "b" }, ""},
			{"a year", h.Context(), func(in *access.KeyInput) { in.Name, in.Expires = "c", h.c.Now().AddDate(1, 0, 1) }, ""},
		} {
			in := h.till()
			x.in(&in)
			_, _, err := h.make(x.ctx, in)
			wantKey(h, x.name, err, x.want)
		}
		for field, change := range map[string]func(in *access.KeyInput){
			"name: form.required":              func(in *access.KeyInput) { in.Name = " \n" },
			"name: form.too_long":              func(in *access.KeyInput) { in.Name = strings.Repeat("长", 61) },
			"name: form.encoding":              func(in *access.KeyInput) { in.Name = "a\x00b" },
			"permissions: form.choice":         func(in *access.KeyInput) { in.Permissions = []access.Permission{access.PayoutApprove} },
			"expires: access.key_expires_past": func(in *access.KeyInput) { in.Expires = h.c.Now() },
			"expires: access.key_expires_late": func(in *access.KeyInput) { in.Expires = h.c.Now().AddDate(1, 0, 1).Add(time.Second) },
		} {
			in := h.till()
			change(&in)
			if _, _, err := h.make(h.Context(), in); err == nil || err.Error() != "invalid: "+field {
				h.Errorf("%v, want %s", err, field)
			}
		}
	})
}

func TestWhoRevokesKeys(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	_, k := h.must(h.till())
	wantKey(t, "another organisation's", h.revoke(as(t, access.Grant{Role: access.Coordinator, Organisation: there}), k.ID, 1), "access.denied")
	wantKey(t, "one's own", h.revoke(as(t, access.Grant{Role: access.Coordinator, Organisation: here}), k.ID, 1), "")
	_, k = h.must(h.till())
	c.Set(k.Expires)
	wantKey(t, "an expired one", h.revoke(t.Context(), k.ID, 0), "access.key_ended")
	h.must(h.till()) // the name is free again
}

func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	in := h.till()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range access.MostKeys {
			in.Name = fmt.Sprint("till ", i)
			if _, _, err := access.NewKey(t.Context(), tx, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in.Name = "one more"
	_, _, err = h.make(t.Context(), in)
	wantKey(t, "one key too many", err, "access.too_many_keys")
}

// What a key may do depends on its permissions and on whose campaigns it is for, as with a role.
func TestWhatAKeyMayDo(t *testing.T) {
	t.Parallel()
	record := []access.Permission{access.GiftRecord}
	under := func(k access.Key) context.Context { return access.With(t.Context(), k.Actor()) }
	local, whole := under(access.Key{Organisation: here, Permissions: record}), under(access.Key{Permissions: record})
	wantKey(t, "its own", access.CheckFor(local, access.GiftRecord, here), "")
	wantKey(t, "anywhere", access.Check(local, access.GiftRecord), "")
	wantKey(t, "another's", access.CheckFor(local, access.GiftRecord, there), "access.key_denied")
	wantKey(t, "the network's", access.CheckFor(local, access.GiftRecord, access.Network), "access.key_denied")
	wantKey(t, "a key of the network", access.CheckFor(whole, access.GiftRecord, there), "")
	wantKey(t, "something else", access.Check(whole, access.DeskSee), "access.key_denied")
	if access.PersonID(whole) != 0 {
		t.Error("a program is a person")
	}
	for _, r := range access.Roles() {
		if access.Allowed(as(t, access.Grant{Role: r}), access.GiftRecord) {
			t.Errorf("%s records gifts that were paid elsewhere, without a key", r)
		}
	}
}
