package child_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/consent"
	"manyhands/internal/db"
)

// TestNothingIsInClear looks for everything that was typed in every table, and in the trail.
func TestNothingIsInClear(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	in := enrolment()
	in.Number = number("11010520160309002")
	r := h.enrol(worker, in)
	g := h.guardians(worker, r.ID)[0]
	want(t, "agree", h.agree(worker, r.ID, g.ID, consent.For(consent.Enrol), true), "")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.AddNote(ctx, tx, r.ID, access.Casework, "talk", "测试的话")
		return err
	})
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.ByName(ctx, tx, "测试甲", "2016-03-09", access.Casework)
		return err
	})
	dump := h.dump()
	for _, word := range []string{"测试", "小甲", "花生", "13800000000", in.Number.Number, "2016-03-09", "20160309"} {
		if strings.Contains(dump, word) {
			t.Errorf("%s lies in the database in clear", word)
		}
	}
	if !strings.Contains(dump, r.Code) {
		t.Error("the dump is empty")
	}
}

// dump returns every value of every table.
func (h *house) dump() string {
	h.t.Helper()
	var b strings.Builder
	err := h.d.Read(h.t.Context(), func(r *db.Reader) error {
		rows, err := r.QueryContext(h.t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table'")
		if err != nil {
			return err
		}
		var tables []string
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			tables = append(tables, s)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, table := range tables {
			if err := dumpTable(h.t, r, table, &b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

func dumpTable(t *testing.T, r *db.Reader, table string, b *strings.Builder) error {
	rows, err := r.QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return err
		}
		for _, v := range values {
			switch x := (*v.(*any)).(type) {
			case []byte:
				b.Write(x)
			case string:
				b.WriteString(x)
			default:
				text, _ := json.Marshal(x)
				b.Write(text)
			}
			b.WriteByte('\n')
		}
	}
	return rows.Err()
}
