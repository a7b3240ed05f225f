package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"manyhands/internal/fault"
)

// Manifest says what a moment holds.
type Manifest struct {
	Program string  `json:"program"` // "manyhands"
	Format  int     `json:"format"`  // of the folder
	Schema  int     `json:"schema"`  // number of the last migration
	Engine  string  `json:"engine"`  // that it was taken from
	TakenAt int64   `json:"taken_at_micros"`
	LastID  int64   `json:"last_id"` // the greatest that was made
	Tables  []Table `json:"tables"`  // in the order in which they can be inserted
}

// Table is one table of a moment.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    int64    `json:"rows"`
	Chunks  []Chunk  `json:"chunks"`
}

// Chunk is a run of a table's rows.
type Chunk struct {
	File string `json:"file"` // hash of the rows, "-", SHA-256 of the file
	Rows int64  `json:"rows"`
}

// Rows is the count of rows in all tables.
func (m Manifest) Rows() int64 {
	n := int64(0)
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// files returns the names of all chunks, sorted.
func (m Manifest) files() []string {
	return names(m.Tables)
}

// list returns what a moment needs, told apart by how long it needs it.
func (m Manifest) list() list {
	kept, forgotten := []Table(nil), []Table(nil)
	for _, t := range m.Tables {
		if slices.Contains(forgetful, t.Name) {
			forgotten = append(forgotten, t)
			continue
		}
		kept = append(kept, t)
	}
	return list{chunks: names(kept), keys: names(forgotten)}
}

func names(tables []Table) []string {
	var out []string
	for _, t := range tables {
		for _, c := range t.Chunks {
			out = append(out, c.File)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const (
	program = "manyhands"
	moments = "moments"
	chunks  = "chunks"
)

// momentName is the name of the moment at, which sorts by time.
func momentName(at time.Time) string { return at.UTC().Format(momentLayout) }

const momentLayout = "20060102T150405.000000Z"

// momentTime is the inverse of momentName; long ago for a name that it did not make.
func momentTime(name string) time.Time {
	at, err := time.Parse(momentLayout, name)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Moments returns the names of a folder's moments, the oldest first. Faults: Invalid
// "backup.not_backup".
func Moments(folder string) ([]string, error) {
	names, err := disk{dir: folder}.list(moments)
	if err == nil && len(names) == 0 {
		err = errNotBackup
	}
	return names, err
}

// A moment's file: one line of intent, one line for each chunk, those with keys marked, one with the SHA-256 of what follows
// the lines, one with that of all lines before; then the encrypted manifest. The lines are in clear, so
// that a run which has no key can tell what is still needed, and rot is not taken for a wrong key.
const (
	firstLine  = "manyhands backup 3\n"
	keyPrefix  = "key "
	restPrefix = "manifest "
	sumPrefix  = "sha256 "
)

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (s *store) writeMoment(name string, m Manifest) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("backup: manifest: %w", err)
	}
	sealed, err := seal(s.packer.EncodeAll(text, nil), s.to.recipients...)
	if err != nil {
		return err
	}
	var head bytes.Buffer
	head.WriteString(firstLine)
	pieces := m.list()
	for _, f := range pieces.chunks {
		head.WriteString(f + "\n")
	}
	for _, f := range pieces.keys {
		head.WriteString(keyPrefix + f + "\n")
	}
	head.WriteString(restPrefix + hashOf(sealed) + "\n")
	head.WriteString(sumPrefix + hashOf(head.Bytes()) + "\n")
	if err := s.files.write(moments+"/"+name, append(head.Bytes(), sealed...)); err != nil {
		return err
	}
	return s.files.sync(moments)
}

// list is what a moment needs: chunks as long as it is there, keys until their day.
type list struct{ chunks, keys []string }

// readList reads a moment's list of chunks, and what follows it. Faults: NotFound "backup.no_moment"
// (Moment), Invalid "backup.damaged" (Part).
func readList(files disk, moment string) (pieces list, rest []byte, err error) {
	data, err := files.read(moments + "/" + moment)
	if errors.Is(err, fs.ErrNotExist) {
		return list{}, nil, fault.New(fault.NotFound, "backup.no_moment", "Moment", moment)
	}
	if err != nil {
		return list{}, nil, err
	}
	return parseList(moment, data)
}

func parseList(moment string, data []byte) (pieces list, rest []byte, err error) {
	rest, ok := bytes.CutPrefix(data, []byte(firstLine))
	if !ok {
		return list{}, nil, damaged(moment, errors.New("first line"))
	}
	manifest := ""
	for {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			return list{}, nil, damaged(moment, errors.New("list has no end"))
		}
		text := string(line)
		if sum, last := strings.CutPrefix(text, sumPrefix); last {
			if sum != hashOf(data[:len(data)-len(rest)]) || manifest != hashOf(after) {
				return list{}, nil, damaged(moment, errors.New("its hash is another"))
			}
			return pieces, after, nil
		}
		rest = after
		if sum, ok := strings.CutPrefix(text, restPrefix); ok {
			manifest = sum
			continue
		}
		if name, ok := strings.CutPrefix(text, keyPrefix); ok {
			pieces.keys = append(pieces.keys, name)
			continue
		}
		pieces.chunks = append(pieces.chunks, text)
	}
}

// readMoment reads a manifest and checks that this program understands it and that its chunks are
// there. Those of the keys are the newest moment's. Faults: those of readList; Forbidden
// "backup.wrong_key", Invalid "backup.missing" (Part), "backup.keys" (Moment), Conflict "backup.format",
// "backup.schema_older", "backup.schema_newer" (Theirs, Ours).
func readMoment(files disk, moment, newest string, key Key) (Manifest, error) {
	m, err := decode(files, moment, key)
	if err != nil {
		return m, err
	}
	if err := m.check(); err != nil {
		return m, err
	}
	have, err := stored(files)
	if err != nil {
		return m, err
	}
	if newest != moment {
		last, err := decode(files, newest, key)
		if errors.Is(err, errWrongKey) {
			return m, err
		}
		if err != nil {
			return m, fault.Wrap(err, fault.Invalid, "backup.keys", "Moment", newest)
		}
		m.takeKeys(last)
	}
	for _, t := range m.Tables {
		for i, c := range t.Chunks {
			name, ok := have[contentOf(c.File)]
			if !ok {
				return m, fault.New(fault.Invalid, "backup.missing", "Part", c.File)
			}
			t.Chunks[i].File = name // another when the first was damaged and a later run wrote the rows anew
		}
	}
	return m, nil
}

// takeKeys puts another moment's keys in the place of these.
func (m Manifest) takeKeys(newest Manifest) {
	for i, t := range m.Tables {
		if slices.Contains(forgetful, t.Name) {
			m.Tables[i] = Table{Name: t.Name, Columns: t.Columns}
		}
	}
	for _, theirs := range newest.Tables {
		i := slices.IndexFunc(m.Tables, func(t Table) bool { return t.Name == theirs.Name })
		if i >= 0 && slices.Contains(forgetful, theirs.Name) {
			m.Tables[i] = theirs
		}
	}
}

// decode reads a manifest of whatever schema. Faults: those of readList, Forbidden "backup.wrong_key".
func decode(files disk, moment string, key Key) (Manifest, error) {
	var m Manifest
	_, sealed, err := readList(files, moment)
	if err != nil {
		return m, err
	}
	packed, err := unseal(moment, sealed, key)
	if err != nil {
		return m, err
	}
	text, err := unpack(packed, maxManifestBytes)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || m.Program != program {
		return m, damaged(moment, err)
	}
	return m, nil
}

// check returns a fault when the moment is of another layout or schema than this program's.
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
