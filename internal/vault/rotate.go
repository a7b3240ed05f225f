package vault

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/vault/internal/vaultdb"
)

// rewrapRows is how many keys one write wraps anew.
const rewrapRows = 200

// Prepare puts a new master key beside the present one where it is kept, and wraps nothing yet: on
// several servers the file is then copied to all before Rotate. One that waits there already is left.
// Faults: Busy "vault.locked", Conflict "vault.rotate_setting".
func (v *Vault) Prepare(ctx context.Context) error {
	if err := v.Locked(); err != nil {
		return err
	}
	file, ok := v.source.(Changeable)
	if !ok {
		return errRotate
	}
	return v.d.Read(ctx, func(r *db.Reader) error {
		current, leaving, err := masterStates(ctx, r)
		if err != nil || leaving || v.ring.Load().first != current {
			return err // a new one is there
		}
		if err := file.Add(); err != nil {
			return err
		}
		return v.unlock(ctx, r)
	})
}

// masterStates returns the id of the current master and whether a rotation is under way.
func masterStates(ctx context.Context, r db.Queryer) (current string, leaving bool, err error) {
	all, err := q.Masters(ctx, r)
	if err != nil {
		return "", false, fmt.Errorf("vault: master keys: %w", err)
	}
	for _, m := range all {
		switch m.State {
		case "current":
			current = m.ID
		case "leaving":
			leaving = true
		}
	}
	return current, leaving, nil
}

// Rotate changes to a new master key: it makes one unless Prepare has, or a setting names one; wraps
// every key by it, page by page, while servers go on working with both; and takes the old one away from
// where it is kept. What was interrupted goes on where it stopped when it is called again. progress may
// be nil. It returns how many keys it wrapped anew. Faults: Busy "vault.locked", Conflict
// "vault.rotate_setting".
func (v *Vault) Rotate(ctx context.Context, progress func(done int64)) (done int64, err error) {
	current, leaving := "", false
	err = v.d.Read(ctx, func(r *db.Reader) (err error) {
		if err := v.unlock(ctx, r); err != nil {
			return err
		}
		current, leaving, err = masterStates(ctx, r)
		return err
	})
	if err != nil {
		return 0, err
	}
	if v.ring.Load().first == current && !leaving {
		if err := v.Prepare(ctx); err != nil {
			return 0, err
		}
	}
	target := v.ring.Load().first
	if err := v.d.Write(ctx, func(tx *db.Tx) error { return changeMaster(ctx, tx, target) }); err != nil {
		return 0, err
	}
	for after := int64(-1); ; {
		n, last := int64(0), int64(0)
		err := v.d.Write(ctx, func(tx *db.Tx) (err error) {
			n, last, err = v.rewrap(ctx, tx, target, after) // which may run again: after stays as it was
			return err
		})
		if err != nil {
			return done, err
		}
		if n == 0 {
			break
		}
		after = last
		if done += n; progress != nil {
			progress(done)
		}
	}
	return done, v.retire(ctx, target)
}

// changeMaster has new keys wrapped by target from now on, by every process.
func changeMaster(ctx context.Context, tx *db.Tx, target string) error {
	current, err := currentMaster(ctx, tx)
	if err != nil || current == target {
		return err
	}
	if err := q.LeaveMaster(ctx, tx); err != nil {
		return fmt.Errorf("vault: leave a master key: %w", err)
	}
	n, err := q.InsertMaster(ctx, tx, vaultdb.InsertMasterParams{ID: target, MadeAt: tx.NowMicros()})
	if err == nil && n == 0 {
		err = q.MakeCurrent(ctx, tx, target) // it was here before
	}
	if err != nil {
		return fmt.Errorf("vault: name the master key: %w", err)
	}
	return nil
}

// rewrap wraps one page of keys anew and returns how many, and the last subject.
func (v *Vault) rewrap(ctx context.Context, tx *db.Tx, target string, after int64) (n, last int64, err error) {
	page, err := q.KeysUnderOthers(ctx, tx, vaultdb.KeysUnderOthersParams{After: after, Current: target, Most: rewrapRows})
	if err != nil {
		return 0, after, fmt.Errorf("vault: keys to wrap anew: %w", err)
	}
	to, err := v.master(ctx, tx, target)
	if err != nil {
		return 0, after, err
	}
	for _, k := range page {
		from, err := v.master(ctx, tx, k.MasterID)
		if err != nil {
			return 0, after, err
		}
		h, err := unwrap(k, from)
		if err != nil {
			return 0, after, unopened(k.SubjectID, err)
		}
		wrapped, err := wrap(h, to, k.SubjectID)
		if err != nil {
			return 0, after, err
		}
		if _, err := q.Rewrap(ctx, tx, vaultdb.RewrapParams{Wrapped: wrapped, Current: target, SubjectID: k.SubjectID, Other: k.MasterID}); err != nil {
			return 0, after, fmt.Errorf("vault: keep a key that was wrapped anew: %w", err)
		}
		last = k.SubjectID
	}
	return int64(len(page)), last, nil
}

// retire ends a rotation, once no key needs another master than target.
func (v *Vault) retire(ctx context.Context, target string) error {
	leaving := false
	err := v.d.Write(ctx, func(tx *db.Tx) (err error) {
		if err := q.RetireMasters(ctx, tx, tx.NowMicros()); err != nil {
			return fmt.Errorf("vault: retire master keys: %w", err)
		}
		_, leaving, err = masterStates(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	file, ok := v.source.(Changeable)
	if leaving || !ok {
		return nil
	}
	if err := file.Keep(target); err != nil {
		return err
	}
	return v.d.Read(ctx, func(r *db.Reader) error { return v.unlock(ctx, r) })
}

// MasterStatus is one master key as the database knows it.
type MasterStatus struct {
	ID      string
	State   string // "current", "leaving" (a rotation is under way), "retired"
	MadeAt  time.Time
	Retired time.Time // zero: not
	Keys    int64     // that it wraps
	Here    bool      // whether this machine has it
}

// Status is what an operator may know of a vault.
type Status struct {
	Masters   []MasterStatus
	Destroyed int64 // keys that are gone
	Locked    error // nil, or why the vault is locked
}

// Status reads the state of the vault.
func (v *Vault) Status(ctx context.Context, r db.Queryer) (Status, error) {
	out := Status{Locked: v.Locked()}
	all, err := q.Masters(ctx, r)
	if err != nil {
		return out, fmt.Errorf("vault: master keys: %w", err)
	}
	counts, err := q.CountKeys(ctx, r)
	if err != nil {
		return out, fmt.Errorf("vault: count keys: %w", err)
	}
	here := ring{}
	if list, err := v.source.Masters(ctx); err == nil {
		here = *ringOf(list)
	}
	for _, m := range all {
		s := MasterStatus{ID: m.ID, State: m.State, MadeAt: clock.Time(m.MadeAt), Retired: clock.Time(m.RetiredAt), Here: here.masters[m.ID] != nil}
		for _, c := range counts {
			if c.MasterID == m.ID {
				s.Keys = c.Keys
			}
		}
		out.Masters = append(out.Masters, s)
	}
	if out.Destroyed, err = q.CountDestroyed(ctx, r); err != nil {
		return out, fmt.Errorf("vault: count keys that are gone: %w", err)
	}
	return out, nil
}
