package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// SecretBytes is the length of the secret: that of a SHA-256 key.
const SecretBytes = 32

// secretName is the secret's file in a data folder.
const secretName = "secret"

// LoadSecret returns the installation's secret: Secret, else what SecretFile holds, else what the
// file "secret" in the data folder holds, which is made with mode 0600 when missing. Faults: Invalid
// "config.secret" (not 64 hexadecimal digits), "config.secret_needed" (PostgreSQL and none given),
// "config.secret_open" (a file that others can read).
func (b Base) LoadSecret() ([]byte, error) {
	switch {
	case b.Secret != "":
		return parseSecret(b.Secret)
	case b.SecretFile != "":
		return readSecret(b.SecretFile)
	case db.IsPostgres(b.Data):
		return nil, fault.New(fault.Invalid, "config.secret_needed")
	}
	path := filepath.Join(b.Data, secretName)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeSecret(path); err != nil {
			return nil, err
		}
	}
	return readSecret(path)
}

func parseSecret(text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != SecretBytes {
		return nil, fault.New(fault.Invalid, "config.secret") // and not err, which quotes the secret
	}
	return b, nil
}

func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("config: secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "config.secret_open")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("config: secret: %w", err)
	}
	return parseSecret(string(text))
}

// makeSecret writes a new secret beside path and links it there: of two processes that start
// together one wins, and the other reads what that one wrote, whole.
func makeSecret(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("config: data folder: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), secretName+"-") // mode 0600
	if err != nil {
		return fmt.Errorf("config: make a secret: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // linked or lost, this name is done with
	var b [SecretBytes]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	_, err = f.WriteString(hex.EncodeToString(b[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("config: make a secret: %w", err)
	}
	if err := db.Publish(f.Name(), path); err != nil {
		return fmt.Errorf("config: make a secret: %w", err)
	}
	return nil
}

// masterName is the file of the vault's master key in a data folder.
const masterName = "master.key"

// MasterKeyPath is the file in which the vault's master key is kept: MasterKeyFile, else "master.key" in
// the data folder; "" when MasterKey holds it, or for PostgreSQL without either.
func (b Base) MasterKeyPath() string {
	switch {
	case b.MasterKey != "":
		return ""
	case b.MasterKeyFile != "":
		return b.MasterKeyFile
	case db.IsPostgres(b.Data):
		return ""
	}
	return filepath.Join(b.Data, masterName)
}

// Password returns the first line of PasswordFile, "" when none is set.
func (m SMTP) Password() (string, error) { return firstLine(m.PasswordFile, "mail password") }

// Token returns the first line of TokenFile, "" when none is set.
func (s SMS) Token() (string, error) { return firstLine(s.TokenFile, "SMS token") }

// Secret returns the first line of SecretFile, "" when none is set.
func (o OIDC) Secret() (string, error) { return firstLine(o.SecretFile, "OIDC secret") }

func firstLine(path, what string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("config: %s: %w", what, err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimRight(line, "\r"), nil
}
