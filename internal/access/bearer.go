package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"manyhands/internal/fault"
)

const (
	secretMark  = "mhk_" // by which people, and programs that look for leaks, know a key of ours
	secretBytes = 32     // 256 bits: cannot be guessed, so a plain hash is enough to keep it
)

// newSecret draws a secret and returns it with what the database keeps of it.
func newSecret() (secret, hash string) {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	return secretMark + base64.RawURLEncoding.EncodeToString(b[:]), hashOf(b[:])
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// secretHash returns what the database keeps of a secret; false for what cannot be one.
func secretHash(secret string) (string, bool) {
	text, ok := strings.CutPrefix(secret, secretMark)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return "", false // the decoder would pass over line ends
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != secretBytes {
		return "", false
	}
	return hashOf(b), true
}

// ErrNoKey is the fault of a request without a key: Unauthenticated "access.key_needed".
var ErrNoKey = fault.New(fault.Unauthenticated, "access.key_needed")

// errBadKey is the fault of every key that does not open. What exactly is wrong with it is not said: an
// ended key is to whoever found it as good as none.
var errBadKey = fault.New(fault.Unauthenticated, "access.key_invalid")

// errRests is the fault of a good key of an organisation that is suspended.
var errRests = fault.New(fault.Forbidden, "access.key_rests")

// bearerHash reads an Authorization header of the form "Bearer mhk_…" (RFC 6750, 2.1; the scheme in
// any case: RFC 9110, 11.1) and returns the hash of the secret in it.
func bearerHash(header string) (string, error) {
	scheme, secret, _ := strings.Cut(strings.Trim(header, " "), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNoKey
	}
	hash, ok := secretHash(strings.TrimLeft(secret, " "))
	if !ok {
		return "", errBadKey
	}
	return hash, nil
}
