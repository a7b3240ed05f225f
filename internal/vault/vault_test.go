package vault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, vault.Texts, "vault.")
}

func write(t testing.TB, d *db.DB, body func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func make1(t testing.TB, d *db.DB, v *vault.Vault, subjects ...int64) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range subjects {
			if err := v.Make(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// box returns the box of a subject, or why there is none.
func box(d *db.DB, v *vault.Vault, subject int64) (b *vault.Box, err error) {
	ctx := context.Background()
	err = d.Read(ctx, func(r *db.Reader) error {
		b, err = v.Box(ctx, r, subject)
		return err
	})
	return b, err
}

// sealed returns text sealed as the subject's field "name".
func sealed(t testing.TB, d *db.DB, v *vault.Vault, subject int64, text string) []byte {
	t.Helper()
	b, err := box(d, v, subject)
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.SealText("name", text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// opened returns what opens as the subject's field "name".
func opened(d *db.DB, v *vault.Vault, subject int64, sealed []byte) (string, error) {
	b, err := box(d, v, subject)
	if err != nil {
		return "", err
	}
	return b.OpenText("name", sealed)
}

func exec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func wants(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// TestOpensInItsPlaceOnly moves sealed bytes and wrapped keys to where they do not belong.
func TestOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		v := vaulttest.Open(t, d)
		make1(t, d, v, 1, 2, 1)
		one := sealed(t, d, v, 1, "word")
		if got, err := opened(d, v, 1, one); got != "word" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		if bytes.Contains(one, []byte("word")) || len(one) != len("word")+vault.Overhead || bytes.Equal(one, sealed(t, d, v, 1, "word")) {
			t.Errorf("sealed as %x", one)
		}
		_, err := opened(d, v, 2, one)
		wants(t, "moved to another subject", err, vault.ErrDamaged)
		b, err := box(d, v, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.OpenText("phone", one)
		wants(t, "moved to another field", err, vault.ErrDamaged)
		for i := range one {
			bad := bytes.Clone(one)
			bad[i] ^= 1
			_, err := b.OpenText("name", bad)
			wants(t, "a bit flipped", err, vault.ErrDamaged)
			if i > 0 {
				_, err = b.OpenText("name", one[:i])
				wants(t, "cut short", err, vault.ErrDamaged)
			}
		}
		exec(t, d, "UPDATE vault_key SET wrapped = (SELECT k.wrapped FROM vault_key k WHERE k.subject_id = 1) WHERE subject_id = 2")
		_, err = box(d, v, 2)
		wants(t, "a wrapped key moved", err, vault.ErrDamaged)
		exec(t, d, "UPDATE vault_key SET wrapped = $1 WHERE subject_id = 1", []byte("x"))
		_, err = box(d, v, 1)
		wants(t, "a wrapped key spoilt, with the good one in memory", err, vault.ErrDamaged)
		_, err = box(d, v, 3)
		wants(t, "no key", err, vault.ErrNoKey)
		_, err = box(d, v, 0)
		wants(t, "the key of look-ups", err, vault.ErrNoKey)
	})
}

func TestEmptyTextIsNoSecret(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	v := vaulttest.Open(t, d)
	make1(t, d, v, 1)
	b, err := box(d, v, 1)
	if err != nil {
		t.Fatal(err)
	}
	none, err := b.SealText("name", "")
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("%#v, %v", none, err)
	}
	if text, err := b.OpenText("name", none); text != "" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := b.Open("name", nil); !errors.Is(err, vault.ErrDamaged) {
		t.Errorf("no bytes at all: %v", err)
	}
}

// TestDestroyed destroys a key that two processes hold in memory.
func TestDestroyed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		text, err := vault.NewMaster("")
		if err != nil {
			t.Fatal(err)
		}
		here, there := open(t, d, vault.Text(text)), open(t, d, vault.Text(text))
		make1(t, d, here, 1, 2)
		one := sealed(t, d, here, 1, "word")
		if _, err := opened(d, there, 1, one); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Minute)
		var gone, again vault.Destroyed
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			gone, err = here.Destroy(ctx, tx, 1)
			return err
		})
		now.Advance(time.Minute)
		write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			again, err = vault.Shut(d).Destroy(ctx, tx, 1) // without the master key
			return err
		})
		if gone != again || len(gone.Proof) != 64 || !gone.At.Equal(dbtest.Start.Add(time.Minute)) {
			t.Errorf("%+v, then %+v", gone, again)
		}
		for _, v := range []*vault.Vault{here, there} {
			_, err = opened(d, v, 1, one)
			wants(t, "destroyed", err, vault.ErrDestroyed)
		}
		ctx := context.Background()
		err = d.Read(ctx, func(r *db.Reader) error {
			all, err := here.Boxes(ctx, r, []int64{0, 1, 2, 3})
			if err != nil || len(all) != 2 {
				t.Errorf("%d boxes, %v", len(all), err)
			}
			_, err = all[1].Open("name", one)
			wants(t, "destroyed, among others", err, vault.ErrDestroyed)
			_, err = all[3].Open("name", one)
			wants(t, "without a key, among others", err, vault.ErrNoKey)
			if _, err = all[2].Seal("name", nil); err != nil {
				t.Error(err)
			}
			if proof, err := vault.DestroyedKey(ctx, r, 1); proof != gone || err != nil {
				t.Errorf("%+v, %v", proof, err)
			}
			_, err = vault.DestroyedKey(ctx, r, 2)
			wants(t, "proof of a key that lives", err, vault.ErrNoKey)
			told, err := event.About(ctx, r, 1, 9)
			if err != nil || len(told) != 1 || told[0].Kind != "vault.destroyed" || !strings.Contains(string(told[0].Data), gone.Proof) {
				t.Errorf("%+v, %v", told, err)
			}
			return here.Check(ctx, r, func(int64) {})
		})
		if err != nil {
			t.Error(err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { return here.Make(ctx, tx, 1) })
		wants(t, "made again", err, vault.ErrDestroyed)
	})
}

func open(t testing.TB, d *db.DB, s vault.Source) *vault.Vault {
	t.Helper()
	v, err := vault.Open(context.Background(), d, vault.Options{Source: s, Make: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLostMaster takes the master key away, puts another in its place, and brings it back.
func TestLostMaster(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		path := filepath.Join(t.TempDir(), "new folder", "master.key")
		v := open(t, d, vault.File(path))
		if err := v.Locked(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		make1(t, d, v, 1)
		one := sealed(t, d, v, 1, "word")
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		if _, err := opened(d, v, 1, one); err != nil {
			t.Errorf("a process that has read it goes on: %v", err)
		}
		late := open(t, d, vault.File(path))
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("a new master key was made beside keys of another: %v", err)
		}
		refuses(t, d, late)
		if err := vault.File(path).Make(); err != nil {
			t.Fatal(err)
		}
		other := open(t, d, vault.File(path))
		refuses(t, d, other)
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Minute)
		if err := late.Retry(context.Background()); err != nil {
			t.Errorf("the key came back: %v", err)
		}
		if got, err := opened(d, late, 1, one); got != "word" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := opened(d, other, 1, one); got != "word" || err != nil { // without being told
			t.Errorf("%q, %v", got, err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		wants(t, "others can read it", errors.Unwrap(open(t, d, vault.File(path)).Locked()), fault.New(fault.Invalid, "vault.master_open"))
	})
}

// refuses looks that a locked vault refuses everything.
func refuses(t *testing.T, d *db.DB, v *vault.Vault) {
	t.Helper()
	ctx := context.Background()
	wants(t, "locked", v.Locked(), vault.ErrLocked)
	_, err := box(d, v, 1)
	wants(t, "box", err, vault.ErrLocked)
	_, err = v.Lookup("phone", "1")
	wants(t, "look-up", err, vault.ErrLocked)
	wants(t, "make", d.Write(ctx, func(tx *db.Tx) error { return v.Make(ctx, tx, 9) }), vault.ErrLocked)
	_, err = v.Rotate(ctx, nil)
	wants(t, "rotate", err, vault.ErrLocked)
	wants(t, "prepare", v.Prepare(ctx), vault.ErrLocked)
	wants(t, "check", d.Read(ctx, func(r *db.Reader) error { return v.Check(ctx, r, func(int64) {}) }), vault.ErrLocked)
}

// TestNeverUsed opens vaults without a master key where there is nothing to open.
func TestNeverUsed(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx := context.Background()
	v := open(t, d, vault.Text(""))
	wants(t, "no setting", v.Locked(), vault.ErrLocked)
	path := filepath.Join(t.TempDir(), "master.key")
	look, err := vault.Open(ctx, d, vault.Options{Source: vault.File(path)})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "who only looks", look.Locked(), vault.ErrLocked)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("who only looks has made a key: %v", err)
	}
	if err := d.Read(ctx, func(r *db.Reader) error { return v.Check(ctx, r, nil) }); err != nil {
		t.Errorf("a vault that was never used: %v", err)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		text, err := vault.NewMaster("")
		if err != nil {
			t.Fatal(err)
		}
		look := func(v *vault.Vault, kind, value string) string {
			out, err := v.Lookup(kind, value)
			if err != nil || len(out) != 32 {
				t.Fatalf("%q, %v", out, err)
			}
			return out
		}
		v := open(t, d, vault.Text(text))
		first := look(v, "phone", "13800000000")
		if first != look(open(t, d, vault.Text(text)), "phone", "13800000000") {
			t.Error("another process finds nothing")
		}
		if first == look(v, "id_number", "13800000000") || first == look(v, "phone", "13800000001") {
			t.Error("two values look alike")
		}
		if _, err := v.Lookup("phone\x001", "2"); err == nil {
			t.Error("a kind that runs into its value")
		}
		other, _ := dbtest.SQLite(t)
		if first == look(open(t, other, vault.Text(text)), "phone", "13800000000") {
			t.Error("two networks with one master key look alike")
		}
	})
}

func TestMasterKeys(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("5a", 32)
	both, err := vault.NewMaster(hex)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{hex: 1, hex + "\n": 1, both: 2, "": 0, hex[2:]: 0, "{}": 0, "{\"key\":[]}": 0, "nonsense": 0} {
		got, err := vault.Text(text).Masters(context.Background())
		if len(got) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d keys, %v", text[:min(8, len(text))], len(got), err)
		}
		if err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes the key: %v", err)
		}
	}
	one, _ := vault.Text(hex).Masters(context.Background())
	two, _ := vault.Text(both).Masters(context.Background())
	if one[0].ID() != two[1].ID() || one[0].ID() == two[0].ID() {
		t.Errorf("names: %s; %s, %s", one[0].ID(), two[0].ID(), two[1].ID())
	}
}

func FuzzOpen(f *testing.F) {
	d, _ := dbtest.SQLite(f)
	v := vaulttest.Open(f, d)
	make1(f, d, v, 1)
	good := sealed(f, d, v, 1, "word")
	f.Add("name", good)
	f.Add("phone", good)
	f.Add("name", []byte{})
	b, err := box(d, v, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, field string, sealed []byte) {
		plain, err := b.Open(field, sealed)
		if (err == nil) != (field == "name" && bytes.Equal(sealed, good)) || err == nil && string(plain) != "word" {
			t.Errorf("%q, %x: %q, %v", field, sealed, plain, err)
		}
	})
}

func FuzzMasters(f *testing.F) {
	f.Add(strings.Repeat("5a", 32))
	f.Add(`{"primaryKeyId":1,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":1,"outputPrefixType":"TINK"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := vault.Text(text).Masters(context.Background())
		if (err == nil) != (len(all) > 0) {
			t.Errorf("%d keys, %v", len(all), err)
		}
	})
}
