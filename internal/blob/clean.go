package blob

import (
	"bytes"
	"context"
	"path"
	"strings"
	"unicode"
)

// Upload is a file as it came.
type Upload struct {
	Name  string // as the browser named it; it says nothing of what the file is
	Bytes []byte
	By    int64 // person who hands it in; 0 for a guest

	media string // set by Clean
}

// Media is what a file that went through Clean is; "" before.
func (u Upload) Media() string { return u.media }

// Clean looks what a file is and returns what may be kept of it: a picture encoded anew and turned as its
// camera held it, a PDF as it is. It takes no transaction, since a large picture takes a second: call it
// before the write, and give Put what it returns. Faults: Invalid "blob.empty", "blob.kind", "blob.webp",
// "blob.broken", "blob.pixels" (Million), "blob.active", "blob.password", "blob.infected", "blob.scanner_down";
// TooLarge "blob.large" (MB).
func (s *Store) Clean(ctx context.Context, in Upload) (Upload, error) {
	if in.media != "" {
		return in, nil
	}
	if len(in.Bytes) == 0 {
		return Upload{}, errEmpty
	}
	if len(in.Bytes) > MaxBytes {
		return Upload{}, errLarge
	}
	if err := s.scan(ctx, in.Bytes); err != nil {
		return Upload{}, err
	}
	done, err := s.turn(ctx)
	if err != nil {
		return Upload{}, err
	}
	defer done()
	switch sniff(in.Bytes) {
	case PDF:
		in.media, err = PDF, checkPDF(in.Bytes)
	case JPEG, PNG:
		in.Bytes, in.media, err = cleanPicture(in.Bytes, maxSide)
	case webP:
		err = errWebP
	default:
		err = errKind
	}
	if err != nil {
		return Upload{}, err
	}
	if len(in.Bytes) > MaxBytes {
		return Upload{}, errLarge
	}
	in.Name = cleanName(in.Name, in.media)
	return in, nil
}

// CleanPortrait is Clean for a picture by which somebody is known at a door: no side of what it returns is
// longer than 900 pixels, so that a list of them comes through a bad line, and it bears no name. Faults: as
// Clean, and Invalid "blob.no_picture" for what is no picture.
func (s *Store) CleanPortrait(ctx context.Context, in Upload) (Upload, error) {
	switch {
	case len(in.Bytes) == 0:
		return Upload{}, errEmpty
	case len(in.Bytes) > MaxBytes:
		return Upload{}, errLarge
	}
	switch sniff(in.Bytes) {
	case JPEG, PNG:
	case webP:
		return Upload{}, errWebP
	default:
		return Upload{}, errNoPicture
	}
	if err := s.scan(ctx, in.Bytes); err != nil {
		return Upload{}, err
	}
	done, err := s.turn(ctx)
	if err != nil {
		return Upload{}, err
	}
	defer done()
	if in.Bytes, in.media, err = cleanPicture(in.Bytes, portraitSide); err != nil {
		return Upload{}, err
	}
	in.Name = cleanName("", in.media)
	return in, nil
}

// webP is a kind that is told apart only to be refused with a word of advice.
const webP = "image/webp"

// sniff returns what bytes begin as, "" for what is not kept.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return webP
	}
	return ""
}

var endings = map[string]string{PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}

// cleanName returns the last part of a name without what no file system or header bears, with the ending
// of what the file really is.
func cleanName(name, media string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	kept := make([]rune, 0, len(name))
	for _, r := range name {
		if len(kept) < maxName && unicode.IsPrint(r) && !strings.ContainsRune(`/:*?"<>|`, r) {
			kept = append(kept, r)
		}
	}
	name = strings.Trim(string(kept), " .")
	if name == "" {
		name = "file"
	}
	return name + endings[media]
}
