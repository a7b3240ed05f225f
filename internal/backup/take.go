package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Options say how a moment is taken.
type Options struct {
	To       Readers
	NameKey  []byte         // 32 bytes, the same for every run: names of chunks are hashes keyed with it
	Keep     int            // moments that stay, the new one included; 0: all
	Progress func(Progress) // may be nil
	// ForgetDays is after how many days the wrapped keys of a moment go though the moment stays; 0:
	// DefaultForgetDays.
	ForgetDays int

	rows int // of a chunk on average; 0: chunkRows
}

// Summary says what a run did.
type Summary struct {
	Manifest
	Moment          string
	Written, Reused int       // chunks
	Bytes           int64     // written
	KeysUntil       time.Time // when this moment's wrapped keys go: with the first run after it
}

// Take adds the present moment to a folder, which is made when missing. The house may go on writing
// meanwhile; the moment is one snapshot. What an earlier run has written already, one that was cut off
// included, is read back and used again. When it returns without an error, everything is on disk.
// Then moments beyond Keep are removed, the oldest first, chunks that no moment names, and wrapped keys
// that no moment of the last ForgetDays names.
//
// Faults: Conflict "backup.busy" (another run writes to the folder), "backup.exists" (a moment of the
// very same time); Invalid "backup.list" (Moment): the new moment is whole, and nothing was removed
// because the list of another is damaged.
func Take(ctx context.Context, d *db.DB, folder string, o Options) (Summary, error) {
	return take(ctx, d, disk{dir: folder}, o)
}

func take(ctx context.Context, d *db.DB, files disk, o Options) (Summary, error) {
	if len(o.To.recipients) == 0 || len(o.NameKey) != 32 {
		return Summary{}, errors.New("backup: no reader, or no key for names")
	}
	if err := d.CheckVersion(ctx); err != nil {
		return Summary{}, err
	}
	for _, name := range []string{".", chunks, moments} {
		if err := files.folder(name); err != nil {
			return Summary{}, err
		}
	}
	release, err := files.hold()
	if err != nil {
		return Summary{}, err
	}
	defer release()
	if err := files.tidyAll(); err != nil {
		return Summary{}, err
	}
	packer, err := newPacker()
	if err != nil {
		return Summary{}, err
	}
	s := &store{files: files, to: o.To, key: o.NameKey, packer: packer, touched: map[string]bool{}}
	if s.have, err = stored(files); err != nil {
		return Summary{}, err
	}
	m, err := snapshot(ctx, d, s, o)
	if err != nil {
		return Summary{}, err
	}
	if o.ForgetDays == 0 {
		o.ForgetDays = DefaultForgetDays
	}
	forget := time.Duration(o.ForgetDays) * 24 * time.Hour
	out := Summary{Manifest: m, Moment: momentName(clock.Time(m.TakenAt)), KeysUntil: clock.Time(m.TakenAt).Add(forget), Written: s.written, Reused: s.reused, Bytes: s.bytes}
	if err := s.sync(); err != nil {
		return out, err
	}
	if names, err := files.list(moments); err != nil || len(names) > 0 && names[len(names)-1] >= out.Moment {
		return out, errors.Join(err, errExists)
	}
	if err := s.writeMoment(out.Moment, m); err != nil {
		return out, err
	}
	if err := errors.Join(files.sync("."), sweep(files, o.Keep, forget)); err != nil {
		return out, err
	}
	return out, nil
}

// tidyAll removes what an earlier run left half written.
func (d disk) tidyAll() error {
	folders, err := d.list(chunks)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := d.tidy(chunks + "/" + f); err != nil {
			return err
		}
	}
	return errors.Join(d.tidy(moments), d.tidy("."))
}

// snapshot stores every table as it is at one moment.
func snapshot(ctx context.Context, d *db.DB, s *store, o Options) (Manifest, error) {
	version, tables, err := kept()
	if err != nil {
		return Manifest{}, err
	}
	keys, err := primaryKeys()
	if err != nil {
		return Manifest{}, err
	}
	if o.rows == 0 {
		o.rows = chunkRows
	}
	m := Manifest{Program: program, Format: format, Schema: version, Engine: string(d.Engine()), TakenAt: d.NowMicros()}
	err = d.Read(ctx, func(r *db.Reader) (err error) {
		if m.LastID, err = db.LastID(ctx, r); err != nil {
			return fmt.Errorf("backup: last id: %w", err)
		}
		at := Progress{Tables: len(tables)}
		for i, name := range tables {
			at.Table, at.Number = name, i+1
			t := &cutter{store: s, rows: o.rows, at: &at, progress: o.Progress, table: Table{Name: name}}
			if err := t.read(ctx, r, keys[name]); err != nil {
				return fmt.Errorf("backup: table %s: %w", name, err)
			}
			m.Tables = append(m.Tables, t.table)
		}
		return nil
	})
	return m, err
}

// sweep removes moments beyond keep and then every chunk that no moment names, or that only moments older
// than forget name as theirs to forget. The newest keeps its keys however old it is.
func sweep(files disk, keep int, forget time.Duration) error {
	names, err := files.list(moments)
	if err != nil {
		return err
	}
	if extra := len(names) - keep; keep > 0 && extra > 0 {
		for _, name := range names[:extra] {
			if err := files.remove(moments + "/" + name); err != nil {
				return err
			}
		}
		if err := files.sync(moments); err != nil {
			return err
		}
		names = names[extra:]
	}
	needed, newest := map[string]bool{}, momentTime(names[len(names)-1])
	for _, name := range names {
		pieces, _, err := readList(files, name)
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "backup.list", "Moment", name)
		}
		if newest.Sub(momentTime(name)) > forget {
			pieces.keys = nil
		}
		for _, f := range slices.Concat(pieces.chunks, pieces.keys) {
			needed[contentOf(f)] = true
		}
	}
	have, err := stored(files)
	if err != nil {
		return err
	}
	for content, f := range have {
		if !needed[content] {
			if err := files.remove(pathOf(f)); err != nil {
				return err
			}
		}
	}
	return nil
}
