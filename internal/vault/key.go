package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/vault/internal/vaultdb"
)

// wrapContext is what a wrapped key is bound to.
func wrapContext(subject int64) []byte { return []byte("key of " + strconv.FormatInt(subject, 10)) }

// Make makes the subject's key; where there is one already nothing changes. Faults: Busy "vault.locked",
// Gone "vault.destroyed".
func (v *Vault) Make(ctx context.Context, tx *db.Tx, subject int64) error {
	if subject <= lookupSubject {
		return errSubject
	}
	k, err := q.KeyOf(ctx, tx, subject)
	switch {
	case err == nil && k.DestroyedAt != 0:
		return ErrDestroyed
	case err == nil:
		return nil
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("vault: key: %w", err)
	}
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("vault: make a key: %w", err)
	}
	return v.insert(ctx, tx, subject, h)
}

// insert wraps a new keyset by the master that the database says is the current one: every process
// does the same, whatever its own source says, so that none wraps by one that is being retired.
func (v *Vault) insert(ctx context.Context, tx *db.Tx, subject int64, h *keyset.Handle) error {
	current, err := currentMaster(ctx, tx)
	if err != nil {
		return err
	}
	m, err := v.master(ctx, tx, current)
	if err != nil {
		return err
	}
	wrapped, err := wrap(h, m, subject)
	if err != nil {
		return err
	}
	_, err = q.InsertKey(ctx, tx, vaultdb.InsertKeyParams{SubjectID: subject, Wrapped: wrapped, MasterID: current, MadeAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("vault: keep a key: %w", err)
	}
	return nil
}

func wrap(h *keyset.Handle, m Master, subject int64) ([]byte, error) {
	var b bytes.Buffer
	if err := h.WriteWithAssociatedData(keyset.NewBinaryWriter(&b), m, wrapContext(subject)); err != nil {
		return nil, fmt.Errorf("vault: wrap a key: %w", err)
	}
	return b.Bytes(), nil
}

// Box returns what seals and opens the subject's fields. It is for the work at hand: a box that is kept
// would outlive its key. Faults: Busy "vault.locked", Gone "vault.destroyed", NotFound "vault.no_key".
func (v *Vault) Box(ctx context.Context, r db.Queryer, subject int64) (*Box, error) {
	if subject <= lookupSubject {
		return nil, ErrNoKey
	}
	k, err := q.KeyOf(ctx, r, subject)
	if err != nil {
		return nil, db.NotFound(err, ErrNoKey.Key)
	}
	b, err := v.open(ctx, r, k)
	if err != nil {
		return nil, err
	}
	if b.aead == nil {
		return nil, ErrDestroyed
	}
	return b, nil
}

// Boxes is Box for many subjects, in one query. A subject without a key is missing in the map, and a nil
// box answers NotFound "vault.no_key"; the box of a destroyed key answers Gone "vault.destroyed". Faults:
// Busy "vault.locked".
func (v *Vault) Boxes(ctx context.Context, r db.Queryer, subjects []int64) (map[int64]*Box, error) {
	keys, err := q.KeysOf(ctx, r, subjects)
	if err != nil {
		return nil, fmt.Errorf("vault: keys: %w", err)
	}
	out := make(map[int64]*Box, len(keys))
	for _, k := range keys {
		if k.SubjectID == lookupSubject {
			continue
		}
		if out[k.SubjectID], err = v.open(ctx, r, k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// open returns the box of a row that was just read: what is kept in memory is used only as long as the
// row still holds the same wrapped key.
func (v *Vault) open(ctx context.Context, r db.Queryer, k vaultdb.VaultKey) (*Box, error) {
	if k.DestroyedAt != 0 {
		v.cache.drop(k.SubjectID)
		return &Box{subject: k.SubjectID}, nil
	}
	if err := v.Locked(); err != nil {
		if err := v.relock(ctx, r); err != nil {
			return nil, err
		}
	}
	now := v.d.NowMicros()
	if a := v.cache.get(k.SubjectID, k.Wrapped, now); a != nil {
		return &Box{subject: k.SubjectID, aead: a}, nil
	}
	m, err := v.master(ctx, r, k.MasterID)
	if err != nil {
		return nil, err
	}
	h, err := unwrap(k, m)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, ErrDamaged
	}
	v.cache.put(k.SubjectID, k.Wrapped, a, now)
	return &Box{subject: k.SubjectID, aead: a}, nil
}

// Destroy destroys the subject's key, and with it all that was sealed under it. It works without the
// master key too. A key that is destroyed already stays as it is. The event "vault.destroyed" holds the
// proof. Columns with look-ups and what is not sealed are the caller's to clear. Faults: NotFound
// "vault.no_key".
func (v *Vault) Destroy(ctx context.Context, tx *db.Tx, subject int64) (Destroyed, error) {
	if subject <= lookupSubject {
		return Destroyed{}, ErrNoKey
	}
	k, err := q.KeyOf(ctx, tx, subject)
	if err != nil {
		return Destroyed{}, db.NotFound(err, ErrNoKey.Key)
	}
	if k.DestroyedAt != 0 {
		return destroyedOf(k), nil
	}
	sum := sha256.Sum256(k.Wrapped)
	out := Destroyed{Subject: subject, At: clock.Time(tx.NowMicros()), Proof: hex.EncodeToString(sum[:])}
	_, err = q.DestroyKey(ctx, tx, vaultdb.DestroyKeyParams{SubjectID: subject, Nothing: []byte{}, Now: tx.NowMicros(), Proof: out.Proof})
	if err != nil {
		return Destroyed{}, fmt.Errorf("vault: destroy a key: %w", err)
	}
	tx.AfterCommit(func() { v.cache.drop(subject) })
	return out, event.Add(ctx, tx, "vault.destroyed", subject, 0, map[string]string{"proof": out.Proof})
}

// DestroyedKey returns the proof that the subject's key is gone. Faults: NotFound "vault.no_key" (it
// never was, or is not destroyed).
func DestroyedKey(ctx context.Context, r db.Queryer, subject int64) (Destroyed, error) {
	k, err := q.KeyOf(ctx, r, subject)
	if err != nil {
		return Destroyed{}, db.NotFound(err, ErrNoKey.Key)
	}
	if k.DestroyedAt == 0 {
		return Destroyed{}, ErrNoKey
	}
	return destroyedOf(k), nil
}
