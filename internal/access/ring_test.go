package access_test

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

func TestKeyOpensUntilItEnds(t *testing.T) {
	each(t, func(h house) {
		secret, k := h.must(h.till())
		ring := access.NewKeyRing(h.d, nil)
		opens := func(what, want string) {
			h.Helper()
			got, err := ring.ByBearer(h.Context(), "Bearer "+secret)
			wantKey(h, what, err, want)
			if err == nil && (got.ID != k.ID || got.Organisation != here) {
				h.Errorf("%s: key %+v", what, got)
			}
		}
		opens("at once", "")
		wantKey(h, "revoke", h.revoke(h.Context(), k.ID, 0), "")
		h.c.Advance(access.RingAge)
		opens("revoked", "access.key_invalid")

		secret, k = h.must(h.till())
		h.c.Set(k.Expires.Add(-time.Microsecond))
		opens("in its last moment", "")
		h.c.Advance(time.Microsecond)
		opens("expired, while the ring is fresh", "access.key_invalid")
	})
}

// A revocation acts within RingAge, and not by chance at once: that is what keeps the database out of
// every request.
func TestRevocationTakesRingAge(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	secret, k := h.must(h.till())
	one, other := access.NewKeyRing(d, nil), access.NewKeyRing(d, nil)
	try := func(r *access.KeyRing) error {
		_, err := r.ByBearer(t.Context(), "Bearer "+secret)
		return err
	}
	wantKey(t, "one node", try(one), "")
	c.Advance(access.RingAge / 4)
	wantKey(t, "another node", try(other), "")
	wantKey(t, "revoke", h.revoke(t.Context(), k.ID, 0), "")
	wantKey(t, "a ring that was just read", try(other), "")
	c.Advance(access.RingAge)
	wantKey(t, "one node, later", try(one), "access.key_invalid")
	wantKey(t, "another node, later", try(other), "access.key_invalid")
	made, _ := h.must(h.till())
	if _, err := one.ByBearer(t.Context(), "Bearer "+made); err == nil {
		t.Error("a ring that was just read knows a newer key")
	}
	c.Advance(-time.Hour) // a clock that was set back
	_, err := one.ByBearer(t.Context(), "Bearer "+made)
	wantKey(t, "with the clock set back", err, "")
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	secret, _ := h.must(h.till())
	ring := access.NewKeyRing(d, nil)
	// The last of 43 characters holds two bits that mean nothing; only one way of writing them is right.
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	twin := secret[:46] + digits[strings.IndexByte(digits, secret[46])+1:][:1]
	for header, want := range map[string]string{
		"Bearer " + twin:                        "access.key_invalid",
		"Bearer " + secret:                      "",
		"bearer  " + secret + " ":               "",
		"":                                      "access.key_needed",
		"Basic dTpw":                            "access.key_needed",
		secret:                                  "access.key_needed",
		"Bearer":                                "access.key_invalid",
		"Bearer " + secret[4:]:                  "access.key_invalid",
		"Bearer " + secret + "=":                "access.key_invalid",
		"Bearer " + secret[:46] + "!":           "access.key_invalid",
		"Bearer " + secret[:45] + "\r\n":        "access.key_invalid",
		"Bearer mhk_" + strings.Repeat("A", 43): "access.key_invalid",
		"Bearer " + strings.ToUpper(secret):     "access.key_invalid",
	} {
		_, err := ring.ByBearer(t.Context(), header)
		wantKey(t, header, err, want)
		if err != nil && (fault.KindOf(err) != fault.Unauthenticated || strings.Contains(err.Error(), secret[4:20])) {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func TestUseIsNotedToTheHour(t *testing.T) {
	each(t, func(h house) {
		secret, _ := h.must(h.till())
		ring, other := access.NewKeyRing(h.d, nil), access.NewKeyRing(h.d, nil)
		first := h.c.Now()
		for _, x := range []struct {
			after time.Duration
			want  time.Time
		}{{0, first}, {time.Hour - time.Second, first}, {time.Second, first.Add(time.Hour)}} {
			h.c.Advance(x.after)
			for _, r := range []*access.KeyRing{ring, other} {
				_, err := r.ByBearer(h.Context(), "Bearer "+secret)
				wantKey(h, "use", err, "")
			}
			if got := h.keys()[0].LastUsed; !got.Equal(x.want) {
				h.Errorf("after %v: last used %v, want %v", x.after, got, x.want)
			}
		}
	})
}

// Many requests share one ring while it grows old and is read anew.
func TestRingIsShared(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	secret, k := h.must(h.till())
	ring := access.NewKeyRing(d, nil)
	var wg sync.WaitGroup
	var opened atomic.Int64
	for range 8 {
		wg.Go(func() {
			for range 200 {
				got, err := ring.ByBearer(t.Context(), "Bearer "+secret)
				if err != nil || got.ID != k.ID {
					t.Errorf("%v %v", got.ID, err)
					return
				}
				opened.Add(1)
				c.Advance(access.RingAge / 10)
			}
		})
	}
	wg.Wait()
	if opened.Load() != 8*200 {
		t.Errorf("%d of %d requests came in", opened.Load(), 8*200)
	}
}

func FuzzByBearer(f *testing.F) {
	d, c := dbtest.SQLite(f)
	ctx := f.Context()
	h := house{c: c, d: d}
	secret, _, err := h.make(ctx, h.till())
	if err != nil {
		f.Fatal(err)
	}
	ring := access.NewKeyRing(d, nil)
	f.Add("Bearer " + secret)
	f.Add("Bearer mhk_" + base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
	f.Add("Basic dTpw")
	f.Fuzz(func(t *testing.T, header string) {
		_, err := ring.ByBearer(t.Context(), header)
		if proves := strings.EqualFold(strings.Join(strings.Fields(header), " "), "Bearer "+secret) && strings.Contains(header, secret); (err == nil) != proves {
			t.Errorf("%q: %v", header, err)
		}
	})
}

// The keys of an organisation that is suspended open nothing while it is, and open again afterwards.
func TestKeysRestWithTheirOrganisation(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := house{t, d, c}
	secret, _ := h.must(h.till())
	suspended := false
	ring := access.NewKeyRing(d, func(_ context.Context, _ db.Queryer, organisations []int64) ([]int64, error) {
		if !suspended {
			return nil, nil
		}
		return organisations, nil
	})
	for _, step := range []struct {
		suspended bool
		want      string
	}{{false, ""}, {true, "access.key_rests"}, {false, ""}} {
		suspended = step.suspended
		c.Advance(access.RingAge)
		_, err := ring.ByBearer(t.Context(), "Bearer "+secret)
		wantKey(t, "suspended or not", err, step.want)
	}
}
