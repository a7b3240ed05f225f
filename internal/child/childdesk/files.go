package childdesk

import (
	"context"
	"errors"
	"net/http"

	"manyhands/internal/blob"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

// besideFile is the room of an upload for what is not the file.
const besideFile = 64 << 10

// uploaded reads a form with a file and looks into the file, which takes a moment and no transaction.
// What is wrong with it is noted beside the field "file".
func (p *Pages) uploaded(w http.ResponseWriter, r *http.Request, optional bool) (*web.Form, blob.Upload, error) {
	f, err := web.ReadUpload(w, r, blob.MaxBytes+besideFile)
	if err != nil {
		return nil, blob.Upload{}, err
	}
	if optional && !f.HasFile("file") {
		return f, blob.Upload{}, nil
	}
	x, ok := f.File("file", blob.MaxBytes)
	if !ok {
		return f, blob.Upload{}, nil
	}
	clean, err := p.cfg.Children.CleanFile(r.Context(), blob.Upload{Name: x.Name, Bytes: x.Data})
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooLarge) {
		f.Errs = append(f.Errs, fault.Field{Name: "file", Key: e.Key, Args: e.Args})
		err = nil
	}
	return f, clean, err
}

func (p *Pages) attach(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	if _, err := p.doors(r.Context(), t); err != nil {
		return err // before a large file is looked into
	}
	f, file, err := p.uploaded(w, r, false)
	if err != nil {
		return err
	}
	return p.done(w, r, f, p.record, t.path(), func(ctx context.Context, tx *db.Tx) error {
		_, err := p.cfg.Children.Attach(ctx, tx, t.id, t.purpose, f.Values.Get("title"), file)
		return err
	})
}

// file hands a file out: to be saved, never shown as a page.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	b, bytes, err := p.cfg.Children.File(r.Context(), t.id, partOf(r, "file"), t.purpose)
	if err != nil {
		return err
	}
	for k, v := range b.Headers() {
		w.Header().Set(k, v)
	}
	_, _ = w.Write(bytes) // the reader may have gone
	return nil
}
