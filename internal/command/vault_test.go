package command

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/vault"
)

// newVault makes a folder with a vault that holds a key.
func newVault(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	ctx := context.Background()
	d, err := db.Open(ctx, folder, db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(ctx, d, vault.Options{Source: vault.File(filepath.Join(folder, "master.key")), Make: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return v.Make(ctx, tx, 1) }); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestVault rotates the master key, restores a backup elsewhere without it, and puts it there.
func TestVault(t *testing.T) {
	t.Parallel()
	folder := newVault(t)
	data := "--data=" + folder
	want(t, ExitOK, []string{"Since", "in use  on this machine", "Keys destroyed: 0"}, "vault", "status", data)
	want(t, ExitOK, []string{"Copy the file to every server"}, "vault", "rotate", "--prepare", data)
	want(t, ExitOK, []string{"Wrapped anew: 2"}, "vault", "rotate", data)
	want(t, ExitOK, []string{"no longer used  not on this machine"}, "vault", "status", data)
	want(t, ExitOK, []string{"every key opens", "Everything holds"}, "check", data)

	store, key, to := filepath.Join(folder, "backup"), "", ""
	key, to = newKey(t, folder)
	want(t, ExitUsage, []string{"from 1 to 3650"}, "backup", store, to, "--forget-days=0", data)
	want(t, ExitOK, []string{"go from the folder with the first backup after"}, "backup", store, to, "--forget-days=7", data)
	fresh := filepath.Join(folder, "fresh")
	want(t, ExitOK, []string{"The vault is locked", "There is no master key", "Everything holds"}, "restore", store, key, "--data="+fresh)
	want(t, ExitFailed, []string{"not on this machine", "The vault is locked"}, "vault", "status", "--data="+fresh)
	want(t, ExitFailed, []string{"The vault is locked"}, "vault", "rotate", "--data="+fresh)
	if _, err := os.Stat(filepath.Join(fresh, "master.key")); !os.IsNotExist(err) {
		t.Fatalf("a new master key beside keys of another: %v", err)
	}
	master, err := os.ReadFile(filepath.Join(folder, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	want(t, ExitOK, []string{"every key opens"}, "check", "--data="+fresh, "--master-key="+string(master))
}

// TestKeygen changes a master key that stands in a setting.
func TestKeygen(t *testing.T) {
	t.Parallel()
	folder := newVault(t)
	data, file := "--data="+folder, filepath.Join(folder, "mine.key")
	if err := os.Rename(filepath.Join(folder, "master.key"), file); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want(t, ExitFailed, []string{"cannot change"}, "vault", "rotate", data, "--master-key="+string(old))
	both := want(t, ExitOK, nil, "vault", "keygen", "--old="+file)
	want(t, ExitOK, []string{"Wrapped anew: 2"}, "vault", "rotate", data, "--master-key="+both)
	if err := os.WriteFile(file, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	only := want(t, ExitOK, nil, "vault", "keygen", "--only="+file)
	want(t, ExitOK, []string{"every key opens"}, "check", data, "--master-key="+only)
	want(t, ExitFailed, []string{"64 hexadecimal digits"}, "vault", "keygen", "--old="+filepath.Join(folder, db.FileName))
	if strings.Count(both, "keyId") != 2 || strings.Count(only, "keyId") != 1 {
		t.Error("the number of keys")
	}
}
