package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Assets serves the static files of the program from memory, under addresses that change with their
// content, so that browsers keep them for ever.
type Assets struct {
	files map[string]asset
}

type asset struct {
	hash, kind string
	plain, gz  []byte
}

// NewAssets reads and compresses every file of fsys at its root or below.
func NewAssets(fsys fs.FS) (*Assets, error) {
	a := &Assets{files: map[string]asset{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		a.files[name], err = newAsset(name, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web: read assets: %w", err)
	}
	return a, nil
}

func newAsset(name string, b []byte) (asset, error) {
	sum := sha256.Sum256(b)
	f := asset{hash: hex.EncodeToString(sum[:4]), kind: mime.TypeByExtension(path.Ext(name)), plain: b}
	if f.kind == "" {
		f.kind = "text/plain; charset=utf-8"
	}
	var buf bytes.Buffer
	zw, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	if _, err := zw.Write(b); err != nil {
		return asset{}, err
	}
	if err := zw.Close(); err != nil {
		return asset{}, err
	}
	if buf.Len() < len(b)*9/10 {
		f.gz = buf.Bytes()
	}
	return f, nil
}

// URL returns the address of a file: "/static/1a2b3c4d/app.css". A name that does not exist gives an
// address that answers 404.
func (a *Assets) URL(name string) string { return "/static/" + a.files[name].hash + "/" + name }

// ServeHTTP answers "/static/{hash}/{name}"; an address of an older version gets the present file,
// uncached, so that a page from before an update still looks right.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if hash == f.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if f.gz != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.gz
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(r *http.Request) bool {
	for v := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(v), ";")
		if name == "gzip" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}
