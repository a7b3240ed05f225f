//go:build linux

package faultfs

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Trouble is what goes wrong, each from 0 (never) to 1 (always). The zero value is a healthy disk.
type Trouble struct {
	Full  float64 // a write that needs room finds none: ENOSPC
	Write float64 // a write does not reach the disk: EIO
	Short float64 // a write takes the first part only
	Sync  float64 // a sync fails: EIO, and its data may be lost
	Read  float64 // a read fails: EIO
}

// Met counts what has gone wrong.
type Met struct{ Full, Write, Short, Sync, Read, Lost int }

type power int

const (
	on    power = iota
	cut         // nothing moves: whoever asks waits
	ended       // the machine is dead: whoever still asks is refused
)

// Disk is a disk with one folder. It is safe for use by many goroutines.
type Disk struct {
	mu      sync.Mutex
	moved   *sync.Cond // the power has changed
	power   power
	names   map[string]*file // as programs see them
	kept    map[string]*file // as the disk holds them
	trouble Trouble
	met     Met
	chance  *rand.Rand
	spare   func(name string) bool
	mount   mount
}

// New returns a healthy, empty disk whose faults are drawn from seed. Files that spare names, which
// stand for memory rather than for files, fail only when the power does; nil names none.
func New(seed uint64, spare func(name string) bool) *Disk {
	if spare == nil {
		spare = func(string) bool { return false }
	}
	d := &Disk{names: map[string]*file{}, kept: map[string]*file{}, chance: rand.New(rand.NewPCG(seed, 3)), spare: spare}
	d.moved = sync.NewCond(&d.mu)
	return d
}

// Suffer sets what goes wrong from now on.
func (d *Disk) Suffer(t Trouble) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble = t
}

// Met returns what has gone wrong so far.
func (d *Disk) Met() Met {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.met
}

// CutPower stops the disk at this moment: whoever asks for something waits, so that no program sees
// what happens next.
func (d *Disk) CutPower() { d.turn(cut) }

// EndPower lets those go who wait since the cut, with EIO. Their process must be dying already.
func (d *Disk) EndPower() { d.turn(ended) }

func (d *Disk) turn(p power) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.power = p
	d.moved.Broadcast()
}

// enter waits while the power is cut and returns with the lock held, or with a fault and without it.
func (d *Disk) enter() syscall.Errno {
	d.mu.Lock()
	for d.power == cut {
		d.moved.Wait()
	}
	if d.power == ended {
		d.mu.Unlock()
		return syscall.EIO
	}
	return 0
}

// strikes draws whether a fault of this chance happens, and counts it.
func (d *Disk) strikes(name string, p float64, n *int) bool {
	if p == 0 || d.spare(name) || d.chance.Float64() >= p {
		return false
	}
	*n++
	return true
}

// losePower leaves what the disk holds. With torn each unsynced sector and name may have come to the
// disk all the same; without, none has.
func (d *Disk) losePower(torn bool) {
	reached := func() bool {
		got := torn && d.chance.IntN(2) == 0
		if !got {
			d.met.Lost++
		}
		return got
	}
	left := map[string]*file{}
	names := maps.Clone(d.kept)
	maps.Copy(names, d.names)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		now, before := d.names[name], d.kept[name]
		if now != before && !reached() {
			now = before
		}
		if now != nil {
			left[name] = now
		}
	}
	done := map[*file]bool{} // a file may have two names after half a rename
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if f := left[name]; !done[f] {
			f.losePower(reached)
			done[f] = true
		}
	}
	d.names, d.kept = left, maps.Clone(left)
}

// Copy writes what programs would see now into a folder, as plain files.
func (d *Disk) Copy(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, f := range d.names {
		if err := os.WriteFile(filepath.Join(folder, name), f.data, 0o600); err != nil {
			return fmt.Errorf("faultfs: copy: %w", err)
		}
	}
	return nil
}

// Load puts the files of a folder onto the disk, synced. The disk must not be mounted.
func (d *Disk) Load(folder string) error {
	list, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("faultfs: load: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range list {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return fmt.Errorf("faultfs: load: %w", err)
		}
		f := newFile(0o600)
		f.data, f.kept = b, len(b)
		d.names[e.Name()], d.kept[e.Name()] = f, f
	}
	return nil
}

// stale clears the mounts of processes that have ended without doing so.
func stale(prefix string) {
	old, _ := filepath.Glob(prefix + "*") // the pattern is ours
	for _, folder := range old {
		pid, _, _ := strings.Cut(strings.TrimPrefix(folder, prefix), "-")
		if _, err := os.Stat("/proc/" + pid); !errors.Is(err, os.ErrNotExist) {
			continue
		}
		_ = syscall.Unmount(folder, syscall.MNT_DETACH) // what cannot be cleared does no harm
		_ = os.Remove(folder)
	}
}
