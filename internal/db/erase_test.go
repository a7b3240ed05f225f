package db_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"manyhands/internal/db"
)

// TestWhatIsOverwrittenIsGone: a destroyed key must not lie on in the file of the database.
func TestWhatIsOverwrittenIsGone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secret := make([]byte, 144)
	_, _ = rand.Read(secret)
	run := func(statement string, args ...any) {
		t.Helper()
		d, err := db.Open(t.Context(), folder, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := func() bool {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(folder, db.FileName+"*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(secret); i += 16 { // a part of it is enough
				if bytes.Contains(text, secret[i:i+16]) {
					return true
				}
			}
		}
		return false
	}
	for id := range 12 { // among others: alone in its page it would be overwritten by chance
		run("INSERT INTO vault_key (subject_id, wrapped, master_id, made_at) VALUES ($1, $2, '', 1)", id+20, make([]byte, 144))
		if id == 5 {
			run("INSERT INTO vault_key (subject_id, wrapped, master_id, made_at) VALUES (7, $1, '', 1)", secret)
		}
	}
	if !found() {
		t.Fatal("the key is not in the file to begin with")
	}
	run("UPDATE vault_key SET wrapped = $1, destroyed_at = 2, proof = 'x' WHERE subject_id = 7", []byte{})
	if found() {
		t.Error("the destroyed key is still in the file")
	}
}
