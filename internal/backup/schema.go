package backup

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/db/migrations"
)

// leftOut are the tables that a backup does not hold; the package comment says why.
var leftOut = []string{"session", "sign_in_link", "ceremony", "oidc_ceremony", "proof_code", "attempt", "node", "id_mark"}

// selfKept are those that package db keeps by itself: a database in which they alone have rows is
// empty.
var selfKept = []string{"node", "id_mark"}

// forgetful are the tables with wrapped keys, whose destruction is the erasure of what they sealed. Their
// chunks go on a stated day, whatever moments stay, and a restore takes them from the newest moment: a
// key that was destroyed since the moment that is restored stays destroyed.
var forgetful = []string{"vault_master", "vault_key"}

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	dropTable   = regexp.MustCompile(`(?m)^DROP TABLE (?:IF EXISTS )?(\w+)`)
	wholeTable  = regexp.MustCompile(`(?ms)^CREATE TABLE (\w+) \((.*?)^\);`)
	columnKey   = regexp.MustCompile(`(?m)^\s+(\w+)\s[^,\n]*\bPRIMARY KEY\b`)
	tableKey    = regexp.MustCompile(`(?m)^\s+PRIMARY KEY \(([^)]*)\)`)
)

// schema returns the schema's version and its tables in the order in which the migrations make them:
// a table can only refer to one that was there before it, so rows inserted in this order find what
// they refer to.
func schema() (version int, tables []string, err error) {
	files, err := fs.Glob(migrations.FS, "*.sql") // sorted by name
	if err != nil {
		return 0, nil, fmt.Errorf("backup: migrations: %w", err)
	}
	for _, name := range files {
		text, err := migrations.FS.ReadFile(name)
		if err != nil {
			return 0, nil, fmt.Errorf("backup: migrations: %w", err)
		}
		for _, m := range createTable.FindAllSubmatch(text, -1) {
			tables = append(tables, string(m[1]))
		}
		for _, m := range dropTable.FindAllSubmatch(text, -1) {
			tables = slices.DeleteFunc(tables, func(t string) bool { return t == string(m[1]) })
		}
		number, _, _ := strings.Cut(name, "_")
		if version, err = strconv.Atoi(number); err != nil {
			return 0, nil, fmt.Errorf("backup: migration without a number: %w", err)
		}
	}
	return version, tables, nil
}

// primaryKeys returns the columns of every table's primary key, as the migrations declare it.
func primaryKeys() (map[string][]string, error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("backup: migrations: %w", err)
	}
	out := map[string][]string{}
	for _, name := range files {
		text, err := migrations.FS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("backup: migrations: %w", err)
		}
		for _, m := range wholeTable.FindAllStringSubmatch(string(text), -1) {
			key := tableKey.FindStringSubmatch(m[2])
			if key == nil {
				key = columnKey.FindStringSubmatch(m[2])
			}
			if key == nil {
				return nil, fmt.Errorf("backup: table %s has no primary key", m[1])
			}
			out[m[1]] = strings.Split(strings.ReplaceAll(key[1], " ", ""), ",")
		}
	}
	return out, nil
}

// kept returns the schema's version and the tables that a backup holds.
func kept() (version int, tables []string, err error) {
	version, tables, err = schema()
	tables = slices.DeleteFunc(tables, func(t string) bool { return slices.Contains(leftOut, t) })
	return version, tables, err
}

// Kind is what a column holds, the same on both engines.
type Kind string

// The kinds, and how a row's JSON array writes them.
const (
	Int   Kind = "int"   // a number
	Text  Kind = "text"  // a string
	Bool  Kind = "bool"  // true or false
	Bytes Kind = "bytes" // a string in base 64
)

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// columnsOf reads the columns of an open result.
func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	out := make([]Column, len(types))
	for i, t := range types {
		out[i].Name = t.Name()
		switch t.DatabaseTypeName() {
		case "BIGINT", "INT8", "INTEGER": // the last is a row's own number in SQLite
			out[i].Kind = Int
		case "TEXT":
			out[i].Kind = Text
		case "BOOLEAN", "BOOL":
			out[i].Kind = Bool
		case "BYTEA":
			out[i].Kind = Bytes
		default:
			return nil, fmt.Errorf("column %s has type %s, which no table of the house may have", t.Name(), t.DatabaseTypeName())
		}
	}
	return out, nil
}

// tableColumns returns the columns of a table of the schema.
func tableColumns(ctx context.Context, q db.Queryer, table string) (cols []Column, err error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, fmt.Errorf("backup: columns of %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }() // nothing was read from it
	if cols, err = columnsOf(rows); err != nil {
		return nil, fmt.Errorf("backup: table %s: %w", table, err)
	}
	return cols, nil
}
