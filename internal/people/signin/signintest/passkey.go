// Package signintest is a passkey made of software, and a code app, for tests. Tests use it and nothing
// else does.
package signintest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/pquerna/otp/totp"
)

// Passkey is one that lives in a test. Its fields may be changed to make it lie.
type Passkey struct {
	Origin  string // of the page that it believes it is on
	ID      []byte
	Handle  []byte // whose it is; known once it was made
	Count   uint32 // raised by one with each use
	Careful bool   // checks its holder (user verification)

	t   testing.TB
	key *ecdsa.PrivateKey
}

// NewPasskey returns a passkey that checks its holder, for pages at origin.
func NewPasskey(t testing.TB, origin string) *Passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Passkey{Origin: origin, ID: make([]byte, 32), Careful: true, t: t, key: key}
	_, _ = rand.Read(p.ID)
	return p
}

// Flags of authenticator data (WebAuthn, 6.1).
const (
	present  = 1
	verified = 4
	attested = 64
)

func (p *Passkey) data(rpID string, flags byte) []byte {
	p.Count++
	if p.Careful {
		flags |= verified
	}
	hash := sha256.Sum256([]byte(rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags|present), p.Count)
}

func (p *Passkey) client(kind, challenge string) []byte {
	return p.json(map[string]any{"type": kind, "challenge": challenge, "origin": p.Origin, "crossOrigin": false})
}

func (p *Passkey) json(v any) []byte {
	p.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (p *Passkey) cbor(v any) []byte {
	p.t.Helper()
	b, err := webauthncbor.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// Create answers the options of a new passkey, as a browser would send it.
func (p *Passkey) Create(options json.RawMessage) json.RawMessage {
	p.t.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
	}
	if err := json.Unmarshal(options, &o); err != nil {
		p.t.Fatal(err)
	}
	p.Handle, _ = base64.RawURLEncoding.DecodeString(o.User.ID)
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		p.t.Fatal(err)
	}
	public := p.cbor(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	data := append(p.data(o.RP.ID, attested), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.ID)))
	data = append(append(data, p.ID...), public...)
	return p.answer(map[string]string{"clientDataJSON": text(p.client("webauthn.create", o.Challenge)),
		"attestationObject": text(p.cbor(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data}))})
}

// Get answers the options of a question for a passkey.
func (p *Passkey) Get(options json.RawMessage) json.RawMessage {
	p.t.Helper()
	var o struct{ Challenge, RPID string }
	if err := json.Unmarshal(options, &o); err != nil {
		p.t.Fatal(err)
	}
	client, data := p.client("webauthn.get", o.Challenge), p.data(o.RPID, 0)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := p.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.answer(map[string]string{"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": text(p.Handle)})
}

func (p *Passkey) answer(response map[string]string) json.RawMessage {
	return p.json(map[string]any{"id": text(p.ID), "rawId": text(p.ID), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Code is what a code app shows at a moment for a secret as the page writes it.
func Code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
