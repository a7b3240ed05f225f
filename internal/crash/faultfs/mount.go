//go:build linux

package faultfs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// prefix of the folders on which disks are mounted; the number of the process follows.
const prefix = "/tmp/manyhands-disk-"

type mount struct {
	folder string
	server *fuse.Server
}

// Mount makes the disk a folder of the machine and returns its path. It fails where there is no
// /dev/fuse, or no right to use it.
func (d *Disk) Mount() (string, error) {
	stale(prefix)
	folder, err := os.MkdirTemp("/tmp", "manyhands-disk-"+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("faultfs: %w", err)
	}
	d.mount.folder = folder
	if err := d.attach(); err != nil {
		return "", errors.Join(err, os.Remove(folder))
	}
	return folder, nil
}

func (d *Disk) attach() (err error) {
	second := time.Second
	d.mount.server, err = fs.Mount(d.mount.folder, &folder{d: d}, &fs.Options{EntryTimeout: &second, AttrTimeout: &second, UID: uint32(os.Getuid()), GID: uint32(os.Getgid()),
		MountOptions: fuse.MountOptions{DirectMount: true, DirectMountStrict: os.Getuid() == 0, DisableXAttrs: true, FsName: "faultfs", Name: "faultfs"}})
	if err != nil {
		return fmt.Errorf("faultfs: mount: %w", err)
	}
	return nil
}

// RestorePower takes away what a power cut takes, with torn only in part, and mounts what the disk
// holds in the same folder. EndPower must have come before, and nobody may use the folder.
func (d *Disk) RestorePower(torn bool) error {
	if err := d.detach(); err != nil {
		return err
	}
	d.mu.Lock()
	d.losePower(torn)
	d.power = on
	d.mu.Unlock()
	return d.attach()
}

// Empty makes the disk a new one. Nobody may use it.
func (d *Disk) Empty() error {
	if err := d.detach(); err != nil {
		return err
	}
	d.mu.Lock()
	clear(d.names)
	clear(d.kept)
	d.mu.Unlock()
	return d.attach()
}

// Close unmounts the disk and removes its folder. Nobody may use it.
func (d *Disk) Close() error {
	d.turn(ended)
	return errors.Join(d.detach(), os.Remove(d.mount.folder))
}

// detach unmounts and so empties the kernel's memory of the disk.
func (d *Disk) detach() error {
	err := d.mount.server.Unmount()
	for range 100 {
		if err == nil || !errors.Is(err, syscall.EBUSY) {
			break
		}
		time.Sleep(10 * time.Millisecond) // the kernel still closes the files of a process that was killed
		err = d.mount.server.Unmount()
	}
	if err != nil {
		return fmt.Errorf("faultfs: unmount: %w", err)
	}
	d.mount.server.Wait()
	return nil
}
