package backup

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/zstd"

	"manyhands/internal/fault"
)

// newPacker returns what compresses. It keeps its memory from one chunk to the next.
func newPacker() (*zstd.Encoder, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("backup: compress: %w", err)
	}
	return w, nil
}

// unpack is the packer's inverse; what would become longer than most is an error.
func unpack(packed []byte, most uint64) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(most))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(packed, nil)
}

// ends reports whether a chunk ends with the row that has these cells of the primary key. It depends
// on the row alone, so rows that come or go elsewhere move no other end.
func ends(key []any, rows int) bool {
	h := fnv.New64a()
	line, err := appendRow(nil, key)
	if err != nil {
		return false // the row itself has failed before
	}
	_, _ = h.Write(line) // a hash never fails
	return h.Sum64()*0x9E3779B97F4A7C15>>20%uint64(rows) == 0
}

// pathOf is where a chunk lies.
func pathOf(file string) string { return chunks + "/" + file[:2] + "/" + file }

// contentOf is the part of a chunk's name that stands for its rows.
func contentOf(file string) string {
	content, _, _ := strings.Cut(file, "-")
	return content
}

// isChunk reports whether a name is one that a chunk can have: what stands in a list becomes a path.
func isChunk(file string) bool {
	content, sum, _ := strings.Cut(file, "-")
	a, errA := hex.DecodeString(content)
	b, errB := hex.DecodeString(sum)
	return errA == nil && errB == nil && len(a) == 16 && len(b) == sha256.Size
}

// stored returns the chunks of a folder by content.
func stored(files disk) (map[string]string, error) {
	folders, err := files.list(chunks)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range folders {
		names, err := files.list(chunks + "/" + f)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if isChunk(name) {
				out[contentOf(name)] = name
			}
		}
	}
	return out, nil
}

// store writes chunks, or finds them.
type store struct {
	files   disk
	to      Readers
	key     []byte // of the names
	packer  *zstd.Encoder
	have    map[string]string // chunks by content
	touched map[string]bool   // folders with new names

	written, reused int
	bytes           int64 // written
}

// put returns the name of the chunk with these rows of a table, which is on disk and read back
// afterwards. One that is there already but damaged is written anew.
func (s *store) put(table string, text []byte) (string, error) {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range []string{s.to.names, table} {
		mac.Write([]byte(part + "\n"))
	}
	mac.Write(text)
	content := hex.EncodeToString(mac.Sum(nil)[:16])
	if name, ok := s.have[content]; ok {
		if _, err := s.files.readChunk(name); err == nil {
			s.reused++
			return name, nil
		}
		if err := s.files.remove(pathOf(name)); err != nil {
			return "", err
		}
	}
	sealed, err := seal(s.packer.EncodeAll(text, nil), s.to.recipients...)
	if err != nil {
		return "", err
	}
	name := content + "-" + hashOf(sealed)
	if folder := chunks + "/" + name[:2]; !s.touched[folder] {
		if err := s.files.folder(folder); err != nil {
			return "", err
		}
		s.touched[folder] = true
	}
	if err := s.files.write(pathOf(name), sealed); err != nil {
		return "", err
	}
	if _, err := s.files.readChunk(name); err != nil {
		return "", err
	}
	s.have[content] = name
	s.written++
	s.bytes += int64(len(sealed))
	return name, nil
}

// sync makes the names of new chunks durable.
func (s *store) sync() error {
	for folder := range s.touched {
		if err := s.files.sync(folder); err != nil {
			return err
		}
	}
	return s.files.sync(chunks)
}

// readChunk returns a chunk as it was written. Faults: Invalid "backup.missing", "backup.damaged"
// (Part).
func (d disk) readChunk(name string) ([]byte, error) {
	if !isChunk(name) {
		return nil, damaged(name, errors.New("not a chunk's name"))
	}
	sealed, err := d.read(pathOf(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Invalid, "backup.missing", "Part", name)
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, "-"+hashOf(sealed)) {
		return nil, damaged(name, errors.New("its hash is another"))
	}
	return sealed, nil
}

// readTable hands each row of a table to take, a chunk after its hash was checked. The slice that
// take gets is used again.
func readTable(files disk, t Table, key Key, take func(row []any) error) error {
	total := int64(0)
	for _, c := range t.Chunks {
		sealed, err := files.readChunk(c.File)
		if err != nil {
			return err
		}
		packed, err := unseal(c.File, sealed, key)
		if err != nil {
			return err
		}
		text, err := unpack(packed, maxChunkBytes+maxRowBytes)
		if err != nil {
			return damaged(c.File, err)
		}
		if err := readRows(text, c, t.Columns, take); err != nil {
			return err
		}
		total += c.Rows
	}
	if total != t.Rows {
		return damaged(t.Name, errors.New("the count of rows is another"))
	}
	return nil
}

func readRows(text []byte, c Chunk, cols []Column, take func(row []any) error) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(make([]byte, 64<<10), maxRowBytes)
	rows, args := int64(0), []any(nil)
	for lines.Scan() {
		rows++
		var err error
		if args, err = readRow(lines.Bytes(), cols, args[:0]); err != nil {
			return damaged(c.File, fmt.Errorf("row %d: %w", rows, err))
		}
		if err := take(args); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return damaged(c.File, err)
	}
	if rows != c.Rows {
		return damaged(c.File, errors.New("the count of rows is another"))
	}
	return nil
}
