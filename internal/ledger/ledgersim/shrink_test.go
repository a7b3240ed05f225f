package ledgersim_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/ledger/ledgersim"
)

// TestSabotageIsFoundAndShrunk has the database itself do something wrong: the simulation must find
// it and show it in a few calls.
func TestSabotageIsFoundAndShrunk(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trigger  string
		says     string
		steps    int
		contains func(ledgersim.Op) bool
	}{
		"an expired hold is posted": {
			"AFTER UPDATE ON hold WHEN NEW.state = 'expired' BEGIN UPDATE hold SET posted = 1 WHERE id = NEW.id; END",
			"hold ", 6, func(o ledgersim.Op) bool { return o.Expire != 0 }},
		"an entry's subject is lost": {
			"AFTER INSERT ON entry WHEN NEW.subject_id = 2 BEGIN UPDATE entry SET subject_id = 0 WHERE id = NEW.id; END",
			"entry ", 3, func(o ledgersim.Op) bool { return o.Post != nil || o.Reverse != nil }},
		"a repeat of a return is let through": {
			"AFTER INSERT ON entry WHEN NEW.returns_id <> 0 BEGIN UPDATE entry SET returns_id = 0 WHERE id = NEW.id; END",
			"entry ", 4, func(o ledgersim.Op) bool { return o.Post != nil }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.SQLite)
			err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.ExecContext(t.Context(), "CREATE TRIGGER saboteur "+test.trigger)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			failed := find(t.Context(), w)
			if failed == nil {
				t.Fatal("was not found in 20 seeds")
			}
			again, err := ledgersim.Decode(strings.NewReader(written(t, failed.Script)))
			if err != nil || !reflect.DeepEqual(again, failed.Script) {
				t.Fatalf("the script reads back differently: %v", err)
			}
			small, why := shrink(t, w, failed)
			if !strings.Contains(why.Error(), test.says) || len(small) > test.steps || !contains(small, test.contains) {
				t.Errorf("shrunk to %d steps that end with %v:\n%s", len(small), why, written(t, small))
			}
		})
	}
}

func find(ctx context.Context, w *ledgersim.World) *ledgersim.Failure {
	for seed := range uint64(20) {
		err := ledgersim.Run(ctx, w, seed, perSeed, ledgersim.Met{})
		if failed, ok := errors.AsType[*ledgersim.Failure](err); ok {
			return failed
		}
	}
	return nil
}

func contains(s ledgersim.Script, is func(ledgersim.Op) bool) bool {
	for _, step := range s {
		for _, b := range step.Bodies {
			for _, o := range b.Ops {
				if is(o) {
					return true
				}
			}
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	f.Add(`[{"Advance":60000000000,"Bodies":[{"Ops":[{"Expire":5}],"Stops":true}],"Faults":[{"At":"commit","Body":0,"Nth":0}]}]`)
	f.Add(`[]`)
	f.Add(`[{"Bodies":[{"Ops":[{"Elsewhere":5}]}]}]`)
	f.Fuzz(func(t *testing.T, s string) {
		script, err := ledgersim.Decode(strings.NewReader(s))
		if err != nil {
			return
		}
		if _, err := ledgersim.Decode(strings.NewReader(written(t, script))); err != nil {
			t.Errorf("written and read again: %v", err)
		}
	})
}
