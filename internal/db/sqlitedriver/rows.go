package sqlitedriver

import "context"

// maxStatements is how many statements ExecRows keeps. The house writes with a few hundred.
const maxStatements = 1000

// ExecRows runs one statement n times, each with the arguments that fill appends for run i, and
// returns how many rows were written in all. The statement is prepared once per connection and kept.
// Arguments go to SQLite as they are, past database/sql: call it through (*sql.Conn).Raw.
func (c *Conn) ExecRows(ctx context.Context, query string, n int, fill func(i int, args []any) []any) (written int64, err error) {
	c.watch(ctx)
	s, err := c.kept(query)
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, s.args)
	for i := range n {
		changed, err := s.once(fill(i, args[:0]))
		written += changed
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (c *Conn) kept(query string) (*stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		for _, s := range c.stmts {
			if err := s.Close(); err != nil {
				return nil, err
			}
		}
		clear(c.stmts)
	}
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// once binds all parameters anew and runs the statement to its end.
func (s *stmt) once(args []any) (changed int64, err error) {
	for i, n := range s.order {
		if n >= len(args) {
			return 0, errTooFew(len(args), s.args)
		}
		if err := bind(s.sqlite, i+1, args[n]); err != nil {
			return 0, err
		}
	}
	for more := true; more && err == nil; {
		more, err = s.conn.step(s.sqlite)
	}
	if err != nil {
		return 0, err // the step has reset the statement
	}
	return int64(s.conn.sqlite.Changes()), s.sqlite.Reset()
}
