package db_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write golden files anew")

// schema.sql is the schema as a reader wants it: one statement per table, without its history.
func TestSchemaDumpIsFresh(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	var b strings.Builder
	b.WriteString("-- The schema that the migrations make, for reading. Written by: go test ./internal/db -run SchemaDump -update\n")
	err := d.Read(context.Background(), func(r *db.Reader) error {
		rows, err := r.QueryContext(context.Background(), `SELECT sql FROM sqlite_master
			WHERE sql IS NOT NULL AND sql <> '' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY tbl_name, type DESC, name`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var sql string
			if err := rows.Scan(&sql); err != nil {
				return err
			}
			b.WriteString("\n" + sql + ";\n")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.sql", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil || string(want) != b.String() {
		t.Fatalf("schema.sql is not what the migrations make (%v): run go test ./internal/db -run SchemaDump -update", err)
	}
}

// Migrating twice changes nothing, and a newer database is refused in words.
func TestMigrate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := context.Background()
		if n, err := d.Migrate(ctx); n != 0 || err != nil {
			t.Fatalf("migrated again: %d steps, %v", n, err)
		}
		if err := d.CheckVersion(ctx); err != nil {
			t.Fatal(err)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(ctx); err != db.ErrNewer {
			t.Fatalf("a newer database: %v", err)
		}
	})
}
