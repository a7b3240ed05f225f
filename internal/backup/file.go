package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"manyhands/internal/db"
)

// WriteFile writes a backup to a new file that only its owner can read. The file gets its name once
// it is whole, on disk, and read back: until then it is called path.partial. Faults: Conflict
// "backup.exists".
func WriteFile(ctx context.Context, d *db.DB, path string, progress func(Progress)) (m Manifest, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return m, fmt.Errorf("backup: %w", err)
		}
		return m, errExists
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(partial))
		}
	}()
	if m, err = fill(ctx, d, f, progress); err != nil {
		return m, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return m, fmt.Errorf("backup: close: %w", err)
	}
	if err := os.Rename(partial, path); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, syncFolder(filepath.Dir(path))
}

func fill(ctx context.Context, d *db.DB, f *os.File, progress func(Progress)) (Manifest, error) {
	w := bufio.NewWriterSize(f, 1<<20)
	m, err := Write(ctx, d, w, progress)
	if err != nil {
		return m, err
	}
	if err := errors.Join(w.Flush(), f.Sync()); err != nil {
		return m, fmt.Errorf("backup: write: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return m, fmt.Errorf("backup: read back: %w", err)
	}
	_, err = Verify(ctx, f, info.Size())
	return m, err
}

// syncFolder makes a rename in the folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: folder: %w", err)
	}
	return nil
}
