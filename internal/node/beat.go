package node

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/node/internal/nodedb"
)

// beat renews the lease, or takes a number where there is none or where it was lost, frees the numbers
// of those who have ended, and notes what it saw of the others.
func (l *Lease) beat(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := l.now()
	var rows []nodedb.Node
	var number, now int64
	err := l.d.WriteUnguarded(ctx, func(tx *db.Tx) (err error) {
		now = tx.NowMicros()
		if rows, err = nodedb.New().Nodes(ctx, tx); err != nil {
			return err
		}
		if err = l.free(ctx, tx, rows); err != nil {
			return err
		}
		number, err = l.renew(ctx, tx, rows)
		return err
	})
	if err != nil {
		return fmt.Errorf("node: beat: %w", err)
	}
	if number != l.number {
		l.number = number
		l.d.UseNode(int(max(number, 0)))
	}
	l.look(rows, now)
	if number < 0 {
		return errNoneFree
	}
	l.until.Store(int64(began + hold))
	return nil
}

// renew beats on the process's own row, or takes the least free number where it has none. It returns
// a negative number when none is free.
func (l *Lease) renew(ctx context.Context, tx *db.Tx, rows []nodedb.Node) (int64, error) {
	taken := map[int64]bool{}
	for _, r := range rows {
		if r.Token == l.token {
			_, err := nodedb.New().Beat(ctx, tx, nodedb.BeatParams{Now: tx.NowMicros(), Number: r.Number, Token: l.token})
			return r.Number, err
		}
		taken[r.Number] = !l.ended(r)
	}
	for number := range int64(Most) {
		if taken[number] {
			continue
		}
		n, err := nodedb.New().Take(ctx, tx, nodedb.TakeParams{Number: number, Token: l.token, Name: l.name, Now: tx.NowMicros()})
		if err != nil || n == 1 {
			return number, err
		}
	}
	return -1, nil
}

// free deletes the rows of processes that have ended, as long as they still stand as they were seen.
func (l *Lease) free(ctx context.Context, tx *db.Tx, rows []nodedb.Node) error {
	for _, r := range rows {
		if !l.ended(r) {
			continue
		}
		if _, err := nodedb.New().Free(ctx, tx, nodedb.FreeParams{Number: r.Number, Token: r.Token, Beat: r.Beat}); err != nil {
			return err
		}
	}
	return nil
}

// ended reports whether a row has stood still while this process beat often enough.
func (l *Lease) ended(r nodedb.Node) bool {
	o := l.others[r.Number]
	return o.token == r.Token && o.beat == r.Beat && o.times >= misses
}

const (
	// A row that has just been seen to move was written within the last beat; the clock by which it
	// was written may be that much behind ours, and little more.
	behind = every + 3*time.Second
	ahead  = 3 * time.Second
)

// look notes what was seen of the others, and reports clocks that disagree: jobs go by them.
func (l *Lease) look(rows []nodedb.Node, now int64) {
	seen := map[int64]sighting{}
	for _, r := range rows {
		if r.Token == l.token {
			continue
		}
		o, was := l.others[r.Number]
		switch {
		case !was || o.token != r.Token:
			o = sighting{token: r.Token, beat: r.Beat}
		case o.beat == r.Beat:
			o.times++
		default:
			o.beat, o.times = r.Beat, 0
			if off := clock.Time(r.BeatAt).Sub(clock.Time(now)); !o.askew && (off > ahead || off < -behind) {
				o.askew = true
				l.log.Warn("clocks of two servers disagree", "name", r.Name, "node", r.Number, "by", off.Round(time.Millisecond))
			}
		}
		seen[r.Number] = o
	}
	l.others = seen
}
