package guardianweb

import (
	"context"
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

type guardiansView struct {
	about
	mine   child.Guardian
	others []child.Guardian
	part   string // which form was sent: "me", "papers" or ""
}

// part says to which of the page's forms an address belongs.
func part(r *http.Request) string {
	for _, x := range []string{"me", "papers"} {
		if r.URL.Path == path(mustID(r), "guardians", x) {
			return x
		}
	}
	return ""
}

func mustID(r *http.Request) int64 {
	id, _ := idOf(r, "id") // 0 stands for no record
	return id
}

func (p *Pages) guardians(w http.ResponseWriter, r *http.Request) error {
	a, err := p.open(r, access.Guardians)
	if err != nil {
		return err
	}
	v := guardiansView{about: a, mine: mineOf(r.Context(), a.Opened), part: part(r)}
	now := p.cfg.DB.Now()
	for _, g := range a.Guardians {
		if g.ID != v.mine.ID && g.InForce(now) {
			v.others = append(v.others, g)
		}
	}
	return web.Render(w, r, v.status, guardiansPage(v))
}

func (v guardiansView) form(name string, pairs ...string) web.FormView {
	if v.status != http.StatusOK && v.part == name {
		return v.outcome.form
	}
	return web.NewFormView(pairs...)
}

// addGuardian names another guardian. Their word does not count before a worker has seen what shows it.
func (p *Pages) addGuardian(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.guardians, path(id, "guardians"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		_, err := p.cfg.Children.AddGuardian(ctx, tx, id, access.Guardian, child.NewGuardian{Who: relativeOf(f), Authority: f.Bool("authority")})
		return err
	})
}

// changeMe changes what the reader is called and how to reach them.
func (p *Pages) changeMe(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.guardians, path(id, "guardians"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		mine, err := p.cfg.Children.Mine(ctx, tx, id)
		if err != nil {
			return err
		}
		return p.cfg.Children.ChangeGuardian(ctx, tx, id, access.Guardian, mine, relativeOf(f))
	})
}

// besideFile is the room of an upload for what is not the file.
const besideFile = 64 << 10

// handIn keeps a picture of what shows the guardianship. The file is looked into before the write, and
// only for somebody whose child it is.
func (p *Pages) handIn(w http.ResponseWriter, r *http.Request) error {
	a, err := p.open(r)
	if err != nil {
		return err
	}
	f, err := web.ReadUpload(w, r, blob.MaxBytes+besideFile)
	if err != nil {
		return err
	}
	file, err := p.cleaned(r.Context(), f, p.cfg.Children.CleanFile)
	if err != nil {
		return err
	}
	return p.act(w, r, f, p.guardians, path(a.ID, "guardians"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		_, err := p.cfg.Children.AddEvidence(ctx, tx, a.ID, access.Guardian, file)
		return err
	})
}

// cleaned looks into the file of a form; what is wrong with it is noted beside it.
func (p *Pages) cleaned(ctx context.Context, f *web.Form, clean func(context.Context, blob.Upload) (blob.Upload, error)) (blob.Upload, error) {
	x, ok := f.File("file", blob.MaxBytes)
	if !ok {
		return blob.Upload{}, nil
	}
	file, err := clean(ctx, blob.Upload{Name: x.Name, Bytes: x.Data})
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooLarge) {
		f.Errs = append(f.Errs, fault.Field{Name: "file", Key: e.Key, Args: e.Args})
		return blob.Upload{}, nil
	}
	return file, err
}

// file gives back a file that the reader handed in.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	file, err := idOf(r, "file")
	if err != nil {
		return err
	}
	b, bytes, err := p.cfg.Children.File(r.Context(), id, file, access.Guardian)
	if err != nil {
		return err
	}
	for k, v := range b.Headers() {
		w.Header().Set(k, v)
	}
	_, _ = w.Write(bytes) // the reader may have gone
	return nil
}
