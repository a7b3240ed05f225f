//go:build linux

package crash

import (
	"os"
	"strings"
	"testing"
	"time"

	"manyhands/internal/crash/faultfs"
)

// newDisk mounts a disk with a furnished house on it. Where none can be mounted the test is skipped,
// or fails if MANYHANDS_CRASH_DISK=must.
func newDisk(t *testing.T) (*story, *faultfs.Disk) {
	t.Helper()
	seed := number(t, "MANYHANDS_CRASH_SEED", time.Now().UnixNano())
	d := faultfs.New(uint64(seed), func(name string) bool { return strings.HasSuffix(name, "-shm") })
	plain := t.TempDir()
	h := newHouse(t, plain)
	if err := d.Load(plain); err != nil {
		t.Fatal(err)
	}
	folder, err := d.Mount()
	if err != nil {
		if os.Getenv("MANYHANDS_CRASH_DISK") == "must" {
			t.Fatal(err)
		}
		t.Skipf("no disk that fails can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if h.p.cmd != nil {
			h.p.kill()
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	h.p.target, h.p.dying = folder, d.EndPower
	h.copy = func() string {
		dir := t.TempDir()
		if err := d.Copy(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	return newStory(t, h), d
}

// TestPowerFails cuts the power at any moment: what was written and not synced is gone, whole or torn.
func TestPowerFails(t *testing.T) {
	t.Parallel()
	s, d := newDisk(t)
	s.again = func() {
		if err := d.RestorePower(s.chance.IntN(3) > 0); err != nil {
			t.Fatal(err)
		}
	}
	s.run(func(s *story, life time.Duration) {
		<-time.After(life)
		d.CutPower()
		s.h.p.kill()
	})
	met := d.Met()
	t.Logf("the disk: %+v", met)
	if met.Lost == 0 {
		t.Error("the power cuts took nothing away: this proves nothing")
	}
}

// troubles are what can go wrong with a disk that keeps its power.
var troubles = []faultfs.Trouble{
	{Full: 1}, {Full: 0.3}, {Write: 1}, {Write: 0.1}, {Sync: 1}, {Sync: 0.3}, {Short: 0.5}, {Short: 0.5, Full: 0.5}, {Read: 0.2}, {Write: 0.1, Sync: 0.1, Short: 0.1},
}

// TestDiskFails has the disk fail for a while: the program answers clearly, and works again when the
// disk does, or ends. Then it dies, with or without the power.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	s, d := newDisk(t)
	torn := false
	s.again = func() {
		if err := d.RestorePower(torn); err != nil {
			t.Fatal(err)
		}
	}
	n := s.chance.IntN(len(troubles))
	s.run(func(s *story, life time.Duration) {
		<-time.After(life / 2)
		d.Suffer(troubles[n%len(troubles)])
		n++
		<-time.After(life / 2)
		d.Suffer(faultfs.Trouble{})
		if s.ready {
			t0 := time.Now()
			s.recovers()
			t.Log(troubles[(n-1)%len(troubles)], "recovered in", time.Since(t0), "gone", s.h.p.gone(), s.h.p.stderr.Len())
		}
		torn = s.chance.IntN(2) == 0
		d.CutPower()
		s.h.p.kill()
	})
	t.Logf("the disk: %+v", d.Met())
}
