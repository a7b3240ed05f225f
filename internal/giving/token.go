package giving

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
)

// A gift's token is its id and 12 random bytes, as text of 27 characters. The id finds the row without
// an index of random values, which would cost each gift more than its own row when there are millions;
// the random part is what nobody can guess.
const (
	tokenIDBytes     = 8
	tokenSecretBytes = 12
)

func newToken(gift int64) string {
	var b [tokenIDBytes + tokenSecretBytes]byte
	binary.BigEndian.PutUint64(b[:], uint64(gift))
	_, _ = rand.Read(b[tokenIDBytes:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenID returns the gift that a token speaks of, 0 for text that is no token.
func tokenID(token string) int64 {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenIDBytes+tokenSecretBytes {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}
