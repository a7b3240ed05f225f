package vault

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
	"google.golang.org/protobuf/proto"
)

// Master is a master key: Encrypt wraps a subject's keyset and Decrypt unwraps it. A key that never
// leaves a key management service is one too.
type Master interface {
	tink.AEAD
	// ID names the key, always by the same name, and tells nothing of it.
	ID() string
}

// Source is the port to wherever master keys are kept: a file, the environment, a key management
// service.
type Source interface {
	// Masters returns the keys that can be used now. The first is the one that the operator wants keys to
	// be wrapped by; others are there while a rotation is under way. Faults: Invalid "vault.no_master",
	// "vault.master_bad", "vault.master_open".
	Masters(ctx context.Context) ([]Master, error)
}

// Changeable is a Source that can take part in a rotation by itself.
type Changeable interface {
	Source
	// Make makes the first key where there is none. Of two processes that do so together one wins.
	Make() error
	// Add makes a new key and puts it first.
	Add() error
	// Keep removes all keys but the one with this id.
	Keep(id string) error
}

// masterBytes is the length of a master key that is given as hexadecimal digits.
const masterBytes = 32

// master is a key that this process holds in memory.
type master struct {
	tink.AEAD
	id string
}

// ID implements Master.
func (m master) ID() string { return m.id }

// parseMasters reads 64 hexadecimal digits, or a Tink keyset in JSON in clear. The keyset's primary key
// comes first. Faults: Invalid "vault.no_master" (empty), "vault.master_bad".
func parseMasters(text string) ([]Master, error) {
	h, err := parseKeyset(text)
	if err != nil {
		return nil, err
	}
	material := insecurecleartextkeyset.KeysetMaterial(h)
	var out []Master
	for _, k := range material.GetKey() {
		if k.GetStatus() != tinkpb.KeyStatusType_ENABLED {
			continue
		}
		m, err := masterOf(k)
		if err != nil {
			return nil, err
		}
		if out = append(out, m); k.GetKeyId() == material.GetPrimaryKeyId() {
			out[0], out[len(out)-1] = out[len(out)-1], out[0]
		}
	}
	return out, nil
}

// masterOf makes a master of one key of a keyset.
func masterOf(k *tinkpb.Keyset_Key) (Master, error) {
	text, err := proto.Marshal(&tinkpb.Keyset{PrimaryKeyId: k.GetKeyId(), Key: []*tinkpb.Keyset_Key{k}})
	if err != nil {
		return nil, errMasterBad
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(text)))
	if err != nil {
		return nil, errMasterBad // and not err, which may speak of the key
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, errMasterBad // and not err, which may speak of the key
	}
	mac := hmac.New(sha256.New, k.GetKeyData().GetValue())
	mac.Write([]byte("name of a master key"))
	return master{AEAD: a, id: hex.EncodeToString(mac.Sum(nil)[:8])}, nil
}

func parseKeyset(text string) (*keyset.Handle, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, errNoMaster
	case strings.HasPrefix(text, "{"):
		h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(strings.NewReader(text)))
		if err != nil {
			return nil, errMasterBad
		}
		return h, nil
	}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != masterBytes {
		return nil, errMasterBad
	}
	return keysetOf(b)
}

// keysetOf makes a keyset of the bytes of one AES-256 key.
func keysetOf(b []byte) (*keyset.Handle, error) {
	p, err := aesgcm.NewParameters(aesgcm.ParametersOpts{KeySizeInBytes: masterBytes, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantNoPrefix})
	if err != nil {
		return nil, fmt.Errorf("vault: master key: %w", err)
	}
	k, err := aesgcm.NewKey(secretdata.NewBytesFromData(b, insecuresecretdataaccess.Token{}), 0, p)
	if err != nil {
		return nil, fmt.Errorf("vault: master key: %w", err)
	}
	m := keyset.NewManager()
	id, err := m.AddKey(k)
	if err == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: master key: %w", err)
	}
	return m.Handle()
}

// NewMaster returns a new master key as the text that a setting or a file may hold: a Tink keyset in
// JSON, in clear. With the text of the present setting in old, its keys stand behind the new one, which
// is how a rotation begins. Faults: Invalid "vault.master_bad".
func NewMaster(old string) (string, error) {
	m := keyset.NewManager()
	if strings.TrimSpace(old) != "" {
		h, err := parseKeyset(old)
		if err != nil {
			return "", err
		}
		m = keyset.NewManagerFromHandle(h)
	}
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return "", fmt.Errorf("vault: new master key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return "", fmt.Errorf("vault: new master key: %w", err)
	}
	return writeKeyset(h)
}

// FirstMaster returns text with its first key alone: what is left of it after a rotation. Faults: Invalid
// "vault.no_master", "vault.master_bad".
func FirstMaster(text string) (string, error) {
	all, err := parseMasters(text)
	if err != nil {
		return "", err
	}
	return keepMaster(text, all[0].ID())
}

// keepMaster returns text with the key of this id alone.
func keepMaster(text, id string) (string, error) {
	h, err := parseKeyset(text)
	if err != nil {
		return "", err
	}
	m, kept := keyset.NewManagerFromHandle(h), false
	var others []uint32
	for _, k := range insecurecleartextkeyset.KeysetMaterial(h).GetKey() {
		if one, err := masterOf(k); err != nil || one.ID() != id {
			others = append(others, k.GetKeyId())
			continue
		}
		if err := m.SetPrimary(k.GetKeyId()); err != nil {
			return "", fmt.Errorf("vault: keep a master key: %w", err)
		}
		kept = true
	}
	if !kept {
		return "", errNoMaster
	}
	for _, other := range others {
		if err := m.Delete(other); err != nil {
			return "", fmt.Errorf("vault: remove a master key: %w", err)
		}
	}
	if h, err = m.Handle(); err != nil {
		return "", fmt.Errorf("vault: keep a master key: %w", err)
	}
	return writeKeyset(h)
}

func writeKeyset(h *keyset.Handle) (string, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return "", fmt.Errorf("vault: write a master key: %w", err)
	}
	return b.String() + "\n", nil
}
