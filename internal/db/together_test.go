package db_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/db"
)

var (
	newSettings    = db.InsertRows("setting", "name, value, changed_at", "ON CONFLICT DO NOTHING")
	strictSettings = db.InsertRows("setting", "name, value, changed_at", "")
	changeSettings = db.UpdateRows("setting", "value = v.column2", "setting.name = v.column1", 2)
)

// named are rows of setting, each with the value "v".
func named(s *db.RowsStatement, names ...string) db.Rows {
	return s.Rows(len(names), func(i int, args []any) []any { return append(args, names[i], "v", int64(1)) })
}

func TestRowsOfSeveralStatementsAreWrittenInTheirOrder(t *testing.T) {
	t.Parallel()
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		d, ctx := open(db.Options{}), context.Background()
		var got []int64
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			got, err = db.ExecTogether(ctx, tx, named(newSettings, "a", "b", "c"), named(newSettings), named(newSettings, "c", "d"),
				changeSettings.Rows(2, func(i int, args []any) []any { return append(args, []string{"d", "nowhere"}[i], "changed") }))
			return err
		})
		if want := []int64{3, 0, 1, 1}; err != nil || !slices.Equal(got, want) || settings(t, d) != 4 {
			t.Errorf("wrote %v of %d settings, want %v of 4: %v", got, settings(t, d), want, err)
		}
		err = d.Write(ctx, func(tx *db.Tx) (err error) { got, err = db.ExecTogether(ctx, tx, named(newSettings)); return err })
		if want := []int64{0}; err != nil || !slices.Equal(got, want) {
			t.Errorf("of nothing: %v, %v", got, err)
		}
	})
}

// TestOneOfSeveralStatementsFails has the engine refuse one, and then strikes one on its way.
func TestOneOfSeveralStatementsFails(t *testing.T) {
	t.Parallel()
	eachOpen(t, func(t *testing.T, open func(db.Options) *db.DB) {
		struck, armed := errors.New("struck"), false
		d := open(db.Options{Fault: func(p db.FaultPoint) error {
			if armed && p.Op == "exec" && strings.HasPrefix(p.Query, "UPDATE setting") {
				return struck
			}
			return nil
		}})
		ctx := context.Background()
		write := func(all ...db.Rows) error {
			return d.Write(ctx, func(tx *db.Tx) error { _, err := db.ExecTogether(ctx, tx, all...); return err })
		}
		if err := write(named(newSettings, "a"), named(strictSettings, "a"), named(newSettings, "b")); err == nil || settings(t, d) != 0 {
			t.Errorf("the same name twice: %v, %d settings", err, settings(t, d))
		}
		armed = true
		update := changeSettings.Rows(1, func(_ int, args []any) []any { return append(args, "a", "changed") })
		if err := write(named(newSettings, "a"), update); !errors.Is(err, struck) || settings(t, d) != 0 {
			t.Errorf("struck: %v, %d settings", err, settings(t, d))
		}
		armed = false
		if err := write(named(newSettings, "a"), update); err != nil || settings(t, d) != 1 {
			t.Errorf("afterwards: %v, %d settings", err, settings(t, d))
		}
	})
}
