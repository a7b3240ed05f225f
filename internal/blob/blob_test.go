package blob_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"manyhands/internal/blob"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, blob.Texts, "blob.")
}

// pdf returns a small PDF whose objects are these.
func pdf(objects string) []byte {
	return []byte("%PDF-1.7\n" + objects + "\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")
}

const plainPDF = "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj"

// deflated returns a stream with these objects, compressed.
func deflated(dictionary, objects string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(objects)) // into memory
	_ = w.Close()
	return fmt.Sprintf("3 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj", dictionary, b.Len(), b.String())
}

// picture returns a picture whose upper left corner is red and all else white.
func picture(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.Set(x, y, color.White)
			if x < w/2 && y < h/2 {
				p.Set(x, y, color.RGBA{R: 255, A: 255})
			}
		}
	}
	return p
}

func pngOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jpegOf returns a JPEG with an EXIF block that says how the camera was held, and where.
func jpegOf(t testing.TB, p image.Image, orientation uint16, order binary.AppendByteOrder) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPS N 39 54 20 E 116 23 29"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte("\xff\xd8\xff\xe1"), binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), b.Bytes()[2:]...)
}

// hugePNG claims a size without having the pixels.
func hugePNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// hugeJPEG claims a size, by this marker, without having the pixels.
func hugeJPEG(marker string, w, h uint16) []byte {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, h), w)
	return []byte("\xff\xd8" + marker + "\x00\x11\x08" + string(size) + "\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00")
}

func TestClean(t *testing.T) {
	t.Parallel()
	small := pngOf(t, picture(8, 8))
	noise := make([]byte, 3<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
	for name, x := range map[string]struct {
		bytes []byte
		media string
		key   string
	}{
		"paper":               {pdf(plainPDF), blob.PDF, ""},
		"paper with a scan":   {pdf(plainPDF + "\n3 0 obj\n<< /Subtype /Image >>\nstream\n" + string(noise) + "\nendstream\nendobj"), blob.PDF, ""},
		"newer paper":         {pdf(deflated("/Type /ObjStm /Filter /FlateDecode", plainPDF)), blob.PDF, ""},
		"paper in capitals":   {pdf(plainPDF + "\n% JavaScript and Launch are only words here"), blob.PDF, ""},
		"png":                 {small, blob.PNG, ""},
		"jpeg":                {jpegOf(t, picture(8, 8), 1, binary.LittleEndian), blob.JPEG, ""},
		"png and a page":      {append(bytes.Clone(small), "<script>alert(1)</script>"...), blob.PNG, ""},
		"nothing":             {nil, "", "blob.empty"},
		"11 MB":               {bytes.Repeat([]byte("%PDF-"), 11<<20/5), "", "blob.large"},
		"gif and script":      {[]byte("GIF89a/*\x00\x00*/=1;alert(1)"), "", "blob.kind"},
		"page":                {[]byte("<!doctype html><script>alert(1)</script>"), "", "blob.kind"},
		"svg":                 {[]byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "", "blob.kind"},
		"program":             {[]byte("MZ\x90\x00"), "", "blob.kind"},
		"zip":                 {[]byte("PK\x03\x04"), "", "blob.kind"},
		"paper after a blank": {append([]byte(" "), pdf(plainPDF)...), "", "blob.kind"},
		"webp":                {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "", "blob.webp"},
		"png cut short":       {small[:len(small)/2], "", "blob.broken"},
		"jpeg cut short":      {jpegOf(t, picture(64, 64), 1, binary.LittleEndian)[:200], "", "blob.broken"},
		"jpeg, progressive":   {hugeJPEG("\xff\xc2", 5000, 4000), "", "blob.pixels"},
		"jpeg, disguised":     {hugeJPEG("\xff\xff\xc2", 5000, 4000), "", "blob.pixels"},
		"jpeg, less":          {hugeJPEG("\xff\xc2", 500, 400), "", "blob.broken"},
		"jpeg, plain":         {hugeJPEG("\xff\xc0", 9000, 5000), "", "blob.pixels"},
		"png of 10 gigapixel": {hugePNG(100_000, 100_000), "", "blob.pixels"},
		"png, long":           {hugePNG(30_000, 1), "", "blob.pixels"},
		"png of no width":     {hugePNG(0, 9), "", "blob.broken"},
		"paper cut short":     {pdf(plainPDF)[:40], "", "blob.broken"},
		"paper and zip":       {append(pdf(plainPDF), "PK\x03\x04"+strings.Repeat("x", 100)...), "", "blob.broken"},
		"paper and page":      {[]byte("%PDF-1.7\n<html><script>alert(1)</script>\n%%EOF"), "", "blob.active"},
		"script":              {pdf("1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>\nendobj"), "", "blob.active"},
		"script, disguised":   {pdf("1 0 obj\n<< /OpenAction << /S /J#61vaScr#69pt /JS (1) >> >>\nendobj"), "", "blob.active"},
		"script, compressed":  {pdf(deflated("/Type /ObjStm /Filter /FlateDecode", "<< /S /JavaScript >>")), "", "blob.active"},
		"objects, twice":      {pdf(deflated("/Type /ObjStm /Filter [/FlateDecode /FlateDecode]", "x")), "", "blob.active"},
		"objects, other way":  {pdf("3 0 obj\n<< /Type /ObjStm /Filter /LZWDecode >>\nstream\nxx\nendstream\nendobj"), "", "blob.active"},
		"bomb":                {pdf(deflated("/Type /ObjStm /Filter /FlateDecode", strings.Repeat(" ", 65<<20))), "", "blob.active"},
		"program within":      {pdf("1 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj"), "", "blob.active"},
		"file within":         {pdf("1 0 obj\n<< /Type /EmbeddedFile >>\nendobj"), "", "blob.active"},
		"form":                {pdf("1 0 obj\n<< /AcroForm << /XFA 7 0 R >> >>\nendobj"), "", "blob.active"},
		"with a password":     {pdf(plainPDF + "\n<< /Encrypt 9 0 R >>"), "", "blob.password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := blob.New(nil).Clean(t.Context(), blob.Upload{Name: "a", Bytes: x.bytes})
			e, _ := errors.AsType[*fault.Error](err)
			if x.key == "" && err != nil || x.key != "" && (e == nil || e.Key != x.key) || out.Media() != x.media {
				t.Fatalf("%q, %v, want %q", out.Media(), err, x.key)
			}
			if bytes.Contains(out.Bytes, []byte("GPS")) || bytes.Contains(out.Bytes, []byte("script")) {
				t.Error("kept what was hidden in it")
			}
		})
	}
}

// TestTurned looks where the red corner comes to lie for each way to hold a camera.
func TestTurned(t *testing.T) {
	t.Parallel()
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for exif, want := range map[uint16][3]bool{ // wide, red on the right, red below
			1: {true, false, false}, 2: {true, true, false}, 3: {true, true, true}, 4: {true, false, true},
			5: {false, false, false}, 6: {false, true, false}, 7: {false, true, true}, 8: {false, false, true}, 9: {true, false, false},
		} {
			out, err := blob.New(nil).Clean(t.Context(), blob.Upload{Bytes: jpegOf(t, picture(64, 32), exif, order)})
			if err != nil {
				t.Fatal(err)
			}
			p, err := jpeg.Decode(bytes.NewReader(out.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			b := p.Bounds()
			red := func(x, y int) bool { _, g, _, _ := p.At(x, y).RGBA(); return g < 0x8000 }
			right := red(b.Dx()-3, 2) || red(b.Dx()-3, b.Dy()-3)
			below := red(2, b.Dy()-3) || red(b.Dx()-3, b.Dy()-3)
			if got := [3]bool{b.Dx() > b.Dy(), right, below}; got != want {
				t.Errorf("orientation %d: %v, want %v", exif, got, want)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"证书.png": "证书.pdf", `C:\Users\a\paper.PDF`: "paper.pdf", "../../etc/passwd": "passwd.pdf", "a\r\nSet-Cookie: x": "aSet-Cookie x.pdf",
		"": "file.pdf", "...": "file.pdf", "\xff": "file.pdf", "𠀀.pdf": "𠀀.pdf", strings.Repeat("长", 300): strings.Repeat("长", 200) + ".pdf",
		"evil\u202Efdp.exe": "evilfdp.pdf",
	} {
		out, err := blob.New(nil).Clean(t.Context(), blob.Upload{Name: name, Bytes: pdf(plainPDF)})
		if err != nil || out.Name != want {
			t.Errorf("%q became %q, %v", name, out.Name, err)
		}
		headers := blob.Blob{Name: out.Name, Media: blob.PDF}.Headers()
		if d := headers["Content-Disposition"]; !strings.HasPrefix(d, "attachment; filename") || strings.ContainsAny(d, "\r\n") {
			t.Errorf("%q: %q", name, d)
		}
	}
}

// TestKept keeps a file of several pieces and damages what lies in the database.
func TestKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		v := vaulttest.Open(t, d)
		s := blob.New(v)
		ctx := context.Background()
		big := pdf(plainPDF + "\n%" + strings.Repeat("0123456789abcdef", 40_000))
		var one, two blob.Blob
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			if err := errors.Join(v.Make(ctx, tx, 1), v.Make(ctx, tx, 2)); err != nil {
				return err
			}
			if one, err = s.Put(ctx, tx, 1, blob.Upload{Name: "书.pdf", Bytes: big, By: 7}); err != nil {
				return err
			}
			two, err = s.Put(ctx, tx, 2, blob.Upload{Name: "b", Bytes: pngOf(t, picture(9, 9))})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		get := func(id int64) (b blob.Blob, text []byte, err error) {
			err = d.Read(ctx, func(r *db.Reader) error {
				b, text, err = s.Get(ctx, r, id)
				return err
			})
			return b, text, err
		}
		if b, text, err := get(one.ID); err != nil || b != one || !bytes.Equal(text, big) || b.Subject != 1 || b.By != 7 || b.Bytes != int64(len(big)) || b.Name != "书.pdf" {
			t.Fatalf("%+v, %d bytes, %v", b, len(text), err)
		}
		if b, _, err := get(two.ID); err != nil || b.Name != "b.png" {
			t.Errorf("%+v, %v", b, err)
		}
		for statement, want := range map[string]*fault.Error{
			"UPDATE blob_piece SET n = n + 9 WHERE n = 0":                                             vault.ErrDamaged, // in another order
			"DELETE FROM blob_piece WHERE n = 2":                                                      fault.New(fault.Internal, "blob.damaged"),
			"UPDATE blob SET subject_id = 2":                                                          vault.ErrDamaged,
			"UPDATE blob SET size_bytes = 5":                                                          fault.New(fault.Internal, "blob.damaged"),
			"UPDATE blob_piece SET sealed = (SELECT head FROM blob WHERE subject_id = 1) WHERE n = 1": vault.ErrDamaged,
		} {
			errBack := errors.New("put back")
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, statement); err != nil {
					return err
				}
				if _, _, err := s.Get(ctx, tx, one.ID); !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", statement, err, want)
				}
				return errBack
			})
			if !errors.Is(err, errBack) {
				t.Fatal(err)
			}
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			if list, err := s.Of(ctx, tx, 1, 9); err != nil || len(list) != 1 || list[0] != one {
				t.Errorf("%+v, %v", list, err)
			}
			if _, err := v.Destroy(ctx, tx, 1); err != nil {
				return err
			}
			return s.Delete(ctx, tx, two.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := get(one.ID); !errors.Is(err, vault.ErrDestroyed) {
			t.Errorf("erased: %v", err)
		}
		if _, _, err := get(two.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleted: %v", err)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { return s.Delete(ctx, tx, two.ID) })
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add(pdf(plainPDF))
	f.Add(pdf(deflated("/Type /ObjStm /Filter /FlateDecode", "<< /S /JavaScript >>")))
	f.Add(pngOf(f, picture(4, 4)))
	f.Add(jpegOf(f, picture(4, 4), 6, binary.BigEndian))
	f.Add(hugePNG(1<<31, 1<<31))
	s := blob.New(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := s.Clean(context.Background(), blob.Upload{Bytes: b})
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("not said what is wrong: %v", err)
		}
		if err != nil {
			return
		}
		if again, err := s.Clean(context.Background(), blob.Upload{Bytes: out.Bytes}); err != nil || again.Media() != out.Media() {
			t.Errorf("what was kept would not be taken again: %v", err)
		}
	})
}
