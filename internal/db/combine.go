package db

import (
	"context"
	"errors"
)

// Combiner runs writes of one kind together. What waits in the writer's queue at the same moment is
// handed to one body as a slice, so that the body can read and write for all of them in a few
// statements instead of a few each. One item alone takes the same way: there is no second code.
//
// It is for the few paths that thousands walk at once. Everything else is a Write.
type Combiner[T any] struct {
	d    *DB
	body Body[T]
}

// Body does the work of all items in one transaction. An item that fails by itself gets its Err, and
// then nothing may have been written for it. An error returned means that the body could not tell
// whose fault it was: everything that it wrote is undone and each item is run alone. Like every body
// it may be run again, and then finds the items as they were handed in.
type Body[T any] func(ctx context.Context, tx *Tx, items []*Item[T]) error

// Item is one piece of work: what it is, and what became of it.
type Item[T any] struct {
	Value T // as it was handed in; the body leaves its results here
	Err   error

	given T
}

// Combine returns a combiner for the body. Make one for each kind of work and keep it.
func Combine[T any](d *DB, body Body[T]) *Combiner[T] { return &Combiner[T]{d: d, body: body} }

// Do hands one item in and returns it as the body left it, once that is durable. Faults as Write's.
func (c *Combiner[T]) Do(ctx context.Context, value T) (T, error) {
	items, err := c.DoAll(ctx, value)
	if err != nil {
		return value, err
	}
	return items[0].Value, items[0].Err
}

// DoAll hands several items in, at most MaxItems, and returns them in the same order. They share a
// transaction with each other but not their fate: each has its own Err. The error returned concerns
// all of them, and faults as Write's.
func (c *Combiner[T]) DoAll(ctx context.Context, values ...T) ([]*Item[T], error) {
	if len(values) > MaxItems {
		return nil, ErrTooManyItems
	}
	if len(values) == 0 {
		return nil, nil
	}
	items := make([]*Item[T], len(values))
	for i, v := range values {
		items[i] = &Item[T]{given: v}
	}
	j := &work{ctx: ctx, done: make(chan error, 1), kind: c, items: items, weight: len(items)}
	return items, c.d.enqueue(j)
}

// MaxItems is how many items one call of DoAll may hand in.
const MaxItems = 1000

// ErrTooManyItems is returned by DoAll for more than MaxItems.
var ErrTooManyItems = errors.New("db: too many items in one call")

// combined is what the writer knows of a Combiner: which works belong together, and how to run them.
type combined interface {
	run(w *writer, members []*work, alone bool) error
}

// run runs the members' items together, and one by one when together they fail. The error returned
// is the transaction's.
func (c *Combiner[T]) run(w *writer, members []*work, alone bool) error {
	var items []*Item[T]
	for _, j := range members {
		items = append(items, j.items.([]*Item[T])...)
	}
	if !w.apart {
		err := c.runSome(w, members[0].ctx, items, alone)
		switch {
		case err == nil || isTransaction(err):
			return err
		case len(items) == 1:
			items[0].Err = err
			return nil
		case alone: // there was no savepoint to go back to: it would have cost every batch something
			return errApart
		}
	}
	for _, it := range items {
		one := []*Item[T]{it}
		err := c.runSome(w, members[0].ctx, one, false)
		if isTransaction(err) {
			return err
		}
		if err != nil {
			it.Err = err
		}
	}
	return nil
}

func (c *Combiner[T]) runSome(w *writer, ctx context.Context, items []*Item[T], alone bool) error {
	ctx = context.WithoutCancel(ctx) // one caller's end is not the others'
	return w.runBody(alone, func(tx *Tx) error {
		for _, it := range items {
			it.Value, it.Err = it.given, nil
		}
		err := c.body(ctx, tx, items)
		if err == nil && allFailed(items) {
			return nil
		}
		tx.wrote = err == nil
		return err
	})
}

func allFailed[T any](items []*Item[T]) bool {
	for _, it := range items {
		if it.Err == nil {
			return false
		}
	}
	return true
}
