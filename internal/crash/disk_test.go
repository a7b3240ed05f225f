//go:build linux

package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"manyhands/internal/crash/faultfs"
)

// mount makes a disk a folder until the test ends, with program p as its only user. Where that cannot be
// the test is skipped, or fails if MANYHANDS_CRASH_DISK=must.
func mount(t *testing.T, d *faultfs.Disk, p *program) {
	t.Helper()
	folder, err := d.Mount()
	if err != nil {
		if os.Getenv("MANYHANDS_CRASH_DISK") == "must" {
			t.Fatal(err)
		}
		t.Skipf("no disk that fails can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	p.target, p.dying = folder, d.EndPower
}

// newDisk returns a disk that spares what SQLite shares between connections, which is memory.
func newDisk(t *testing.T) *faultfs.Disk {
	t.Helper()
	seed := number(t, "MANYHANDS_CRASH_SEED", time.Now().UnixNano())
	return faultfs.New(uint64(seed), func(name string) bool { return strings.HasSuffix(name, "-shm") })
}

// onDisk furnishes a house on a disk and begins its story.
func onDisk(t *testing.T) (*story, *faultfs.Disk) {
	t.Helper()
	d, plain := newDisk(t), t.TempDir()
	h := newHouse(t, plain)
	if err := d.Load(plain); err != nil {
		t.Fatal(err)
	}
	mount(t, d, h.p)
	h.copy = d.Copy
	return newStory(t, h), d
}

// TestPowerFailsAtTheFirstStart cuts the power while the program makes its database: the next start
// makes or finds a whole one.
func TestPowerFailsAtTheFirstStart(t *testing.T) {
	t.Parallel()
	d, p := newDisk(t), newProgram(t, "")
	mount(t, d, p)
	rounds := number(t, "MANYHANDS_CRASH_ROUNDS", usualRounds)
	for range rounds {
		p.start()
		<-time.After(rand.N(longestLife / 2))
		d.CutPower()
		p.kill()
		if err := d.RestorePower(true); err != nil {
			t.Fatal(err)
		}
		p.start()
		p.ready()
		p.stop()
		if err := d.Empty(); err != nil {
			t.Fatal(err)
		}
	}
	if rounds >= telling && d.Met().Lost == 0 {
		t.Error("the power cuts took nothing away: this proves nothing")
	}
}

// TestPowerFails cuts the power at any moment: what was written and not synced is gone, whole or torn.
func TestPowerFails(t *testing.T) {
	t.Parallel()
	s, d := onDisk(t)
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
	s, d := onDisk(t)
	torn := false
	s.again = func() {
		if err := d.RestorePower(torn); err != nil {
			t.Fatal(err)
		}
	}
	n := s.chance.IntN(len(troubles))
	s.run(func(s *story, life time.Duration) {
		<-time.After(life / 2)
		now := troubles[n%len(troubles)]
		n++
		s.what = fmt.Sprintf("%+v", now)
		d.Suffer(now)
		<-time.After(life / 2)
		d.Suffer(faultfs.Trouble{})
		if s.ready {
			s.recovers()
		}
		torn = s.chance.IntN(2) == 0
		d.CutPower()
		s.h.p.kill()
	})
	met := d.Met()
	t.Logf("the disk: %+v", met)
	if s.rounds >= 2*telling && (met.Full == 0 || met.Write == 0 || met.Short == 0 || met.Sync == 0 || met.Read == 0) {
		t.Error("something never went wrong: this proves less than it should")
	}
}

// TestStartsOnADiskThatFails starts the program while the disk fails: it waits that out, or ends and
// says why; and once the disk is well it starts with everything in its place.
func TestStartsOnADiskThatFails(t *testing.T) {
	t.Parallel()
	s, d := onDisk(t)
	p := s.h.p
	p.stop()
	for n := range min(len(troubles), s.rounds) {
		now := troubles[n]
		d.Suffer(now)
		p.start()
		<-time.After(longestLife)
		d.Suffer(faultfs.Trouble{})
		if !p.answers() {
			p.kill()
			if p.lastWords() == "" {
				t.Errorf("%+v: the program ended without a word", now)
			}
			if err := d.RestorePower(true); err != nil {
				t.Fatal(err)
			}
			p.start()
			p.ready()
		}
		s.recovers()
		p.stop()
		s.look(t.Context(), n)
	}
}
