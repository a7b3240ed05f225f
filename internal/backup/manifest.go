package backup

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"manyhands/internal/fault"
)

// Manifest says what a file holds.
type Manifest struct {
	Program string  `json:"program"` // "manyhands"
	Format  int     `json:"format"`  // of the file
	Schema  int     `json:"schema"`  // number of the last migration
	Engine  string  `json:"engine"`  // that the file was taken from
	TakenAt int64   `json:"taken_at_micros"`
	Tables  []Table `json:"tables"` // in the order in which they can be inserted
}

// Table is one table of the file.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"` // of the table's text, hex
}

// Rows is the count of rows in all tables.
func (m Manifest) Rows() int64 {
	n := int64(0)
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

const (
	program      = "manyhands"
	manifestName = "manifest.json"
)

// fileOf is the name of a table's text within the archive.
func fileOf(table string) string { return "tables/" + table + ".jsonl" }

// openArchive reads the manifest of an archive and checks that this program understands it.
func openArchive(r io.ReaderAt, size int64) (*zip.Reader, Manifest, error) {
	var m Manifest
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, m, fault.Wrap(err, fault.Invalid, errNotBackup.Key)
	}
	f, err := z.Open(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, m, errNotBackup
	}
	if err != nil {
		return nil, m, fault.Wrap(err, fault.Invalid, errNotBackup.Key)
	}
	defer func() { _ = f.Close() }() // read to its end below, which checks it
	text, err := io.ReadAll(io.LimitReader(f, maxManifestBytes+1))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || len(text) > maxManifestBytes || m.Program != program {
		return nil, m, fault.Wrap(err, fault.Invalid, errNotBackup.Key)
	}
	return z, m, m.check()
}

// check returns a fault when the file is of another layout or schema than this program's.
func (m Manifest) check() error {
	version, tables, err := kept()
	if err != nil {
		return err
	}
	if m.Format != format {
		return fault.New(fault.Conflict, "backup.format")
	}
	if m.Schema != version {
		key := "backup.schema_older"
		if m.Schema > version {
			key = "backup.schema_newer"
		}
		return fault.New(fault.Conflict, key, "Theirs", fmt.Sprint(m.Schema), "Ours", fmt.Sprint(version))
	}
	if len(m.Tables) != len(tables) {
		return errNotBackup
	}
	for i, t := range m.Tables {
		if t.Name != tables[i] {
			return errNotBackup
		}
	}
	return nil
}
