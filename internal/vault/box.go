package vault

import (
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// Overhead is how many bytes a sealed value is longer than the plain one.
const Overhead = 33

// Box seals and opens the fields of one subject.
type Box struct {
	subject int64
	aead    tink.AEAD // nil: its key is destroyed
}

// Seal encrypts plain. Field names where it stands, always by the same name ("name", "phone", "note:17"):
// it opens there only. The same plain text looks different each time. Faults: Gone "vault.destroyed",
// NotFound "vault.no_key".
func (b *Box) Seal(field string, plain []byte) ([]byte, error) {
	if err := b.usable(); err != nil {
		return nil, err
	}
	sealed, err := b.aead.Encrypt(plain, b.context(field))
	if err != nil {
		return nil, fmt.Errorf("vault: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal returned for the same field. Faults: Gone "vault.destroyed", NotFound
// "vault.no_key", Internal "vault.damaged": these bytes were not sealed for this subject and field.
func (b *Box) Open(field string, sealed []byte) ([]byte, error) {
	if err := b.usable(); err != nil {
		return nil, err
	}
	plain, err := b.aead.Decrypt(sealed, b.context(field))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// SealText is Seal for text. What is "" stays empty: a field that was not filled in is no secret.
func (b *Box) SealText(field, plain string) ([]byte, error) {
	if plain == "" {
		return []byte{}, b.usable()
	}
	return b.Seal(field, []byte(plain))
}

// OpenText is Open for what SealText returned.
func (b *Box) OpenText(field string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", b.usable()
	}
	plain, err := b.Open(field, sealed)
	return string(plain), err
}

func (b *Box) usable() error {
	if b == nil {
		return ErrNoKey
	}
	if b.aead == nil {
		return ErrDestroyed
	}
	return nil
}

func (b *Box) context(field string) []byte {
	return append(strconv.AppendInt(make([]byte, 0, 32+len(field)), b.subject, 10), ":"+field...)
}
