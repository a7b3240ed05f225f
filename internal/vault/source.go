package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"manyhands/internal/db"
)

// maxMaster bounds a file of master keys.
const maxMaster = 64 << 10

// SourceOf returns the file, or where its path is "" the text, as a Source.
func SourceOf(text, file string) Source {
	if file != "" {
		return File(file)
	}
	return Text(text)
}

// Text is a Source: master keys that stand in a setting, as NewMaster writes them or as 64 hexadecimal
// digits.
type Text string

// Masters implements Source.
func (t Text) Masters(context.Context) ([]Master, error) { return parseMasters(string(t)) }

// File is a Source: the path of a file with master keys that only its owner can read.
type File string

// Masters implements Source. The file is read each time.
func (f File) Masters(context.Context) ([]Master, error) {
	text, err := f.read()
	if err != nil {
		return nil, err
	}
	return parseMasters(text)
}

func (f File) read() (string, error) {
	info, err := os.Stat(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNoMaster
	}
	if err != nil {
		return "", fmt.Errorf("vault: master key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", errMasterOpen
	}
	if info.Size() > maxMaster {
		return "", errMasterBad
	}
	text, err := os.ReadFile(string(f))
	if err != nil {
		return "", fmt.Errorf("vault: master key: %w", err)
	}
	return string(text), nil
}

// Make implements Changeable.
func (f File) Make() error {
	text, err := NewMaster("")
	if err != nil {
		return err
	}
	name, err := f.beside(text)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(name) }() // linked or lost, this name is done with
	if err := db.Publish(name, string(f)); err != nil {
		return fmt.Errorf("vault: make a master key: %w", err)
	}
	return f.sync()
}

// Add implements Changeable.
func (f File) Add() error {
	old, err := f.read()
	if err != nil {
		return err
	}
	text, err := NewMaster(old)
	if err != nil {
		return err
	}
	return f.replace(text)
}

// Keep implements Changeable.
func (f File) Keep(id string) error {
	old, err := f.read()
	if err != nil {
		return err
	}
	text, err := keepMaster(old, id)
	if err != nil {
		return err
	}
	return f.replace(text)
}

// replace puts text in the place of what the file holds: one or the other is there, whole, whenever
// the machine stops.
func (f File) replace(text string) error {
	name, err := f.beside(text)
	if err != nil {
		return err
	}
	if err := os.Rename(name, string(f)); err != nil {
		return errors.Join(fmt.Errorf("vault: master key: %w", err), os.Remove(name))
	}
	return f.sync()
}

// beside writes text, durably, to a new file in the same folder that only its owner can read.
func (f File) beside(text string) (name string, err error) {
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
		return "", fmt.Errorf("vault: folder of the master key: %w", err)
	}
	w, err := os.CreateTemp(filepath.Dir(string(f)), filepath.Base(string(f))+"-") // mode 0600
	if err != nil {
		return "", fmt.Errorf("vault: write a master key: %w", err)
	}
	_, err = w.WriteString(text)
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("vault: write a master key: %w", err), os.Remove(w.Name()))
	}
	return w.Name(), nil
}

func (f File) sync() error {
	dir, err := os.Open(filepath.Dir(string(f)))
	if err == nil {
		err = errors.Join(dir.Sync(), dir.Close())
	}
	if err != nil {
		return fmt.Errorf("vault: folder of the master key: %w", err)
	}
	return nil
}
