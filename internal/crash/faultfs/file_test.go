//go:build linux

package faultfs

import (
	"bytes"
	"testing"
)

func never() bool  { return false }
func always() bool { return true }

func TestUnsyncedIsLost(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("a"), 3*sector)
	for name, c := range map[string]struct {
		do      func(f *file)
		reached func() bool
		want    string
	}{
		"written, not synced":      {func(f *file) { f.write([]byte("XY"), 1) }, never, "hello"},
		"reached all the same":     {func(f *file) { f.write([]byte("XY"), 1) }, always, "hXYlo"},
		"synced":                   {func(f *file) { f.write([]byte("XY"), 1); f.sync() }, never, "hXYlo"},
		"longer, not synced":       {func(f *file) { f.write(long, 5) }, never, "hello"},
		"shorter, not synced":      {func(f *file) { f.truncate(2) }, never, "hello"},
		"shorter, synced":          {func(f *file) { f.truncate(2); f.sync() }, never, "he"},
		"shorter and longer again": {func(f *file) { f.truncate(0); f.write([]byte("other things"), 0) }, never, "hello"},
		"behind a gap, synced":     {func(f *file) { f.write([]byte("z"), 7); f.sync() }, never, "hello\x00\x00z"},
		"synced, then written":     {func(f *file) { f.write([]byte("1"), 0); f.sync(); f.write([]byte("2"), 0) }, never, "1ello"},
	} {
		f := newFile(0o600)
		f.write([]byte("hello"), 0)
		f.sync()
		c.do(f)
		f.losePower(c.reached)
		if string(f.data) != c.want {
			t.Errorf("%s: %q, want %q", name, f.data, c.want)
		}
	}
}

func TestFailedSyncIsToldOnce(t *testing.T) {
	t.Parallel()
	f := newFile(0o600)
	f.write([]byte("hello"), 0)
	f.sync()
	f.write([]byte("J"), 0)
	f.failSync()
	f.sync() // succeeds, and does not write what the first should have written
	if string(f.data) != "Jello" {
		t.Errorf("programs see %q", f.data)
	}
	f.losePower(always)
	if string(f.data) != "hello" {
		t.Errorf("after a failed sync the disk holds %q", f.data)
	}
	f.write([]byte("J"), 0)
	f.failSync()
	f.write([]byte("J"), 0)
	f.sync()
	f.losePower(never)
	if string(f.data) != "Jello" {
		t.Errorf("written again and synced, the disk holds %q", f.data)
	}
}

func TestSectorsAreTorn(t *testing.T) {
	t.Parallel()
	f := newFile(0o600)
	f.write(bytes.Repeat([]byte("a"), 4*sector), 0)
	f.sync()
	f.write(bytes.Repeat([]byte("b"), 4*sector), 0)
	n := 0
	f.losePower(func() bool { n++; return n%2 == 0 })
	if got := bytes.Count(f.data, []byte("b")); got != 2*sector {
		t.Errorf("%d bytes came to the disk, want two sectors", got)
	}
}
