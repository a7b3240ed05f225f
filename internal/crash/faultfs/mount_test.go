//go:build linux

package faultfs

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// try writes to a fresh file, then syncs it, and returns what the two said.
func try(t *testing.T, path string) (n int, wrote, synced error) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		return 0, err, nil
	}
	defer func() { _ = f.Close() }() // says nothing new
	b := make([]byte, 5000)
	n, wrote = syscall.Write(int(f.Fd()), b)
	return n, wrote, f.Sync()
}

func TestTroubleReachesPrograms(t *testing.T) {
	t.Parallel()
	d, dir := mounted(t)
	path := filepath.Join(dir, "a")
	if n, wrote, synced := try(t, path); n != 5000 || wrote != nil || synced != nil {
		t.Fatalf("healthy: %d, %v, %v", n, wrote, synced)
	}
	d.Suffer(Trouble{Write: 1})
	if _, wrote, _ := try(t, path); !errors.Is(wrote, syscall.EIO) {
		t.Errorf("a write that fails says %v", wrote)
	}
	d.Suffer(Trouble{Full: 1})
	if _, wrote, _ := try(t, filepath.Join(dir, "b")); !errors.Is(wrote, syscall.ENOSPC) {
		t.Errorf("a full disk says %v", wrote)
	}
	d.Suffer(Trouble{Short: 1})
	if n, wrote, _ := try(t, path); n < 1 || n >= 5000 || wrote != nil {
		t.Errorf("a short write says %d, %v", n, wrote)
	}
	d.Suffer(Trouble{Sync: 1})
	if _, wrote, synced := try(t, path); wrote != nil || !errors.Is(synced, syscall.EIO) {
		t.Errorf("a failing sync says %v, %v", wrote, synced)
	}
	d.Suffer(Trouble{})
	if _, wrote, synced := try(t, path); wrote != nil || synced != nil {
		t.Errorf("healed: %v, %v", wrote, synced)
	}
	if m := d.Met(); m.Write == 0 || m.Full == 0 || m.Short == 0 || m.Sync == 0 {
		t.Errorf("met %+v", m)
	}
}

func TestNamesNeedASyncToo(t *testing.T) {
	t.Parallel()
	d, dir := mounted(t)
	if _, wrote, synced := try(t, filepath.Join(dir, "kept")); wrote != nil || synced != nil {
		t.Fatal(wrote, synced)
	}
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "forgotten"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "kept"), filepath.Join(dir, "renamed")); err != nil {
		t.Fatal(err)
	}
	d.EndPower()
	if err := d.RestorePower(false); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != "kept" {
		t.Errorf("after the power cut: %v, %v", list, err)
	}
}
