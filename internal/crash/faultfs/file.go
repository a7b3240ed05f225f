//go:build linux

package faultfs

import (
	"maps"
	"slices"
	"syscall"
	"time"

	"manyhands/internal/clock"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// file is what programs see of a file, and what the disk still holds in its place.
type file struct {
	data []byte
	mode uint32
	at   time.Time // of the last change

	kept int              // length on the disk
	old  map[int64][]byte // by number: sectors written since the last sync, as the disk holds them
	lost map[int64]bool   // of old: a sync failed, and the system believes them written
}

func newFile(mode uint32) *file {
	return &file{mode: mode, at: clock.System{}.Now(), old: map[int64][]byte{}, lost: map[int64]bool{}}
}

// touch notes what the disk holds of the bytes from..to before they change.
func (f *file) touch(from, to int) {
	for s := int64(from / sector); s*sector < int64(to); s++ {
		delete(f.lost, s)
		if _, ok := f.old[s]; ok {
			continue
		}
		begin := min(int(s*sector), len(f.data))
		f.old[s] = slices.Clone(f.data[begin:min(begin+sector, len(f.data))])
	}
	f.at = clock.System{}.Now()
}

func (f *file) write(b []byte, off int) {
	end := off + len(b)
	f.touch(min(off, len(f.data)), end)
	f.resize(max(end, len(f.data)))
	copy(f.data[off:], b)
}

func (f *file) truncate(n int) {
	f.touch(min(n, len(f.data)), max(n, len(f.data)))
	f.resize(n)
}

func (f *file) resize(n int) {
	if had := len(f.data); n > had {
		f.data = slices.Grow(f.data, n-had)[:n]
		clear(f.data[had:])
	}
	f.data = f.data[:n]
}

// sync puts everything on the disk but what an earlier sync has failed to put there.
func (f *file) sync() {
	maps.DeleteFunc(f.old, func(s int64, _ []byte) bool { return !f.lost[s] })
	f.kept = len(f.data)
}

// failSync is a sync that does not reach the disk.
func (f *file) failSync() {
	for s := range f.old {
		f.lost[s] = true
	}
}

// losePower leaves what the disk holds. Of each unsynced sector, and of an unsynced length, reached
// says whether it came to the disk all the same.
func (f *file) losePower(reached func() bool) {
	size := len(f.data)
	if f.kept != size && !reached() {
		size = f.kept
	}
	f.resize(max(f.kept, len(f.data)))
	for _, s := range slices.Sorted(maps.Keys(f.old)) {
		begin := int(s * sector)
		if begin >= len(f.data) || !f.lost[s] && reached() {
			continue
		}
		place := f.data[begin:min(begin+sector, len(f.data))]
		clear(place[copy(place, f.old[s]):])
	}
	f.resize(size)
	f.kept = size
	clear(f.old)
	clear(f.lost)
}

// blocks is how many sectors the file has.
func (f *file) blocks() uint64 { return uint64(len(f.data)+sector-1) / sector }

// regular is the file's type and rights.
func (f *file) regular() uint32 { return syscall.S_IFREG | f.mode&0o777 }
