package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// taking is an item under test: it takes a quantity out of a pot, a setting with a number in it.
type taking struct {
	id   int
	want int64
	does string // "" takes; "poison" and "panic" take down whoever is with it; "refused" fails by itself
	left int64  // what it found after itself
	runs int    // how often a body began with this value
}

var (
	errDry      = errors.New("the pot does not have that much")
	errRefused  = errors.New("refused")
	errPoisoned = errors.New("the whole body failed")
)

// take is a body as a hot path has it: one read, one write, and in between each item's own fate.
func take(ctx context.Context, tx *db.Tx, items []*db.Item[taking]) error {
	var pot int64
	if err := tx.QueryRowContext(ctx, "SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'pot'").Scan(&pot); err != nil {
		return err
	}
	for _, it := range items {
		it.Value.runs++
		switch {
		case it.Value.does == "refused":
			it.Err = errRefused
		case it.Value.want > pot:
			it.Err = errDry
		default:
			if err := put(ctx, tx, fmt.Sprint("taken ", it.Value.id), fmt.Sprint(it.Value.want)); err != nil {
				return err
			}
			pot -= it.Value.want
			it.Value.left = pot
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE setting SET value = $1 WHERE name = 'pot'", fmt.Sprint(pot)); err != nil {
		return err
	}
	for _, it := range items { // what was written above must be gone
		switch it.Value.does {
		case "poison":
			return errPoisoned
		case "panic":
			panic("an item that panics")
		}
	}
	return nil
}

func fillPot(t *testing.T, d *db.DB, n int64) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "pot", fmt.Sprint(n)) }); err != nil {
		t.Fatal(err)
	}
}

// book is the pot and who took from it.
func potBook(t *testing.T, d *db.DB) (lines []string) {
	t.Helper()
	ctx := context.Background()
	err := d.Read(ctx, func(r *db.Reader) error {
		rows, err := r.QueryContext(ctx, "SELECT name, value FROM setting ORDER BY name")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return err
			}
			lines = append(lines, name+" = "+value)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// result is how one item ended.
type result struct {
	left, runs int64
	err        error
}

func resultOf(v taking, err error) result { return result{v.left, int64(v.runs), err} }

// takeTogether hands all in at once, each by a caller of its own.
func takeTogether(t *testing.T, d *db.DB, c *db.Combiner[taking], all []taking) []result {
	t.Helper()
	out := make([]result, len(all))
	var calls []func()
	for i, v := range all {
		calls = append(calls, func() { out[i] = resultOf(c.Do(context.Background(), v)) })
	}
	together(d, calls...)
	return out
}

// word says in one word how an item ended: errors of panics and of the engines carry more than that.
func word(err error) string {
	switch {
	case err == nil:
		return "done"
	case db.IsUnique(err):
		return "taken"
	case strings.Contains(err.Error(), "panic"):
		return "panic"
	}
	return err.Error()
}

// TestCombinedIsAsAlone draws items from seeds and has them done one after the other in one
// database and all at once in another: each must end the same way, and so must the two databases.
func TestCombinedIsAsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, alone *db.DB, c *clock.Sim) {
		crowd := dbtest.Open(t, alone.Engine(), db.Options{Clock: c})
		fillPot(t, alone, 2000)
		fillPot(t, crowd, 2000)
		one, many := db.Combine(alone, take), db.Combine(crowd, take)
		id := 0
		for seed := range uint64(12) {
			r := rand.New(rand.NewPCG(seed, 0))
			var all []taking
			for range 1 + r.IntN(40) {
				id++
				all = append(all, taking{id: id - r.IntN(12)/11, want: r.Int64N(20), does: mood(r, seed)})
			}
			got := takeTogether(t, crowd, many, all)
			for i, v := range all {
				want := resultOf(one.Do(context.Background(), v))
				if got[i].left != want.left || word(got[i].err) != word(want.err) || got[i].runs != want.runs {
					t.Errorf("seed %d, %+v: together %+v, alone %+v", seed, v, got[i], want)
				}
			}
		}
		if a, b := potBook(t, alone), potBook(t, crowd); !slices.Equal(a, b) {
			t.Errorf("alone the book is\n%q\ntogether\n%q", a, b)
		}
	})
}

// mood makes every other seed's items well behaved but for some that are refused.
func mood(r *rand.Rand, seed uint64) string {
	switch n := r.IntN(12); {
	case n == 0:
		return "refused"
	case seed%2 == 1 && n == 1:
		return "poison"
	case seed%2 == 1 && n == 2:
		return "panic"
	}
	return ""
}

// TestCombinedItemsRunInOneBody counts bodies and commits.
func TestCombinedItemsRunInOneBody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		fillPot(t, d, 1000)
		var bodies []int
		c := db.Combine(d, func(ctx context.Context, tx *db.Tx, items []*db.Item[taking]) error {
			bodies = append(bodies, len(items)) // the writer's alone
			return take(ctx, tx, items)
		})
		for i, r := range takeTogether(t, d, c, []taking{{id: 1, want: 1}, {id: 2, want: 1}, {id: 3, want: 2000}, {id: 4, want: 1}}) {
			if (r.err != nil) != (i == 2) || i == 2 && !errors.Is(r.err, errDry) {
				t.Errorf("item %d: %v", i, r.err)
			}
		}
		if !slices.Equal(bodies, []int{4}) || d.Stats().LastBatch != 4 {
			t.Errorf("bodies of %d, last batch %d: want one of 4", bodies, d.Stats().LastBatch)
		}
		bodies = nil
		takeTogether(t, d, c, []taking{{id: 5, want: 1}, {id: 6, want: 1, does: "poison"}, {id: 7, want: 1}})
		if !slices.Equal(bodies, []int{3, 1, 1, 1}) || len(potBook(t, d)) != 6 {
			t.Errorf("bodies of %d, book %q: want all, then each alone", bodies, potBook(t, d))
		}
	})
}

// TestCombinedItemIsJudgedAnew refuses an item because of one that then takes all down: alone it must
// find nothing of that.
func TestCombinedItemIsJudgedAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		fillPot(t, d, 10)
		got := takeTogether(t, d, db.Combine(d, take), []taking{{id: 1, want: 10, does: "poison"}, {id: 2, want: 10}})
		if !errors.Is(got[0].err, errPoisoned) || got[1].err != nil || got[1].left != 0 {
			t.Errorf("%+v", got)
		}
		if want := []string{"pot = 0", "taken 2 = 10"}; !slices.Equal(potBook(t, d), want) {
			t.Errorf("book %q, want %q", potBook(t, d), want)
		}
	})
}

// TestCombinedAmongBodies mixes two kinds and plain bodies: each kind runs in the place of its first.
func TestCombinedAmongBodies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		var order []string
		kind := func(name string) *db.Combiner[string] {
			return db.Combine(d, func(ctx context.Context, tx *db.Tx, items []*db.Item[string]) error {
				for _, it := range items {
					order = append(order, name+it.Value)
					if err := put(ctx, tx, name+it.Value, "v"); err != nil {
						return err
					}
				}
				return nil
			})
		}
		a, b := kind("a"), kind("b")
		ended, end := context.WithCancel(ctx)
		end()
		errs := make([]error, 6)
		together(d,
			func() { _, errs[0] = a.Do(ctx, "1") },
			func() {
				errs[1] = d.Write(ctx, func(tx *db.Tx) error { order = append(order, "plain"); return put(ctx, tx, "a2", "v") })
			},
			func() { _, errs[2] = b.Do(ctx, "1") },
			func() { _, errs[3] = a.Do(ended, "ended") },
			func() { _, errs[4] = a.Do(ctx, "3") },
			func() { _, errs[5] = b.Do(ctx, "2") },
		)
		if want := []string{"a1", "a3", "plain", "b1", "b2"}; !slices.Equal(order, want) {
			t.Errorf("ran %q, want %q", order, want)
		}
		for i, err := range errs {
			if (i == 3) != errors.Is(err, context.Canceled) || (i != 3 && err != nil) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if n := settings(t, d); n != 5 {
			t.Errorf("%d settings, want 5", n)
		}
	})
}

// TestCombinedOutlivesItsCallers ends one caller's context in the middle of the body.
func TestCombinedOutlivesItsCallers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx, cancel := context.WithCancel(context.Background())
		c := db.Combine(d, func(ctx context.Context, tx *db.Tx, items []*db.Item[string]) error {
			cancel()
			for _, it := range items {
				if err := put(ctx, tx, it.Value, "v"); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
		errs := make([]error, 2)
		together(d,
			func() { _, errs[0] = c.Do(ctx, "first") },
			func() { _, errs[1] = c.Do(context.Background(), "second") })
		if errs[0] != nil || errs[1] != nil || settings(t, d) != 2 {
			t.Errorf("%v, %v, %d settings", errs[0], errs[1], settings(t, d))
		}
	})
}

// TestCombinedIsRunAgain strikes a transaction in ways that the writer mends by itself: the body must
// then find every item as it was handed in.
func TestCombinedIsRunAgain(t *testing.T) {
	t.Parallel()
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		armed, struck := false, 0
		d := open(db.Options{Fault: func(p db.FaultPoint) error {
			if armed && p.Op == "exec" && struck < 2 {
				struck++
				return driver.ErrBadConn
			}
			return nil
		}})
		fillPot(t, d, 1000)
		k := db.Combine(d, take)
		armed = true
		for i, r := range takeTogether(t, d, k, []taking{{id: 1, want: 400}, {id: 2, want: 500}, {id: 3, want: 500}}) {
			if want := []int64{600, 100, 0}[i]; r.left != want || r.runs != 1 || (i == 2) != errors.Is(r.err, errDry) {
				t.Errorf("item %d: %+v, want %d left after one run that counts", i, r, want)
			}
		}
		if struck != 2 || len(potBook(t, d)) != 3 {
			t.Errorf("struck %d times, book %q", struck, potBook(t, d))
		}
	})
}

// TestCombinedFaultAtCommit strikes the commit before and after it took effect: every item is told,
// also one that was refused because of what another took.
func TestCombinedFaultAtCommit(t *testing.T) {
	t.Parallel()
	lost := errors.New("the answer was lost")
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		for op, lines := range map[string]int{"commit": 1, "committed": 2} {
			armed := false
			d := open(db.Options{Fault: func(p db.FaultPoint) error {
				if armed && p.Op == op {
					armed = false
					return lost
				}
				return nil
			}})
			fillPot(t, d, 10)
			k := db.Combine(d, take)
			armed = true
			for i, r := range takeTogether(t, d, k, []taking{{id: 1, want: 10}, {id: 2, want: 10}}) {
				if !errors.Is(r.err, lost) {
					t.Errorf("%s, item %d: %v", op, i, r.err)
				}
			}
			if got := potBook(t, d); len(got) != lines {
				t.Errorf("%s: book %q, want %d lines", op, got, lines)
			}
			if _, err := k.Do(context.Background(), taking{id: 3}); err != nil {
				t.Errorf("%s: the writer did not recover: %v", op, err)
			}
		}
	})
}

// TestCombinedWakesAfterTheCommit counts what AfterCommit calls.
func TestCombinedWakesAfterTheCommit(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	fillPot(t, d, 100)
	woken := 0
	c := db.Combine(d, func(ctx context.Context, tx *db.Tx, items []*db.Item[taking]) error {
		tx.AfterCommit(func() { woken += len(items) })
		return take(ctx, tx, items)
	})
	takeTogether(t, d, c, []taking{{id: 1, want: 1}, {id: 2, want: 1}, {id: 3, does: "panic"}})
	if woken != 2 {
		t.Errorf("woken for %d items, want the 2 that are there", woken)
	}
	if _, err := c.Do(context.Background(), taking{id: 4, want: 1}); err != nil || woken != 3 {
		t.Errorf("woken for %d items, want each once: %v", woken, err)
	}
}

// TestDoAll hands several items in by one caller.
func TestDoAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		fillPot(t, d, 100)
		c := db.Combine(d, take)
		items, err := c.DoAll(ctx, taking{id: 1, want: 60}, taking{id: 2, want: 60}, taking{id: 3, does: "panic"}, taking{id: 4, want: 40})
		if err != nil || len(items) != 4 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		for i, it := range items {
			if it.Value.id != i+1 || (it.Err != nil) != (i == 1 || i == 2) {
				t.Errorf("item %d: %+v, %v", i, it.Value, it.Err)
			}
		}
		if items[3].Value.left != 0 || d.Stats().LastBatch != 4 {
			t.Errorf("%d left, last batch %d", items[3].Value.left, d.Stats().LastBatch)
		}
		if _, err := c.DoAll(ctx, make([]taking, db.MaxItems+1)...); !errors.Is(err, db.ErrTooManyItems) {
			t.Errorf("too many: %v", err)
		}
		if items, err := c.DoAll(ctx, slices.Repeat([]taking{{does: "refused"}}, db.MaxItems)...); err != nil || len(items) != db.MaxItems {
			t.Errorf("as many as may be: %d items, %v", len(items), err)
		}
		if items, err := c.DoAll(ctx); err != nil || len(items) != 0 {
			t.Errorf("nothing: %d items, %v", len(items), err)
		}
	})
}

// TestCombinerSaysWhy asks in all the ways in which there is no answer.
func TestCombinerSaysWhy(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		fillPot(t, d, 100)
		c := db.Combine(d, take)
		ended, end := context.WithCancel(ctx)
		end()
		if _, err := c.Do(ended, taking{id: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller who has gone: %v", err)
		}
		err := d.Write(ctx, func(*db.Tx) error {
			_, err := c.Do(ctx, taking{id: 1, want: 1})
			return err
		})
		if !errors.Is(err, db.ErrNested) {
			t.Errorf("inside a write: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(ctx, taking{id: 1}); !errors.Is(err, db.ErrClosed) {
			t.Errorf("a closed database: %v", err)
		}
		if _, err := c.DoAll(ctx, taking{id: 1}, taking{id: 2}); !errors.Is(err, db.ErrClosed) {
			t.Errorf("a closed database, several: %v", err)
		}
	})
}
