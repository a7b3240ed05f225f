package db

import (
	"bytes"
	"io/fs"
	"regexp"
)

// rowids is the migrations as SQLite is given them: a key column that is exactly INTEGER is the row's
// own address there, where BIGINT would need a second tree for each table.
type rowids struct{ fs.FS }

var bigintKey = regexp.MustCompile(`(?m)^(\s+\w+\s+)BIGINT(\s+NOT NULL PRIMARY KEY)`)

func (r rowids) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	text, err := fs.ReadFile(r.FS, name)
	if err != nil {
		return nil, err
	}
	text = bigintKey.ReplaceAll(text, []byte("${1}INTEGER${2}"))
	return &rewritten{File: f, text: bytes.NewReader(text)}, nil
}

func (r rowids) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(r.FS, name) }

// rewritten is a file with another text.
type rewritten struct {
	fs.File
	text *bytes.Reader
}

func (f *rewritten) Read(b []byte) (int, error) { return f.text.Read(b) }
