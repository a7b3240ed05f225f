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
	return p.uploadedBy(w, r, optional, p.cfg.Children.CleanFile)
}

// uploadedBy is uploaded with another look into the file.
func (p *Pages) uploadedBy(w http.ResponseWriter, r *http.Request, optional bool, clean func(context.Context, blob.Upload) (blob.Upload, error)) (*web.Form, blob.Upload, error) {
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
	kept, err := clean(r.Context(), blob.Upload{Name: x.Name, Bytes: x.Data})
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooLarge) {
		f.Errs = append(f.Errs, fault.Field{Name: "file", Key: e.Key, Args: e.Args})
		err = nil
	}
	return f, kept, err
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

type lookView struct {
	target
	code  string
	file  int64
	media string
}

// lookAt shows a picture of a record within a page, so that it need not be saved; of a PDF it says why not.
// The look is noted when the picture itself is asked for.
func (p *Pages) lookAt(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := lookView{target: t, file: partOf(r, "file")}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := p.openDoors(ctx, tx, t)
		if err != nil {
			return err
		}
		v.code = d.Code
		v.media, err = p.cfg.Children.FileKind(ctx, tx, t.id, v.file, t.purpose)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lookPage(v))
}
