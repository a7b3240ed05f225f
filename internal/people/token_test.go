package people

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// Two texts must never stand for one token, and what is kept must not be what was sent.
func FuzzTokenHash(f *testing.F) {
	for _, s := range []string{"", strings.Repeat("A", 43), strings.Repeat("_", 42) + "8", strings.Repeat("A", 43) + "\n", "\r" + strings.Repeat("A", 42), strings.Repeat("A", 42) + "B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hash, ok := tokenHash(s)
		if !ok {
			return
		}
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil || len(b) != tokenBytes {
			t.Fatalf("%q passed: %v", s, err)
		}
		if again := base64.RawURLEncoding.EncodeToString(b); again != s {
			t.Errorf("%q and %q are one token", s, again)
		}
		if sum := sha256.Sum256(b); hash != hex.EncodeToString(sum[:]) {
			t.Errorf("hash of %q is %s", s, hash)
		}
	})
}
