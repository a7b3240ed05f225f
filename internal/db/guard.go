package db

import "context"

// Guard has allowed asked before each body of every write; what it returns is that body's answer.
// A node that may have lost its place among the others stops writing by it. nil asks nobody.
func (d *DB) Guard(allowed func() error) { d.guard.Store(&allowed) }

func (d *DB) guarded() error {
	if allowed := d.guard.Load(); allowed != nil && *allowed != nil {
		return (*allowed)()
	}
	return nil
}

// WriteUnguarded is Write without asking the guard, for the writes by which the guard's own grounds
// are renewed, and for nothing else.
func (d *DB) WriteUnguarded(ctx context.Context, body func(tx *Tx) error) error {
	return d.enqueue(&work{ctx: ctx, body: body, done: make(chan error, 1), weight: 1, unguarded: true})
}

// UseNode makes ids from now on as the node with this number, 0..clock.MaxNode.
func (d *DB) UseNode(number int) { d.ids.UseNode(number) }
