package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

var errDead = errors.New("the process was killed")

// dying returns a strike that lets n changes pass, fails the next as kill -9 does, in the midst of a
// write, and all after it. Counted says how many changes were asked for.
func dying(n int) (strike func(op, name string) error, counted func() int) {
	seen := 0
	return func(string, string) error {
		if seen++; seen > n {
			return errDead
		}
		return nil
	}, func() int { return seen }
}

func copyOf(t *testing.T, folder string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return to
}

// moreEvents adds events behind those that are there.
func moreEvents(t *testing.T, d *db.DB, from, n int64) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for i := range n {
			_, err := tx.ExecContext(context.Background(), "INSERT INTO event (id, kind, subject_id, at, data) VALUES ($1, 'y', 0, 0, '{}')", from+i)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCutAtEveryChange kills a run at each change that it makes to the folder. Each time the newest
// moment is either the one before, whole, or the new one, whole, and the next run goes on.
func TestCutAtEveryChange(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, now := dbtest.SQLite(t)
	fillSome(t, d)
	k := newTaker(t).withKey()
	k.o.Keep, k.o.rows = 1, 16
	before := k.take(d)
	now.Advance(time.Second)
	moreEvents(t, d, 1000, 100)
	whole := copyOf(t, k.folder)
	strike, counted := dying(1 << 30)
	after, err := take(ctx, d, disk{dir: whole, strike: strike}, k.o)
	if err != nil || after.Rows() != before.Rows()+100 {
		t.Fatalf("%d rows, then %d: %v", before.Rows(), after.Rows(), err)
	}
	if counted() < 30 {
		t.Fatalf("only %d changes: not much of a test", counted())
	}
	for n := range counted() {
		folder := copyOf(t, k.folder)
		strike, _ := dying(n)
		if _, err := take(ctx, d, disk{dir: folder, strike: strike}, k.o); !errors.Is(err, errDead) {
			t.Fatalf("killed at change %d: %v", n, err)
		}
		got, err := Verify(ctx, folder, "", k.key, nil)
		if err != nil || got.Rows() != before.Rows() && got.Rows() != after.Rows() {
			t.Fatalf("killed at change %d: %d rows, %v", n, got.Rows(), err)
		}
		if n%3 != 0 {
			continue // the next run is slow: it waits for the disk many times
		}
		names, err := Moments(folder)
		if err != nil {
			t.Fatal(err)
		}
		now.Advance(time.Second)
		s, err := take(ctx, d, disk{dir: folder}, k.o)
		if err != nil || s.Rows() != after.Rows() {
			t.Fatalf("after the kill at change %d: %v", n, err)
		}
		if left, _ := Moments(folder); len(left) != 1 || left[0] <= names[0] {
			t.Errorf("killed at change %d: moments %v, then %v", n, names, left)
		}
		if left := files(t, folder); len(left) != len(s.files())+2 { // the moment and the lock
			t.Errorf("killed at change %d: %d chunks and these files: %v", n, len(s.files()), left)
		}
	}
}

// files lists all files of a folder.
func files(t *testing.T, folder string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGoesOn cuts a run off and looks that the next one writes only what is missing.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		fillSome(t, d)
		moreEvents(t, d, 1000, 400)
		k := newTaker(t).withKey()
		k.o.rows = 16
		done := 0
		cut := disk{dir: k.folder, strike: func(op, name string) error {
			if op == "rename" {
				if done++; done > 10 {
					return errDead
				}
			}
			return nil
		}}
		if _, err := take(t.Context(), d, cut, k.o); !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		if _, err := k.verify(); !errors.Is(err, errNotBackup) {
			t.Errorf("a folder without a moment: %v", err)
		}
		now.Advance(time.Second)
		whole := k.take(d)
		if whole.Reused != 10 || whole.Written < 10 {
			t.Errorf("%d chunks used again, %d written", whole.Reused, whole.Written)
		}
		now.Advance(time.Second)
		if s := k.take(d); s.Written != 0 || s.Bytes != 0 || s.Reused != whole.Reused+whole.Written {
			t.Errorf("nothing changed: %d written", s.Written)
		}
		exec(t, d, "DELETE FROM event WHERE id = 1100")
		now.Advance(time.Second)
		if s := k.take(d); s.Written != 1 {
			t.Errorf("one row gone: %d chunks written", s.Written)
		}
		if _, err := Take(t.Context(), d, k.folder, k.o); !errors.Is(err, errExists) {
			t.Errorf("twice at one time: %v", err)
		}
		all, err := Moments(k.folder)
		if err != nil || len(all) != 3 {
			t.Fatalf("%v, %v", all, err)
		}
		m, err := Verify(t.Context(), k.folder, all[0], k.key, nil)
		if err != nil || m.Rows() != whole.Rows() {
			t.Errorf("the first of three: %d rows, %v", m.Rows(), err)
		}
		if _, err := Verify(t.Context(), k.folder, "../"+all[0], k.key, nil); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a moment that is none: %v", err)
		}
	})
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	k := newTaker(t).withKey()
	k.take(d)
	release, err := disk{dir: k.folder}.hold()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(t.Context(), d, k.folder, k.o); !errors.Is(err, errBusy) {
		t.Errorf("beside another run: %v", err)
	}
	release()
	if _, err := Take(t.Context(), d, k.folder, k.o); !errors.Is(err, errExists) {
		t.Errorf("after it: %v", err)
	}
}

// TestFullDisk fails one change, once, and looks that nothing of it stays.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d, now := dbtest.SQLite(t)
	fillSome(t, d)
	k := newTaker(t).withKey()
	k.take(d)
	want := files(t, k.folder)
	moreEvents(t, d, 1000, 100)
	now.Advance(time.Second)
	errFull := errors.New("no space left on device")
	full := disk{dir: k.folder, strike: func(op, _ string) error {
		if op == "write" {
			return errFull
		}
		return nil
	}}
	if _, err := take(t.Context(), d, full, k.o); !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	exec(t, d, "DELETE FROM event WHERE id >= 1000")
	now.Advance(time.Second)
	k.o.Keep = 1
	k.take(d)
	if got := files(t, k.folder); len(got) != len(want) {
		t.Errorf("left behind (-want +got):\n%s", cmp.Diff(want, got))
	}
}
