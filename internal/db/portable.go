package db

import (
	"database/sql/driver"
	"regexp"
	"strings"
)

// anyOf finds the one form of list parameter that queries use: col = ANY($1::bigint[]).
var anyOf = regexp.MustCompile(`= ANY\((\$\d+)::\w+\[\]\)`)

// portable makes the few differences that remain between the engines go away: on SQLite a list
// parameter, which generated code hands over in PostgreSQL's array notation, becomes a JSON array
// that json_each takes apart.
func portable(e Engine, query string, args []any) (string, []any) {
	if e == Postgres || !strings.Contains(query, "ANY(") {
		return query, args
	}
	query = anyOf.ReplaceAllString(query, "IN (SELECT value FROM json_each($1))")
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = jsonArray(a)
	}
	return query, out
}

func jsonArray(a any) any {
	v, ok := a.(driver.Valuer)
	if !ok {
		return a
	}
	x, err := v.Value()
	if err != nil {
		return a
	}
	if s, ok := x.(string); ok && strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
		return "[" + s[1:len(s)-1] + "]"
	}
	return a
}
