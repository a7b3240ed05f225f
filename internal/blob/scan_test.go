package blob_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"testing"

	"manyhands/internal/blob"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/vault/vaulttest"
)

// verdict is a scanner that says what it is told to say.
type verdict struct {
	found string
	err   error
	asked int
}

func (v *verdict) Scan(context.Context, []byte) (string, error) {
	v.asked++
	return v.found, v.err
}

// TestWithAScanner: what it finds and what it cannot look into is refused, before anything is decoded, and
// told without the file's name.
func TestWithAScanner(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	v := vaulttest.Open(t, d)
	s, says := blob.New(v), &verdict{}
	var told []blob.Scanned
	s.Guard(says, func(_ context.Context, x blob.Scanned) { told = append(told, x) })
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	in := blob.Upload{Name: "示例.png", Bytes: b.Bytes()}
	for name, clean := range map[string]func(context.Context, blob.Upload) (blob.Upload, error){"file": s.Clean, "portrait": s.CleanPortrait} {
		*says, told = verdict{}, nil
		kept, err := clean(t.Context(), in)
		if err != nil || says.asked != 1 || len(told) != 0 {
			t.Errorf("%s: %v, asked %d times, told %v", name, err, says.asked, told)
		}
		if _, err := s.Clean(t.Context(), kept); err != nil || says.asked != 1 {
			t.Errorf("%s: asked again", name)
		}
		says.found = "Eicar"
		if _, err := clean(t.Context(), in); keyOf(err) != "blob.infected" || len(told) != 1 || told[0].Found != "Eicar" {
			t.Errorf("%s: %v, told %v", name, err, told)
		}
		says.found, says.err = "", errors.New("down")
		if _, err := clean(t.Context(), in); keyOf(err) != "blob.scanner_down" || len(told) != 2 || told[1].Err == nil {
			t.Errorf("%s: %v, told %v", name, err, told)
		}
	}
	*says = verdict{}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := v.Make(t.Context(), tx, 77); err != nil {
			return err
		}
		_, err := s.Put(t.Context(), tx, 77, in)
		return err
	})
	if err == nil || says.asked != 0 {
		t.Errorf("a file that nobody looked into was kept, or looked into inside a write: %v, asked %d times", err, says.asked)
	}
}

func keyOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}
