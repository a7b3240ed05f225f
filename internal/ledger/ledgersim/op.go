package ledgersim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
)

// name is the word for the kind of call.
func (o Op) name() string {
	switch {
	case o.Open != nil:
		return "open"
	case o.Post != nil:
		return "post"
	case o.Reserve != nil:
		return "reserve"
	case o.Release != 0:
		return "release"
	case o.Expire != 0:
		return "expire"
	}
	return "reverse"
}

// accounts turns slots into the ids that the ledger gave, and an unknown slot into no account.
type accounts map[int64]int64

func (a accounts) of(slot int64) int64 {
	if id, ok := a[slot]; ok {
		return id
	}
	return noAccount + slot
}

// noAccount is where ids begin that no account has, below those that carry the time.
const noAccount = 1 << 50

func (a accounts) sets(in []ledger.Set) []ledger.Set {
	out := slices.Clone(in)
	for i, s := range out {
		out[i].Entries = slices.Clone(s.Entries)
		for k, e := range s.Entries {
			out[i].Entries[k].From, out[i].Entries[k].To = a.of(e.From), a.of(e.To)
		}
	}
	return out
}

func (a accounts) holds(in []ledger.Hold) []ledger.Hold {
	out := slices.Clone(in)
	for i, h := range in {
		out[i].From, out[i].To = a.of(h.From), a.of(h.To)
	}
	return out
}

// run makes the call; a gets what it opened.
func (o Op) run(ctx context.Context, tx *db.Tx, a accounts) error {
	switch {
	case o.Open != nil:
		id, err := ledger.Open(ctx, tx, o.Open.code(), o.Open.Unit, o.Open.Floored, o.Open.Traced)
		if err == nil {
			a[o.Open.Slot] = id
		}
		return err
	case o.Post != nil:
		return ledger.Post(ctx, tx, a.sets(o.Post)...)
	case o.Reserve != nil:
		return ledger.Reserve(ctx, tx, a.holds(o.Reserve)...)
	case o.Release != 0:
		return ledger.Release(ctx, tx, o.Release)
	case o.Expire != 0:
		return ledger.Expire(ctx, tx, o.Expire)
	}
	if r := o.Reverse; r != nil {
		return ledger.Reverse(ctx, tx, r.Entry, r.By, r.Subject, r.Kind)
	}
	return nil
}

func (o *Open) code() string { return fmt.Sprint("slot ", o.Slot) }

// predict makes the call on the model.
func (o Op) predict(m *model, now time.Time) string {
	switch {
	case o.Open != nil:
		return m.open(*o.Open)
	case o.Post != nil:
		key, set := m.post(o.Post, now)
		return blamed(key, set)
	case o.Reserve != nil:
		return m.reserve(o.Reserve, now)
	case o.Release != 0:
		return m.end(o.Release, ledger.Released, now)
	case o.Expire != 0:
		return m.end(o.Expire, ledger.Expired, now)
	}
	if o.Reverse != nil {
		return m.reverse(*o.Reverse, now)
	}
	return ""
}

func blamed(key string, set int64) string {
	if key == "" {
		return ""
	}
	return fmt.Sprintf("%s in set %d", key, set)
}

// answer is what an error says, as predict puts it; false when it is no refusal.
func answer(err error) (string, bool) {
	if err == nil {
		return "", true
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return "", false
	}
	if s, ok := errors.AsType[*ledger.SetError](err); ok {
		return blamed(e.Key, s.Set), true
	}
	return e.Key, true
}

// refusal is a body's end at an answer that it stops at.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }

// run makes the calls of a body and returns their answers.
func (b Body) run(ctx context.Context, tx *db.Tx, a accounts) (answers []string, err error) {
	for _, o := range b.Ops {
		err := o.run(ctx, tx, a)
		word, ok := answer(err)
		if !ok {
			return nil, err
		}
		answers = append(answers, word)
		if err != nil && b.Stops {
			return answers, &refusal{err}
		}
	}
	return answers, nil
}

// predict makes the calls of a body on a model, and reports whether it is kept.
func (b Body) predict(m *model, now time.Time) (answers []string, kept bool) {
	for _, o := range b.Ops {
		n := m.fork()
		word := o.predict(n, now)
		answers = append(answers, word)
		if word == "" {
			n.keep()
		} else if b.Stops {
			return answers, false
		}
	}
	return answers, true
}
