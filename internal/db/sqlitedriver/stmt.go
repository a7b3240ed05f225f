package sqlitedriver

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
)

// stmt is a prepared statement.
type stmt struct {
	conn    *Conn
	sqlite  *sqlite.Stmt
	query   string
	order   []int // the argument of each parameter, counted from 0
	args    int   // how many arguments it takes
	columns []string
	busy    bool // its rows are being read
}

func newStmt(c *Conn, s *sqlite.Stmt, query string) (*stmt, error) {
	p := &stmt{conn: c, sqlite: s, query: query, order: make([]int, s.BindParamCount()), columns: make([]string, s.ColumnCount())}
	for i := range p.order {
		n, err := argument(s.BindParamName(i+1), i)
		if err != nil {
			s.Finalize()
			return nil, err
		}
		p.order[i] = n
		p.args = max(p.args, n+1)
	}
	for i := range p.columns {
		p.columns[i] = s.ColumnName(i)
	}
	return p, nil
}

// argument returns which argument the parameter at place i stands for: $3 for the third, wherever
// and however often it stands, ? for its place.
func argument(name string, i int) (int, error) {
	if name == "" {
		return i, nil
	}
	digits, numbered := strings.CutPrefix(name, "$")
	if !numbered {
		digits, _ = strings.CutPrefix(name, "?")
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("sqlitedriver: parameter %q has no number", name)
	}
	return n - 1, nil
}

// Close frees the statement.
func (s *stmt) Close() error { return s.sqlite.Finalize() }

// NumInput returns how many arguments the statement takes.
func (s *stmt) NumInput() int { return s.args }

// CheckNamedValue takes what SQLite can keep and leaves the rest to database/sql.
func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	switch v.Value.(type) {
	case int64, string, bool, []byte, float64, nil:
		return nil
	}
	return driver.ErrSkip
}

// Exec is there for the interface; database/sql calls ExecContext.
func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

// Query is there for the interface; database/sql calls QueryContext.
func (s *stmt) Query([]driver.Value) (driver.Rows, error) { return nil, driver.ErrSkip }

// ExecContext runs the statement to its end.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.watch(ctx)
	r, err := s.start(args)
	if err != nil {
		return nil, err
	}
	for more := r.row; more && err == nil; {
		more, err = s.conn.step(r.stmt.sqlite)
	}
	n := s.conn.sqlite.Changes()
	if closing := r.Close(); err == nil {
		err = closing
	}
	return changes(n), err
}

// QueryContext runs the statement up to its first row.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.conn.watch(ctx)
	r, err := s.start(args)
	if err != nil {
		return nil, err // not r: a nil pointer is no nil interface
	}
	return r, nil
}

// start binds the arguments and takes the first step. A statement whose rows are still being read is
// prepared once more.
func (s *stmt) start(args []driver.NamedValue) (*rows, error) {
	r := &rows{stmt: s}
	if s.busy {
		again, err := s.conn.prepare(s.query)
		if err != nil {
			return nil, err
		}
		r.stmt, r.spare = again, true
	}
	r.stmt.busy = true
	for i, n := range s.order {
		if n >= len(args) {
			r.Close()
			return nil, errTooFew(len(args), s.args)
		}
		if err := bind(r.stmt.sqlite, i+1, args[n].Value); err != nil {
			r.Close()
			return nil, err
		}
	}
	var err error
	if r.row, err = r.stmt.conn.step(r.stmt.sqlite); err != nil {
		r.Close()
		return nil, err
	}
	r.ready = true
	return r, nil
}

func errTooFew(given, wanted int) error {
	return fmt.Errorf("sqlitedriver: %d arguments for a statement that takes %d", given, wanted)
}

// bind hands a value over. Errors of SQLite's come with the step that follows.
func bind(s *sqlite.Stmt, param int, value any) error {
	switch v := value.(type) {
	case int64:
		s.BindInt64(param, v)
	case string:
		s.BindText(param, v)
	case bool:
		s.BindBool(param, v)
	case []byte:
		if v == nil {
			s.BindNull(param)
			return nil
		}
		s.BindBytes(param, v)
	case float64:
		s.BindFloat(param, v)
	case nil:
		s.BindNull(param)
	default:
		plain, err := driver.DefaultParameterConverter.ConvertValue(value)
		if err != nil {
			return fmt.Errorf("sqlitedriver: parameter %d: %w", param, err)
		}
		if _, isTime := plain.(time.Time); isTime {
			return fmt.Errorf("sqlitedriver: parameter %d: times are stored as microseconds", param)
		}
		return bind(s, param, plain)
	}
	return nil
}

// rows are the rows of one run of a statement.
type rows struct {
	stmt  *stmt
	row   bool // there may be one more
	ready bool // it has been stepped to
	spare bool // the statement was prepared for this run alone
}

// Columns returns the names of the columns.
func (r *rows) Columns() []string { return r.stmt.columns }

// Close ends the run. What the statement was given is forgotten, so that it does not hold memory.
func (r *rows) Close() error {
	if r.spare {
		return r.stmt.Close()
	}
	r.stmt.busy = false
	r.stmt.sqlite.Reset() // repeats the error of the last step, which was told
	if len(r.stmt.order) == 0 {
		return nil
	}
	r.stmt.sqlite.ClearBindings()
	return nil
}

// Next copies the next row. The first one has been stepped to when the run began.
func (r *rows) Next(dest []driver.Value) (err error) {
	if r.row && !r.ready {
		if r.row, err = r.stmt.conn.step(r.stmt.sqlite); err != nil {
			return err
		}
	}
	if !r.row {
		return io.EOF
	}
	r.ready = false
	for i := range dest {
		dest[i] = column(r.stmt.sqlite, i)
	}
	return nil
}

func column(s *sqlite.Stmt, i int) driver.Value {
	switch s.ColumnType(i) {
	case sqlite.TypeInteger:
		return s.ColumnInt64(i)
	case sqlite.TypeText:
		return s.ColumnText(i)
	case sqlite.TypeBlob:
		b := make([]byte, s.ColumnLen(i))
		s.ColumnBytes(i, b)
		return b
	case sqlite.TypeFloat:
		return s.ColumnFloat(i)
	}
	return nil
}

// ColumnTypeDatabaseTypeName returns the type that the table declares for a column which a query
// returns under its own name, in capitals, and "" for whatever else a query returns.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	return r.stmt.conn.declared(r.stmt.sqlite.ColumnTableName(i), r.stmt.columns[i])
}

func (c *Conn) declared(table, column string) string {
	s, _, err := c.sqlite.PrepareTransient("SELECT upper(type) FROM pragma_table_info(?) WHERE name = ?")
	if err != nil {
		return ""
	}
	defer s.Finalize()
	s.BindText(1, table)
	s.BindText(2, column)
	if there, err := c.step(s); err != nil || !there {
		return ""
	}
	return s.ColumnText(0)
}
