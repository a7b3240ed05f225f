package givingapi

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"manyhands/internal/giving"
)

// How long an idempotency key may be, in characters. 16 random ones cannot be guessed.
const (
	minKey = 16
	maxKey = 128
)

// validKey reports whether an idempotency key is long enough to be random and is visible ASCII.
func validKey(key string) bool {
	return len(key) >= minKey && len(key) <= maxKey && visible(key)
}

// visible reports whether a key is made of visible ASCII characters.
func visible(key string) bool {
	return !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// formKey makes the key under which a gift is made once: the client's own key and all that was sent.
// The interface needs no signing in, so all clients share these keys; because the body is part of
// them, a key that a stranger used answers with the stranger's gift only to whoever sends exactly
// the same, e-mail address and all.
func formKey(key string, in giving.GiftInput) string {
	sum := sha256.New()
	for _, s := range []string{key, in.Slug, strconv.FormatInt(in.Amount.Minor, 10), string(in.Amount.Unit),
		string(in.Visibility), in.Method, in.Name, in.Email, in.Message, in.Lang, in.Device} {
		sum.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	// Keys that grow with time (UUID version 7) stay neighbours in the index.
	return "api:" + key[:min(len(key), minKey)] + ":" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18])
}
