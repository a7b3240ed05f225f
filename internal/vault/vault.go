package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault/internal/vaultdb"
)

var q = vaultdb.New()

// Options say how a vault is opened.
type Options struct {
	Source Source // of master keys; nil for none
	// Make makes the first master key and the key of look-ups where there are none yet. Commands that
	// only look leave it out.
	Make bool
}

// Vault is one process's way to the keys of a database. It is safe for use by many goroutines.
type Vault struct {
	d      *db.DB
	source Source

	mu     sync.Mutex // of trying to unlock
	tried  int64      // when that was last done without success, microseconds
	ring   atomic.Pointer[ring]
	locked atomic.Pointer[error] // nil: open

	cache cache
}

// retryEvery is how long a locked vault waits before it looks again whether its master key is back.
const retryEvery = 10 * time.Second

// Open returns the vault of d, whose schema must be this program's. That the master key is missing, is
// another one, or cannot be read is no error: the vault is locked then, and Locked says why.
func Open(ctx context.Context, d *db.DB, o Options) (*Vault, error) {
	v := &Vault{d: d, source: o.Source}
	if v.source == nil {
		v.source = Text("")
	}
	if o.Make {
		if err := v.prepare(ctx); err != nil && isTrouble(err) {
			return nil, err
		}
	}
	err := d.Read(ctx, func(r *db.Reader) error { return v.unlock(ctx, r) })
	if err != nil && isTrouble(err) {
		return nil, err
	}
	return v, nil
}

// Shut returns a vault without a master key, for work that needs none.
func Shut(d *db.DB) *Vault {
	v := &Vault{d: d, source: Text("")}
	v.shut(locked(errNoMaster))
	return v
}

func (v *Vault) shut(err error) { v.locked.Store(&err) }

// isTrouble reports whether err is other than that the vault is locked.
func isTrouble(err error) bool { return !errors.Is(err, ErrLocked) }

// Locked returns nil, or the fault that says that the vault is locked: Busy "vault.locked". The error
// beneath it says why, for the operator.
func (v *Vault) Locked() error {
	if e := v.locked.Load(); e != nil {
		return *e
	}
	return nil
}

// Retry looks whether a locked vault's master key has come back, and returns Locked.
func (v *Vault) Retry(ctx context.Context) error {
	if v.Locked() == nil {
		return nil
	}
	return v.d.Read(ctx, func(r *db.Reader) error { return v.relock(ctx, r) })
}

// prepare makes what a new vault lacks: a master key where no key is wrapped by any, and the key of
// look-ups. It returns Busy "vault.locked" when it cannot.
func (v *Vault) prepare(ctx context.Context) error {
	current := ""
	err := v.d.Read(ctx, func(r *db.Reader) (err error) {
		current, err = currentMaster(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	all, err := v.source.Masters(ctx)
	if file, ok := v.source.(Changeable); ok && current == "" && errors.Is(err, errNoMaster) {
		if err := file.Make(); err != nil {
			return err
		}
		all, err = v.source.Masters(ctx)
	}
	if err != nil {
		return locked(err)
	}
	v.ring.Store(ringOf(all))
	return v.d.Write(ctx, func(tx *db.Tx) error {
		current, err := currentMaster(ctx, tx) // another process may have been first
		if err != nil {
			return err
		}
		if current == "" {
			if _, err := q.InsertMaster(ctx, tx, vaultdb.InsertMasterParams{ID: all[0].ID(), MadeAt: tx.NowMicros()}); err != nil {
				return fmt.Errorf("vault: name the master key: %w", err)
			}
		}
		return v.makeLookup(ctx, tx)
	})
}

// currentMaster returns the id of the master that wraps new keys, "" before there is one.
func currentMaster(ctx context.Context, r db.Queryer) (string, error) {
	id, err := q.CurrentMaster(ctx, r)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("vault: current master key: %w", err)
	}
	return id, nil
}

// ring is what a process needs to open keys.
type ring struct {
	masters map[string]Master
	first   string // the one that the operator wants
	lookup  lookup
}

func ringOf(all []Master) *ring {
	r := &ring{masters: make(map[string]Master, len(all))}
	for _, m := range all {
		r.masters[m.ID()] = m
	}
	if len(all) > 0 {
		r.first = all[0].ID()
	}
	return r
}

// unlock reads the master keys and the key of look-ups, and leaves the vault open or locked.
func (v *Vault) unlock(ctx context.Context, r db.Queryer) error {
	fresh, err := v.load(ctx, r)
	if err != nil && isTrouble(err) {
		return err
	}
	if err != nil {
		v.shut(err)
		return err
	}
	v.ring.Store(fresh)
	v.locked.Store(nil)
	return nil
}

func (v *Vault) load(ctx context.Context, r db.Queryer) (*ring, error) {
	current, err := currentMaster(ctx, r)
	if err != nil {
		return nil, err
	}
	all, err := v.source.Masters(ctx)
	if err != nil {
		return nil, locked(err)
	}
	fresh := ringOf(all)
	if fresh.masters[current] == nil {
		return nil, locked(fault.New(fault.Invalid, "vault.other_master", "ID", current))
	}
	fresh.lookup, err = loadLookup(ctx, r, fresh)
	return fresh, err
}

// relock is unlock, at most every retryEvery while the vault is locked.
func (v *Vault) relock(ctx context.Context, r db.Queryer) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.d.NowMicros()
	if e := v.locked.Load(); e != nil && now-v.tried < retryEvery.Microseconds() && now >= v.tried {
		return *e
	}
	err := v.unlock(ctx, r)
	if err != nil {
		v.tried = now
	}
	return err
}

// master returns the master key with this id, after a look whether the source has it by now.
func (v *Vault) master(ctx context.Context, r db.Queryer, id string) (Master, error) {
	if g := v.ring.Load(); g != nil && g.masters[id] != nil {
		return g.masters[id], nil
	}
	if err := v.relock(ctx, r); err != nil {
		return nil, err
	}
	if m := v.ring.Load().masters[id]; m != nil {
		return m, nil
	}
	return nil, locked(fault.New(fault.Invalid, "vault.other_master", "ID", id))
}

// Destroyed is what is left of a key: the proof that it is gone.
type Destroyed struct {
	Subject int64
	At      time.Time
	Proof   string // SHA-256 of the wrapped key that is gone, in hex
}

func destroyedOf(k vaultdb.VaultKey) Destroyed {
	return Destroyed{Subject: k.SubjectID, At: clock.Time(k.DestroyedAt), Proof: k.Proof}
}
