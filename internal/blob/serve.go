package blob

import (
	"mime"
	"strconv"
)

// Headers returns the HTTP headers with which a file leaves the house: saved and never shown as a page,
// taken for what Media says and nothing else, without a right to do anything, and kept in no cache. A
// handler sets all of them and writes the bytes; the file's name goes nowhere else.
func (b Blob) Headers() map[string]string {
	return map[string]string{
		"Content-Type":                 b.Media,
		"Content-Length":               strconv.FormatInt(b.Bytes, 10),
		"Content-Disposition":          mime.FormatMediaType("attachment", map[string]string{"filename": b.Name}),
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; sandbox",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "private, no-store",
	}
}

// Picture reports whether files of a kind are pictures.
func Picture(media string) bool { return media == JPEG || media == PNG }

// Picture reports whether the file is a picture: a page may show it, by its address in an img element, which
// heeds none of the headers that keep it from being a page itself.
func (b Blob) Picture() bool { return Picture(b.Media) }
