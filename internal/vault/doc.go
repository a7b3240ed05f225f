// Package vault keeps what must be read by few and must be forgettable: envelope encryption with one
// key for each subject (a child's record, a person, an organisation).
//
// A subject's key is a Tink keyset (AES-256-GCM). It lies in the database only wrapped, that is
// encrypted by a master key that is not in the database. What is sealed is bound to its subject and to
// the name of its field: moved elsewhere it does not open. To destroy the wrapped key is to erase all
// that was sealed under it, in every copy of the database that does not hold the key any more; the row
// stays as a tombstone with a proof. docs/vault.md says what an operator must know.
//
// Without its master key the vault is locked: every operation but Destroy answers Busy "vault.locked",
// and the rest of the house works on. A new master key is never made while keys exist that another one
// wraps. The package must not log, nor put into an error, what it seals or opens, and it decides nothing
// about who may: that is access.
package vault

import (
	"embed"
	"errors"

	"manyhands/internal/fault"
)

// Texts holds the sentences of the package's faults, in both languages.
//
//go:embed text/*.toml
var Texts embed.FS

// What can be wrong with a subject's key, or with what was sealed under it.
var (
	// ErrDestroyed is the fault of a key that was destroyed, and with it all that it sealed.
	ErrDestroyed = fault.New(fault.Gone, "vault.destroyed")
	// ErrNoKey is the fault of a subject for which no key was ever made.
	ErrNoKey = fault.New(fault.NotFound, "vault.no_key")
	// ErrLocked is the fault of a vault without its master key.
	ErrLocked = fault.New(fault.Busy, "vault.locked")
	// ErrDamaged is the fault of sealed bytes that are not what was sealed for this subject and field.
	ErrDamaged = fault.New(fault.Internal, "vault.damaged")
)

// What can be wrong with master keys.
var (
	errNoMaster   = fault.New(fault.Invalid, "vault.no_master")
	errMasterBad  = fault.New(fault.Invalid, "vault.master_bad")
	errMasterOpen = fault.New(fault.Invalid, "vault.master_open")
	errRotate     = fault.New(fault.Conflict, "vault.rotate_setting")
)

// errSubject is a mistake of the caller's.
var errSubject = errors.New("vault: a subject is a positive id")

// locked is the fault of a vault that cannot be opened because of err.
func locked(err error) error { return fault.Wrap(err, ErrLocked.Kind, ErrLocked.Key) }
