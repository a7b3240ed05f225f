package vault

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"

	"manyhands/internal/db"
	"manyhands/internal/vault/internal/vaultdb"
)

// lookupSubject is the row of the key of look-ups, which belongs to nobody.
const lookupSubject = 0

// lookupBytes is how much of the function's output a look-up keeps: two values meet by chance about
// once in 2^64.
const lookupBytes = 16

// lookup is the function behind Lookup.
type lookup interface {
	ComputePrimaryPRF(input []byte, outputLength uint32) ([]byte, error)
}

// Lookup returns what stands for a value in a column that is searched: 32 hexadecimal digits, always the
// same for the same kind ("phone", "id_number") and value, by which nobody who lacks the master key can
// tell or try values. The caller brings the value into one form first. It must not be kept longer than
// the value itself: erasing a subject clears the columns with its look-ups. Faults: Busy "vault.locked".
func (v *Vault) Lookup(kind, value string) (string, error) {
	if err := v.Locked(); err != nil {
		return "", err
	}
	if kind == "" || strings.ContainsRune(kind, 0) {
		return "", errors.New("vault: a look-up has a kind")
	}
	out, err := v.ring.Load().lookup.ComputePrimaryPRF([]byte(kind+"\x00"+value), lookupBytes)
	if err != nil {
		return "", fmt.Errorf("vault: look up: %w", err)
	}
	return hex.EncodeToString(out), nil
}

// makeLookup makes the key of look-ups unless it is there.
func (v *Vault) makeLookup(ctx context.Context, tx *db.Tx) error {
	if _, err := q.KeyOf(ctx, tx, lookupSubject); !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	h, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return fmt.Errorf("vault: make the key of look-ups: %w", err)
	}
	return v.insert(ctx, tx, lookupSubject, h)
}

// loadLookup returns the function of look-ups.
func loadLookup(ctx context.Context, r db.Queryer, g *ring) (lookup, error) {
	k, err := q.KeyOf(ctx, r, lookupSubject)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, locked(errNoMaster)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: key of look-ups: %w", err)
	}
	h, err := g.unwrap(k)
	if err != nil {
		return nil, locked(err)
	}
	set, err := prf.NewPRFSet(h)
	if err != nil {
		return nil, fmt.Errorf("vault: key of look-ups: %w", err)
	}
	return set, nil
}

// unwrap opens a row with the masters at hand.
func (g *ring) unwrap(k vaultdb.VaultKey) (*keyset.Handle, error) {
	m := g.masters[k.MasterID]
	if m == nil {
		return nil, errNoMaster
	}
	return unwrap(k, m)
}

func unwrap(k vaultdb.VaultKey, m Master) (*keyset.Handle, error) {
	h, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(k.Wrapped)), m, wrapContext(k.SubjectID))
	if _, here := m.(master); err != nil && !here {
		return nil, locked(err) // a service that does not answer
	}
	if err != nil {
		return nil, ErrDamaged // and not err: nothing that comes out of here speaks of keys
	}
	return h, nil
}
