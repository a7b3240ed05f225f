package db

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Publish gives a finished file its name in the data folder, unless there is a file of that name already:
// that is no error, whoever asks reads what is there. Where the file system knows no hard links the name
// is looked up first; the folder's lock keeps two servers apart there.
func Publish(file, name string) error {
	err := os.Link(file, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, there := os.Lstat(name); there == nil {
		return nil
	} else if !errors.Is(there, fs.ErrNotExist) {
		return fmt.Errorf("db: publish: %w", there)
	}
	if err := os.Rename(file, name); err != nil {
		return fmt.Errorf("db: publish: %w", err)
	}
	return nil
}
