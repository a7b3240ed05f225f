package backup

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, Texts, "backup.")
}

// difficult is text that a careless format breaks.
const difficult = "粥 \"a\",\n\t<b>&'\\ \u2028 🥣 ]["

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(context.Background(), query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// fillSome writes rows that refer to each other, more than one batch in one table.
func fillSome(t *testing.T, d *db.DB) {
	t.Helper()
	exec(t, d, "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)", "motto", difficult, int64(-1))
	exec(t, d, "INSERT INTO organisation (id, slug, kind, name_zh, name_en, state, made_at, changed_at) VALUES (1, 'a', 'charity', '甲', 'A', 'published', 1, 1)")
	exec(t, d, "INSERT INTO programme (id, organisation_id, slug, theme, name_zh, name_en, state, made_at, changed_at) VALUES ($1, 1, 'p', 'meals', '', $2, 'draft', 1, 9223372036854775807)", int64(1)<<62, difficult)
	exec(t, d, "INSERT INTO fund (id, slug, name_zh, name_en, restricted, account_id, opened_at) VALUES (1, 'f', 'f', 'f', $1, 1, 1), (2, 'g', 'g', 'g', $2, 2, 1)", true, false)
	exec(t, d, "INSERT INTO person (id, email, name, made_at) VALUES (5, '', '', 1)")
	exec(t, d, "INSERT INTO session (id, token_hash, person_id, way, device, made_at, seen_at, proven_at, expires_at) VALUES (1, 's', 5, '', '', 1, 1, 1, 9)")
	exec(t, d, "INSERT INTO vault_key (subject_id, wrapped, master_id, made_at) VALUES (77, $1, 'm', 1)", []byte{0, 1, 255})
	exec(t, d, "INSERT INTO sign_in_link (token_hash, email, made_at, expires_at) VALUES ('h', 'a@example.org', 1, 2)")
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for i := range 2*batchRows + 7 {
			_, err := tx.ExecContext(context.Background(), "INSERT INTO event (id, kind, subject_id, at, data) VALUES ($1, 'x', 0, 0, '{}')", int64(i+1))
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

// taker takes moments of databases into one folder.
type taker struct {
	t      *testing.T
	folder string
	o      Options
	key    Key
}

func newTaker(t *testing.T) *taker {
	t.Helper()
	return &taker{t: t, folder: filepath.Join(t.TempDir(), "backup"), o: Options{NameKey: bytes.Repeat([]byte{7}, 32), rows: 64}}
}

// withKey makes a key and encrypts to it.
func (k *taker) withKey() *taker {
	k.t.Helper()
	path := filepath.Join(k.t.TempDir(), "key")
	public, err := WriteKey(path)
	if err != nil {
		k.t.Fatal(err)
	}
	if k.key, err = ReadKey(path); err != nil {
		k.t.Fatal(err)
	}
	if k.o.To, err = ReadersOf([]string{public}); err != nil {
		k.t.Fatal(err)
	}
	return k
}

func (k *taker) take(d *db.DB) Summary {
	k.t.Helper()
	s, err := Take(context.Background(), d, k.folder, k.o)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

func (k *taker) restore(d *db.DB) error {
	_, err := Restore(context.Background(), d, k.folder, "", k.key, nil)
	return err
}

func (k *taker) verify() (Manifest, error) {
	return Verify(context.Background(), k.folder, "", k.key, nil)
}

// content is every row of every kept table as sorted text.
func content(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	_, tables, err := kept()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	ctx := context.Background()
	err = d.Read(ctx, func(r *db.Reader) error {
		for _, name := range tables {
			rows, err := r.QueryContext(ctx, "SELECT * FROM "+name)
			if err != nil {
				return err
			}
			cols, err := columnsOf(rows)
			if err != nil {
				return err
			}
			into := cells(cols)
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					return err
				}
				line, err := appendRow(nil, into)
				if err != nil {
					return err
				}
				out[name] = append(out[name], string(line))
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
			slices.Sort(out[name])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, from *db.DB, _ *clock.Sim) {
		fillSome(t, from)
		k := newTaker(t).withKey()
		var last Progress
		k.o.Progress = func(p Progress) { last = p }
		m := k.take(from)
		want := content(t, from)
		if len(want["event"]) != 2*batchRows+7 || len(want["programme"]) != 1 {
			t.Fatalf("the sample is not what it should be: %d events", len(want["event"]))
		}
		if m.Rows() != int64(2*batchRows+7+7) || last.Rows != m.Rows() || last.Number != last.Tables {
			for _, x := range m.Tables {
				t.Log(x.Name, x.Rows)
			}
			t.Errorf("%d rows in the manifest; progress ended at %+v", m.Rows(), last)
		}
		if got, err := k.verify(); err != nil || got.Rows() != m.Rows() {
			t.Errorf("verify: %d rows, %v", got.Rows(), err)
		}
		dbtest.Each(t, func(t *testing.T, to *db.DB, _ *clock.Sim) { // into itself and into the other engine
			if err := k.restore(to); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, content(t, to)); diff != "" {
				t.Errorf("rows differ (-before +after):\n%s", diff)
			}
			err := k.restore(to)
			if !errors.Is(err, fault.New(fault.Conflict, "backup.not_empty")) {
				t.Errorf("into a database in use: %v", err)
			}
		})
	})
}

func TestSchemaIsTheDatabases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		query := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
		if d.Engine() == db.Postgres {
			query = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
		}
		var have []string
		err := d.Read(context.Background(), func(r *db.Reader) error {
			rows, err := r.QueryContext(context.Background(), query)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				if s != "goose_db_version" {
					have = append(have, s)
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		_, want, err := schema()
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(have)
		slices.Sort(want)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("tables (-migrations +database):\n%s", diff)
		}
		for _, t1 := range leftOut {
			if !slices.Contains(have, t1) {
				t.Errorf("%s is left out and does not exist", t1)
			}
		}
	})
}

// TestWhileWriting takes a backup while others write sets of two rows: the snapshot holds whole sets.
func TestWhileWriting(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Sim) {
		k := newTaker(t).withKey()
		k.o.rows = 0 // as in earnest
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		begun := make(chan bool)
		var once sync.Once
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := int64(1); ctx.Err() == nil; n++ {
				err := d.Write(ctx, func(tx *db.Tx) error {
					for _, name := range []string{"setting", "event"} { // the later table of the file is written first
						q := "INSERT INTO setting (name, value, changed_at) VALUES ($1, '', 0)"
						arg := any(clock.FormatID(n))
						if name == "event" {
							q, arg = "INSERT INTO event (id, kind, subject_id, at, data) VALUES ($1, '', 0, 0, '')", n
						}
						if _, err := tx.ExecContext(ctx, q, arg); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				once.Do(func() { close(begun) })
			}
		})
		<-begun
		for range 3 {
			now.Advance(time.Second)
			m := k.take(d)
			rows := map[string]int64{}
			for _, table := range m.Tables {
				rows[table.Name] = table.Rows
			}
			if rows["event"] == 0 || rows["event"] != rows["setting"] {
				t.Errorf("not one moment: %d events, %d settings", rows["event"], rows["setting"])
			}
		}
		stop()
		wg.Wait()
	})
}

func TestOtherSchema(t *testing.T) {
	t.Parallel()
	version, tables, err := kept()
	if err != nil {
		t.Fatal(err)
	}
	good := Manifest{Program: program, Format: format, Schema: version}
	for _, name := range tables {
		good.Tables = append(good.Tables, Table{Name: name})
	}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		change func(*Manifest)
		key    string
	}{
		{func(m *Manifest) { m.Format++ }, "backup.format"},
		{func(m *Manifest) { m.Schema++ }, "backup.schema_newer"},
		{func(m *Manifest) { m.Schema-- }, "backup.schema_older"},
		{func(m *Manifest) { m.Tables = m.Tables[1:] }, "backup.not_backup"},
		{func(m *Manifest) { m.Tables = slices.Clone(m.Tables); m.Tables[0].Name = "session" }, "backup.not_backup"},
	} {
		m := good
		x.change(&m)
		if e, ok := errors.AsType[*fault.Error](m.check()); !ok || e.Key != x.key {
			t.Errorf("%v, want %s", e, x.key)
		}
	}
}

func TestRowsThatAreNoText(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t) // PostgreSQL refuses such text itself
	exec(t, d, "INSERT INTO setting (name, value, changed_at) VALUES ('a', $1, 0)", "\xff")
	k := newTaker(t).withKey()
	if _, err := Take(context.Background(), d, k.folder, k.o); err == nil || !strings.Contains(err.Error(), "table setting: column 2") {
		t.Errorf("want the table and column named: %v", err)
	}
}

func FuzzReadRow(f *testing.F) {
	f.Add([]byte(`[1,"a",true,"AAH/"]`))
	f.Add([]byte(`[1,null,1,[]]`))
	cols := []Column{{"a", Int}, {"b", Text}, {"c", Bool}, {"d", Bytes}}
	f.Fuzz(func(t *testing.T, line []byte) {
		args, err := readRow(line, cols, nil)
		if err != nil {
			return
		}
		n, s, b, x := args[0].(int64), args[1].(string), args[2].(bool), args[3].([]byte)
		again, err := appendRow(nil, []any{&n, &s, &b, &x})
		if err != nil {
			t.Fatal(err)
		}
		back, err := readRow(again, cols, nil)
		if err != nil || !cmp.Equal(args, back) {
			t.Errorf("%q became %q: %v", line, again, err)
		}
	})
}

// TestIDsGoOn restores into a database whose clock is behind: new rows come after the restored ones.
func TestIDsGoOn(t *testing.T) {
	t.Parallel()
	from, now := dbtest.SQLite(t)
	now.Advance(time.Hour)
	fillSome(t, from)
	last := from.NewID()
	exec(t, from, "DELETE FROM session")
	k := newTaker(t).withKey()
	if m := k.take(from); m.LastID < last {
		t.Fatalf("the manifest says %d, %d was made", m.LastID, last)
	}
	to, _ := dbtest.SQLite(t)
	if err := k.restore(to); err != nil {
		t.Fatal(err)
	}
	if id := to.NewID(); id <= last {
		t.Errorf("after %d comes %d", last, id)
	}
}
