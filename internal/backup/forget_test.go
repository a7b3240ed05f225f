package backup

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// sealedThing keeps a word sealed under the key of subject 1 where a backup takes it along.
func sealedThing(t *testing.T, d *db.DB, s vault.Source) {
	t.Helper()
	v := openVault(t, d, s)
	ctx := context.Background()
	var sealed []byte
	err := d.Write(ctx, func(tx *db.Tx) error {
		if err := v.Make(ctx, tx, 1); err != nil {
			return err
		}
		if err := v.Make(ctx, tx, 2); err != nil {
			return err
		}
		b, err := v.Box(ctx, tx, 1)
		if err != nil {
			return err
		}
		sealed, err = b.Seal("name", []byte("word"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, d, "INSERT INTO setting (name, value, changed_at) VALUES ('sealed', $1, 0)", hex.EncodeToString(sealed))
}

func openVault(t *testing.T, d *db.DB, s vault.Source) *vault.Vault {
	t.Helper()
	v, err := vault.Open(context.Background(), d, vault.Options{Source: s, Make: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// unsealed returns what opens in a database that was restored.
func unsealed(t *testing.T, d *db.DB, s vault.Source) (string, error) {
	t.Helper()
	v := openVault(t, d, s)
	ctx, text, plain := context.Background(), "", []byte(nil)
	err := d.Read(ctx, func(r *db.Reader) error {
		if err := r.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = 'sealed'").Scan(&text); err != nil {
			return err
		}
		sealed, err := hex.DecodeString(text)
		if err != nil {
			return err
		}
		b, err := v.Box(ctx, r, 1)
		if err != nil {
			return err
		}
		plain, err = b.Open("name", sealed)
		return err
	})
	return string(plain), err
}

func destroy(t *testing.T, d *db.DB, s vault.Source, subject int64) {
	t.Helper()
	v := openVault(t, d, s)
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := v.Destroy(context.Background(), tx, subject)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestForgets destroys a key between two moments: neither moment brings it back, and after the stated
// day no file of the folder holds it.
func TestForgets(t *testing.T) {
	t.Parallel()
	text, err := vault.NewMaster("")
	if err != nil {
		t.Fatal(err)
	}
	master := vault.Text(text)
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		fillSome(t, d)
		sealedThing(t, d, master)
		k := newTaker(t).withKey()
		first := k.take(d)
		if !first.KeysUntil.Equal(now.Now().Add(DefaultForgetDays * 24 * time.Hour)) {
			t.Errorf("keys until %s", first.KeysUntil)
		}
		whole, _ := dbtest.SQLite(t)
		if err := k.restore(whole); err != nil {
			t.Fatal(err)
		}
		if got, err := unsealed(t, whole, master); got != "word" || err != nil {
			t.Fatalf("before: %q, %v", got, err)
		}
		now.Advance(time.Hour)
		destroy(t, d, master, 1)
		second := k.take(d)
		for _, moment := range []string{first.Moment, second.Moment} {
			to, _ := dbtest.SQLite(t)
			if _, err := Restore(t.Context(), to, k.folder, moment, k.key, nil); err != nil {
				t.Fatal(err)
			}
			if got, err := unsealed(t, to, master); !errors.Is(err, vault.ErrDestroyed) {
				t.Errorf("restored %s: %q, %v", moment, got, err)
			}
		}
		gone := filepath.Join(k.folder, pathOf(changed(t, first, second)))
		now.Advance(first.KeysUntil.Sub(now.Now()))
		k.take(d)
		if _, err := os.Stat(gone); err != nil {
			t.Errorf("on the last day: %v", err)
		}
		now.Advance(time.Second)
		k.take(d)
		if _, err := os.Stat(gone); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after the stated day the keys are still there: %v", err)
		}
		if m, err := Verify(t.Context(), k.folder, first.Moment, k.key, nil); err != nil || m.Rows() != first.Rows() {
			t.Errorf("the moment itself: %d rows, %v", m.Rows(), err)
		}
	})
}

// changed returns the chunk of keys that the first moment has and the second has not.
func changed(t *testing.T, a, b Summary) string {
	t.Helper()
	for _, f := range a.list().keys {
		if !slices.Contains(b.list().keys, f) {
			return f
		}
	}
	t.Fatalf("no chunk of keys has changed: %v", a.list().keys)
	return ""
}

// TestNewestSaysWhatIsGone damages the newest moment: an older one is refused, for it does not know which
// keys were destroyed since.
func TestNewestSaysWhatIsGone(t *testing.T) {
	t.Parallel()
	d, now := dbtest.SQLite(t)
	k := newTaker(t).withKey()
	first := k.take(d)
	now.Advance(time.Hour)
	path := filepath.Join(k.folder, moments, k.take(d).Moment)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(good)
	bad[len(bad)-1] ^= 1
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), k.folder, first.Moment, k.key, nil); !errors.Is(err, fault.New(fault.Invalid, "backup.keys")) {
		t.Errorf("%v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), k.folder, first.Moment, k.key, nil); err != nil {
		t.Errorf("without it: %v", err)
	}
}
