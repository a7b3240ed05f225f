package blob

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"
)

// Limits of looking into a PDF.
const (
	maxInflated = 64 << 20 // of all streams that hold objects together
	headBytes   = 1024     // in which a reader looks for what a file is
	tailBytes   = 64       // that may follow the end
)

var (
	// acting are the names of what makes a PDF do something, or carry something (ISO 32000-2, 7.11.4,
	// 12.6.4, 12.7.8, 13.7): scripts, programs that are started, files within, forms that are sent. They
	// are long enough not to stand in a photo by chance.
	acting = regexp.MustCompile(`/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA\s*[\[\d])\b`)
	// encrypted is the entry of a trailer whose file opens with a password.
	encrypted = regexp.MustCompile(`/Encrypt\s*[\d<]`)
	// page is how a file begins that a browser would show as a page.
	page = regexp.MustCompile(`(?i)<(!doctype|html|head|body|script|svg|iframe)\b`)
	// escaped is a letter of a name written as its number.
	escaped = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	// begin is where a stream's bytes begin.
	begin = regexp.MustCompile(`\bstream\r?\n`)
	// objects says that a stream holds objects (7.5.7).
	objects = []byte("/ObjStm")
)

// checkPDF refuses a PDF that could act, is something else besides, has no end, or cannot be looked
// into. It looks at everything that stands in clear, and into the streams in which newer files keep
// their objects. It knows nothing of the mistakes of a reader that a broken font or picture could use.
func checkPDF(b []byte) error {
	end := bytes.LastIndex(b, []byte("%%EOF"))
	if end < 0 || len(bytes.Trim(b[end+5:], " \t\r\n\x00")) > tailBytes {
		return errBroken
	}
	if page.Match(b[:min(headBytes, len(b))]) {
		return errActive
	}
	plain := unescape(b)
	if encrypted.Match(plain) {
		return errPassword
	}
	if acting.Match(plain) {
		return errActive
	}
	left := maxInflated
	for rest := b; ; {
		at := begin.FindIndex(rest)
		if at == nil {
			return nil
		}
		// The stream's dictionary stands between the beginning of the one before and its own.
		dictionary := unescape(rest[:at[0]])
		if rest = rest[at[1]:]; !bytes.Contains(dictionary, objects) || !bytes.Contains(dictionary, []byte("/Filter")) {
			continue
		}
		inside, ok := inflate(rest, dictionary, left)
		if left -= len(inside); !ok || acting.Match(unescape(inside)) {
			return errActive
		}
	}
}

// unescape writes the letters of names that stand as numbers, #4A, as letters.
func unescape(b []byte) []byte {
	if !bytes.ContainsRune(b, '#') {
		return b
	}
	return escaped.ReplaceAllFunc(b, func(x []byte) []byte {
		var one [1]byte
		_, _ = hex.Decode(one[:], x[1:]) // two hexadecimal digits
		return one[:]
	})
}

// inflate returns the objects that a stream holds, and whether that is all and was compressed in the one
// way that every program uses: once, as FlateDecode, no longer than most.
func inflate(b, dictionary []byte, most int) (inside []byte, ok bool) {
	if bytes.Contains(dictionary, []byte("/Predictor")) || bytes.Count(dictionary, []byte("Decode")) > 1 {
		return nil, false
	}
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, false
	}
	inside, err = io.ReadAll(io.LimitReader(r, int64(most)+1))
	return inside, err == nil && len(inside) <= most
}
