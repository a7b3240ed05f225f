package programmeapi

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// kind says what an id is of. The numbers are part of published ids and never change.
type kind byte

const (
	ofOrganisation kind = 1
	ofService      kind = 2
	ofLocation     kind = 3
	ofSite         kind = 4 // service_at_location
	ofTaxonomy     kind = 5
	ofTerm         kind = 6
)

// idOf is the stable UUID of a thing: version 8 of RFC 9562, which holds our own id, the kind and a
// fingerprint of both, so that it leads back without a table and a mistyped one leads nowhere.
func idOf(k kind, id int64) string {
	var b [16]byte
	n := uint64(id)
	for i := range 6 {
		b[i] = byte(n >> (56 - 8*i))
	}
	b[6] = 0x80 | byte(n>>12)&0x0f
	b[7] = byte(n >> 4)
	b[8] = 0x80 | byte(n&0x0f)<<2
	b[9] = byte(k)
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte{byte(k)}, n))
	copy(b[10:], sum[:])
	return format(b)
}

// parseID gives back what idOf was given; false for anything else.
func parseID(k kind, s string) (int64, bool) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 {
		return 0, false
	}
	var n uint64
	for i := range 6 {
		n |= uint64(b[i]) << (56 - 8*i)
	}
	n |= uint64(b[6]&0x0f)<<12 | uint64(b[7])<<4 | uint64(b[8]>>2)&0x0f
	id := int64(n)
	return id, idOf(k, id) == strings.ToLower(s)
}

// partOf is the stable UUID of a part that has no id of its own: the n-th phone of a service.
func partOf(what string, id int64, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d", what, id, n))
	b := [16]byte(sum[:16])
	b[6], b[8] = 0x80|b[6]&0x0f, 0x80|b[8]&0x3f
	return format(b)
}

func format(b [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
