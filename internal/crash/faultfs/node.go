//go:build linux

package faultfs

import (
	"context"
	"maps"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// folder is the disk's one folder.
type folder struct {
	fs.Inode
	d *Disk
}

// OnAdd enters the files that are there already.
func (n *folder) OnAdd(ctx context.Context) {
	n.d.mu.Lock()
	defer n.d.mu.Unlock()
	for name, f := range n.d.names {
		n.AddChild(name, n.enter(ctx, name, f), true)
	}
}

func (n *folder) enter(ctx context.Context, name string, f *file) *fs.Inode {
	return n.NewPersistentInode(ctx, &leaf{d: n.d, name: name, f: f}, fs.StableAttr{Mode: syscall.S_IFREG})
}

// Create makes a file.
func (n *folder) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if e := n.d.enter(); e != 0 {
		return nil, nil, 0, e
	}
	defer n.d.mu.Unlock()
	if n.d.strikes(name, n.d.trouble.Full, &n.d.met.Full) {
		return nil, nil, 0, syscall.ENOSPC
	}
	f := newFile(mode)
	n.d.names[name] = f
	show(f, &out.Attr)
	return n.enter(ctx, name, f), nil, fuse.FOPEN_KEEP_CACHE, 0
}

// Unlink takes a name away.
func (n *folder) Unlink(_ context.Context, name string) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	delete(n.d.names, name)
	return 0
}

// Rename gives a file another name.
func (n *folder) Rename(_ context.Context, name string, _ fs.InodeEmbedder, to string, flags uint32) syscall.Errno {
	if flags != 0 {
		return syscall.EINVAL
	}
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	n.d.names[to] = n.d.names[name]
	delete(n.d.names, name)
	return 0
}

// Fsync puts the names on the disk.
func (n *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	if n.d.strikes("", n.d.trouble.Sync, &n.d.met.Sync) {
		return syscall.EIO
	}
	n.d.kept = maps.Clone(n.d.names)
	return 0
}

// Statfs tells of room, or of none.
func (n *folder) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	out.Bsize, out.Frsize, out.NameLen, out.Blocks = 4096, 4096, 255, 1<<20
	if n.d.trouble.Full == 0 {
		out.Bfree, out.Bavail = 1<<19, 1<<19
	}
	return 0
}

// leaf is a file of the folder.
type leaf struct {
	fs.Inode
	d    *Disk
	name string
	f    *file
}

func show(f *file, out *fuse.Attr) {
	out.Mode, out.Nlink, out.Size, out.Blocks, out.Blksize = f.regular(), 1, uint64(len(f.data)), f.blocks(), 4096
	out.SetTimes(&f.at, &f.at, &f.at)
}

// Getattr tells size and time.
func (n *leaf) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	show(n.f, &out.Attr)
	return 0
}

// Setattr changes size and rights.
func (n *leaf) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	if size, ok := in.GetSize(); ok && int(size) != len(n.f.data) {
		if n.d.strikes(n.name, n.d.trouble.Write, &n.d.met.Write) {
			return syscall.EIO
		}
		n.f.truncate(int(size))
	}
	if mode, ok := in.GetMode(); ok {
		n.f.mode = mode
	}
	show(n.f, &out.Attr)
	return 0
}

// Open lets the kernel keep pages, so that memory shared by mapping works.
func (n *leaf) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

// Read reads.
func (n *leaf) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if e := n.d.enter(); e != 0 {
		return nil, e
	}
	defer n.d.mu.Unlock()
	if n.d.strikes(n.name, n.d.trouble.Read, &n.d.met.Read) {
		return nil, syscall.EIO
	}
	begin := min(int(off), len(n.f.data))
	return fuse.ReadResultData(dest[:copy(dest, n.f.data[begin:])]), 0
}

// Write writes, or what of it the trouble allows.
func (n *leaf) Write(_ context.Context, _ fs.FileHandle, b []byte, off int64) (uint32, syscall.Errno) {
	if e := n.d.enter(); e != 0 {
		return 0, e
	}
	defer n.d.mu.Unlock()
	t, met := n.d.trouble, &n.d.met
	if n.d.strikes(n.name, t.Write, &met.Write) {
		return 0, syscall.EIO
	}
	if int(off)+len(b) > len(n.f.data) && n.d.strikes(n.name, t.Full, &met.Full) {
		return 0, syscall.ENOSPC
	}
	if len(b) > 1 && n.d.strikes(n.name, t.Short, &met.Short) {
		b = b[:1+n.d.chance.IntN(len(b)-1)]
	}
	n.f.write(b, int(off))
	return uint32(len(b)), 0
}

// Fsync puts the file on the disk.
func (n *leaf) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	if e := n.d.enter(); e != 0 {
		return e
	}
	defer n.d.mu.Unlock()
	if n.d.strikes(n.name, n.d.trouble.Sync, &n.d.met.Sync) {
		n.f.failSync()
		return syscall.EIO
	}
	n.f.sync()
	return 0
}
