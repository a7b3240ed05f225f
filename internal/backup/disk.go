package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// disk is the folder of a backup: everything that is done to its files goes through here.
type disk struct {
	dir string
	// strike, when set, is asked before every change; what it returns takes the place of the change.
	// A write that is struck leaves half of its bytes. For tests alone.
	strike func(op, name string) error
}

// partial ends the names of files that are not whole yet.
const partial = ".partial"

func (d disk) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d disk) struck(op, name string) error {
	if d.strike == nil {
		return nil
	}
	return d.strike(op, name)
}

// write makes or replaces a file that only its owner can read. Under its name it is always whole; the
// name itself is durable after sync of its folder.
func (d disk) write(name string, data []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("backup: write: %w", err)
		}
	}()
	if err := d.struck("create", name); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(name)+partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	struck := d.struck("write", name)
	if struck != nil {
		data = data[:len(data)/2]
	}
	_, err = f.Write(data)
	if err == nil && struck == nil {
		err = errors.Join(d.struck("sync", name), f.Sync())
	}
	if err := errors.Join(err, struck, f.Close(), d.struck("rename", name)); err != nil {
		return err
	}
	return os.Rename(d.path(name)+partial, d.path(name))
}

// read returns a whole file; an error of a file that is not there is fs.ErrNotExist.
func (d disk) read(name string) ([]byte, error) {
	data, err := os.ReadFile(d.path(name))
	if err != nil {
		return nil, fmt.Errorf("backup: read: %w", err)
	}
	return data, nil
}

// remove takes a file away; that it is gone already is no error.
func (d disk) remove(name string) error {
	if err := d.struck("remove", name); err != nil {
		return err
	}
	if err := os.Remove(d.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: remove: %w", err)
	}
	return nil
}

// folder makes a folder when it is missing.
func (d disk) folder(name string) error {
	if err := d.struck("folder", name); err != nil {
		return err
	}
	if err := os.MkdirAll(d.path(name), 0o700); err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	return nil
}

// sync makes the names in a folder durable.
func (d disk) sync(name string) error {
	if err := d.struck("sync folder", name); err != nil {
		return err
	}
	f, err := os.Open(d.path(name))
	if err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	return nil
}

// list returns the names in a folder, sorted, those left out that are not whole; of a folder that is
// not there, none.
func (d disk) list(name string) ([]string, error) {
	found, err := os.ReadDir(d.path(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("backup: folder: %w", err)
	}
	var out []string
	for _, f := range found {
		if !strings.HasSuffix(f.Name(), partial) {
			out = append(out, f.Name())
		}
	}
	return out, nil
}

// tidy removes from a folder what an earlier run left half written.
func (d disk) tidy(name string) error {
	found, err := os.ReadDir(d.path(name))
	if err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	for _, f := range found {
		if strings.HasSuffix(f.Name(), partial) {
			if err := d.remove(name + "/" + f.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}
