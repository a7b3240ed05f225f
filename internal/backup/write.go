package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"

	"manyhands/internal/db"
)

// Write writes everything that the database holds at one moment to w. The house may go on writing
// meanwhile. progress, which may be nil, is told how far it has come.
func Write(ctx context.Context, d *db.DB, w io.Writer, progress func(Progress)) (Manifest, error) {
	version, tables, err := kept()
	if err != nil {
		return Manifest{}, err
	}
	if err := d.CheckVersion(ctx); err != nil {
		return Manifest{}, err
	}
	m := Manifest{Program: program, Format: format, Schema: version, Engine: string(d.Engine()), TakenAt: d.NowMicros()}
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 3) })
	err = d.Read(ctx, func(r *db.Reader) error {
		at := Progress{Tables: len(tables)}
		for i, name := range tables {
			at.Table, at.Number = name, i+1
			t, err := writeTable(ctx, r, z, name, &at, progress)
			if err != nil {
				return fmt.Errorf("backup: table %s: %w", name, err)
			}
			m.Tables = append(m.Tables, t)
		}
		return nil
	})
	if err != nil {
		return Manifest{}, err
	}
	return m, writeManifest(z, m)
}

func writeTable(ctx context.Context, r *db.Reader, z *zip.Writer, name string, at *Progress, progress func(Progress)) (Table, error) {
	t := Table{Name: name}
	out, err := z.Create(fileOf(name))
	if err != nil {
		return t, err
	}
	rows, err := r.QueryContext(ctx, "SELECT * FROM "+name)
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }() // rows.Err below tells what matters
	if t.Columns, err = columnsOf(rows); err != nil {
		return t, err
	}
	sum, into, line := sha256.New(), cells(t.Columns), []byte(nil)
	out = io.MultiWriter(out, sum)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return t, err
		}
		if line, err = appendRow(line[:0], into); err != nil {
			return t, err
		}
		if len(line) > maxRowBytes {
			return t, fmt.Errorf("a row is larger than %d bytes", maxRowBytes)
		}
		if _, err := out.Write(line); err != nil {
			return t, err
		}
		t.Rows++
		if at.Rows++; at.Rows%reportEvery == 0 {
			report(progress, *at)
		}
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	report(progress, *at)
	return t, rows.Err()
}

// writeManifest ends the archive. The manifest comes last because only now its hashes are known; the
// archive's directory, which finds it, is last of all, so that a file cut short has neither.
func writeManifest(z *zip.Writer, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("backup: manifest: %w", err)
	}
	out, err := z.Create(manifestName)
	if err != nil {
		return fmt.Errorf("backup: manifest: %w", err)
	}
	if _, err := out.Write(text); err != nil {
		return fmt.Errorf("backup: manifest: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("backup: end of file: %w", err)
	}
	return nil
}
