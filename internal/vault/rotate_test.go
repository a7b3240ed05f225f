package vault_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// keys is how many keys a rotation in a test has to wrap: three pages.
const keys = 450

// filled returns a vault in a file with some keys, and what was sealed under each.
func filled(t *testing.T, d *db.DB) (v *vault.Vault, path string, all map[int64][]byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "master.key")
	v = open(t, d, vault.File(path))
	all = map[int64][]byte{}
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for s := int64(1); s <= keys; s++ {
			if err := v.Make(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	for _, s := range []int64{1, 200, keys} {
		all[s] = sealed(t, d, v, s, fmt.Sprint(s))
	}
	return v, path, all
}

// opensAll looks that a vault opens what was sealed.
func opensAll(t *testing.T, what string, d *db.DB, v *vault.Vault, all map[int64][]byte) {
	t.Helper()
	for s, bytes := range all {
		if got, err := opened(d, v, s, bytes); got != fmt.Sprint(s) || err != nil {
			t.Errorf("%s: subject %d: %q, %v", what, s, got, err)
		}
	}
}

func status(t *testing.T, d *db.DB, v *vault.Vault) (s vault.Status) {
	t.Helper()
	ctx := context.Background()
	if err := d.Read(ctx, func(r *db.Reader) (err error) {
		s, err = v.Status(ctx, r)
		return errors.Join(err, v.Check(ctx, r, func(int64) {}))
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRotation stops a rotation half-way while another process serves, makes keys in between, and ends
// it by another process.
func TestRotation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		serving, path, all := filled(t, d)
		number, err := serving.Lookup("phone", "1")
		if err != nil {
			t.Fatal(err)
		}
		opensAll(t, "before", d, serving, all)
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		now.Advance(time.Second)
		first := open(t, d, vault.File(path))
		if _, err := first.Rotate(ctx, func(int64) { stop() }); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped: %v", err)
		}
		s := status(t, d, first)
		if len(s.Masters) != 2 || s.Masters[0].State != "leaving" || s.Masters[1].State != "current" || s.Masters[0].Keys == 0 || s.Masters[1].Keys == 0 {
			t.Fatalf("half-way: %+v", s)
		}
		opensAll(t, "half-way, a process from before", d, serving, all)
		opensAll(t, "half-way, a new process", d, open(t, d, vault.File(path)), all)
		make1(t, d, serving, 9001) // by the new master, whatever the process knew
		all[9001] = sealed(t, d, serving, 9001, "9001")

		done, err := open(t, d, vault.File(path)).Rotate(context.Background(), nil)
		if err != nil || done <= 0 || done >= keys {
			t.Errorf("ended: %d keys, %v", done, err)
		}
		s = status(t, d, serving)
		if len(s.Masters) != 2 || s.Masters[0].State != "retired" || s.Masters[0].Here || !s.Masters[1].Here || s.Masters[1].Keys != keys+2 {
			t.Errorf("ended: %+v", s)
		}
		opensAll(t, "after", d, serving, all)
		opensAll(t, "after, a new process", d, open(t, d, vault.File(path)), all)
		if again, err := open(t, d, vault.File(path)).Lookup("phone", "1"); again != number || err != nil {
			t.Errorf("look-ups have changed: %v", err)
		}
		stale := open(t, d, vault.Text(old))
		wants(t, "with the old master key", stale.Locked(), vault.ErrLocked)
	})
}

// TestRotationOfASetting changes a key that the program cannot change by itself, and comes back to one
// that was used before.
func TestRotationOfASetting(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx := context.Background()
	one, err := vault.NewMaster("")
	if err != nil {
		t.Fatal(err)
	}
	v := open(t, d, vault.Text(one))
	make1(t, d, v, 1)
	all := map[int64][]byte{1: sealed(t, d, v, 1, "1")}
	_, err = v.Rotate(ctx, nil)
	wants(t, "with one key", err, fault.New(fault.Conflict, "vault.rotate_setting"))
	opensAll(t, "refused", d, v, all)
	two, err := vault.NewMaster(one)
	if err != nil {
		t.Fatal(err)
	}
	v = open(t, d, vault.Text(two))
	opensAll(t, "with both", d, v, all)
	if done, err := v.Rotate(ctx, nil); done != 2 || err != nil {
		t.Fatalf("%d keys, %v", done, err)
	}
	opensAll(t, "rotated", d, v, all)
	wants(t, "the first alone", open(t, d, vault.Text(one)).Locked(), vault.ErrLocked)
}

// TestPrepare puts a new key into the file twice: one waits.
func TestPrepare(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	v, path, all := filled(t, d)
	for range 2 {
		if err := v.Prepare(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.File(path).Masters(context.Background()); len(got) != 2 || err != nil {
			t.Fatalf("%d keys, %v", len(got), err)
		}
	}
	if s := status(t, d, v); len(s.Masters) != 1 || s.Masters[0].State != "current" {
		t.Errorf("%+v", s)
	}
	opensAll(t, "prepared", d, v, all)
	if done, err := v.Rotate(context.Background(), nil); done != keys+1 || err != nil {
		t.Errorf("%d keys, %v", done, err)
	}
	if got, err := vault.File(path).Masters(context.Background()); len(got) != 1 || err != nil {
		t.Errorf("%d keys stay, %v", len(got), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left beside the key: %v", left)
	}
}

// BenchmarkPage opens six fields of each of 50 subjects, as a list of records does.
func BenchmarkPage(b *testing.B) {
	for _, held := range []bool{true, false} {
		b.Run(map[bool]string{true: "kept", false: "unwrapped"}[held], func(b *testing.B) {
			d, now := dbtest.SQLite(b)
			text, err := vault.NewMaster("")
			if err != nil {
				b.Fatal(err)
			}
			v := open(b, d, vault.Text(text))
			var subjects []int64
			fields := map[int64][]byte{}
			for s := int64(1); s <= 50; s++ {
				make1(b, d, v, s)
				subjects, fields[s] = append(subjects, s), sealed(b, d, v, s, "twenty letters or so")
			}
			ctx := context.Background()
			for b.Loop() {
				if !held {
					now.Advance(cacheLife)
				}
				err := d.Read(ctx, func(r *db.Reader) error {
					all, err := v.Boxes(ctx, r, subjects)
					if err != nil {
						return err
					}
					for s, box := range all {
						for range 6 {
							if _, err := box.Open("name", fields[s]); err != nil {
								return err
							}
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// cacheLife is longer than an unwrapped key stays in memory.
const cacheLife = 6 * time.Minute
