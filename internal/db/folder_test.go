package db_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/fault"
)

const folderOfAnother = "MANYHANDS_TEST_FOLDER"

// The lock holds against another process, which this test starts from its own binary, and ends with
// the process that held it, however that ends.
func TestAFolderIsServedByOneProcess(t *testing.T) {
	ctx := t.Context()
	if folder := os.Getenv(folderOfAnother); folder != "" {
		if _, err := db.LockFolder(ctx, folder); err != nil {
			t.Fatal(err)
		}
		return // without releasing
	}
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new")
	other := func() error {
		c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAFolderIsServedByOneProcess$")
		c.Env = append(os.Environ(), folderOfAnother+"="+folder)
		return c.Run()
	}
	if err := other(); err != nil {
		t.Fatalf("the first: %v", err)
	}
	release, err := db.LockFolder(ctx, folder)
	if err != nil {
		t.Fatalf("after a process that ended: %v", err)
	}
	if other() == nil {
		t.Error("another process got the folder too")
	}
	if _, err := db.LockFolder(ctx, folder); !errors.Is(err, fault.New(fault.Conflict, "db.folder_served")) {
		t.Errorf("a second time in this process: %v", err)
	}
	d, err := db.Open(ctx, folder, db.Options{Unsafe: true}) // a command beside the server
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Close(), release()); err != nil {
		t.Fatal(err)
	}
	if err := other(); err != nil {
		t.Errorf("after release: %v", err)
	}
}

func TestALockNeedsAFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LockFolder(t.Context(), file); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("a file as folder: %v", err)
	}
}
