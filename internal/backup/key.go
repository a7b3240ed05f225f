package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"manyhands/internal/fault"
)

// Readers are those who will be able to read a backup.
type Readers struct {
	recipients []age.Recipient
	names      string // tells two sets of readers apart
}

// ReadersOf returns the holders of the keys to these public keys ("age1..."), of which each element
// may hold several, one a line. Faults: Invalid "backup.recipient" (Number, of the element from 1).
func ReadersOf(public []string) (Readers, error) {
	var to Readers
	var names []string
	for i, text := range public {
		found, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return to, fault.New(fault.Invalid, "backup.recipient", "Number", strconv.Itoa(i+1)) // and not err, which quotes it
		}
		to.recipients = append(to.recipients, found...)
		names = append(names, strings.Fields(text)...)
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(names), "\n")))
	to.names = hex.EncodeToString(sum[:])
	return to, nil
}

// Key reads backups.
type Key struct{ identities []age.Identity }

// NewKey returns a new key as the text of a file that age understands too, and its public key.
func NewKey() (file []byte, public string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, "", fmt.Errorf("backup: make a key: %w", err)
	}
	public = id.Recipient().String()
	return []byte("# public key: " + public + "\n" + id.String() + "\n"), public, nil
}

// WriteKey makes a new key in a new file that only its owner can read, and returns its public key.
// Faults: Conflict "backup.exists".
func WriteKey(path string) (public string, err error) {
	text, public, err := NewKey()
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", errExists
	}
	if err != nil {
		return "", fmt.Errorf("backup: key: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("backup: key: %w", err)
	}
	return public, nil
}

// ReadKey reads the keys of a file made by WriteKey or age-keygen. Faults: Invalid "backup.identity",
// "backup.key_open" (others can read it).
func ReadKey(path string) (Key, error) {
	text, err := readPrivate(path)
	if err != nil {
		return Key{}, err
	}
	found, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return Key{}, errIdentity // and not err, which may quote it
	}
	return Key{identities: found}, nil
}

// ReadPassphrase returns the first line of a file. Faults: Invalid "backup.passphrase" (fewer than 12
// characters), "backup.key_open".
func ReadPassphrase(path string) (string, error) {
	text, err := readPrivate(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimRight(line, "\r")
	if len([]rune(line)) < 12 {
		return "", fault.New(fault.Invalid, "backup.passphrase")
	}
	return line, nil
}

func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("backup: key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "backup.key_open")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("backup: key: %w", err)
	}
	return text, nil
}

// keyFile holds, encrypted with a passphrase, the key of a folder.
const keyFile = "key.age"

// scryptWork is the work factor of a passphrase: about a second for each guess.
const scryptWork = 18

// PassphraseReaders returns whoever knows the folder's passphrase. In a new folder it makes the
// folder's key first; in another the passphrase must be the one that it was made with. Faults:
// Forbidden "backup.wrong_key".
func PassphraseReaders(folder, passphrase string) (Readers, error) {
	return passphraseReaders(disk{dir: folder}, passphrase, scryptWork)
}

func passphraseReaders(files disk, passphrase string, work int) (Readers, error) {
	sealed, err := files.read(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, public, err := NewKey()
		if err != nil {
			return Readers{}, err
		}
		r, err := age.NewScryptRecipient(passphrase)
		if err != nil {
			return Readers{}, fmt.Errorf("backup: passphrase: %w", err)
		}
		r.SetWorkFactor(work)
		if sealed, err = seal(text, r); err != nil {
			return Readers{}, err
		}
		if err := files.write(keyFile, sealed); err != nil {
			return Readers{}, err
		}
		if err := files.sync("."); err != nil {
			return Readers{}, err
		}
		return ReadersOf([]string{public})
	}
	if err != nil {
		return Readers{}, err
	}
	key, err := openKey(sealed, passphrase)
	if err != nil {
		return Readers{}, err
	}
	var public []string
	for _, id := range key.identities {
		if x, ok := id.(*age.X25519Identity); ok {
			public = append(public, x.Recipient().String())
		}
	}
	return ReadersOf(public)
}

// PassphraseKey returns the key of a folder that was made with a passphrase. Faults: Forbidden
// "backup.wrong_key"; Invalid "backup.no_passphrase" when the folder was made with public keys.
func PassphraseKey(folder, passphrase string) (Key, error) {
	sealed, err := disk{dir: folder}.read(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fault.New(fault.Invalid, "backup.no_passphrase")
	}
	if err != nil {
		return Key{}, err
	}
	return openKey(sealed, passphrase)
}

func openKey(sealed []byte, passphrase string) (Key, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Key{}, fmt.Errorf("backup: passphrase: %w", err)
	}
	text, err := unseal(keyFile, sealed, Key{[]age.Identity{id}})
	if err != nil {
		return Key{}, err
	}
	found, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return Key{}, damaged(keyFile, errors.New("no key inside"))
	}
	return Key{identities: found}, nil
}

// seal encrypts.
func seal(text []byte, to ...age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("backup: encrypt: %w", err)
	}
	return out.Bytes(), nil
}

// unseal decrypts the content of the named file. Faults: Forbidden "backup.wrong_key", Invalid
// "backup.damaged" (Part).
func unseal(part string, sealed []byte, key Key) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), key.identities...)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, fault.Wrap(err, errWrongKey.Kind, errWrongKey.Key)
	}
	if err != nil {
		return nil, damaged(part, err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, damaged(part, err)
	}
	return text, nil
}
