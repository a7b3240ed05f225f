package peopleweb

import (
	"context"
	"errors"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// usualKeyMonths is how long a key is proposed to be in force.
const usualKeyMonths = 6

// keysView is the desk's page of keys.
type keysView struct {
	inForce, ended []keyLine
	places         places // for which the reader may make keys
	form           web.FormView
}

// keyLine is a key as the desk shows it.
type keyLine struct {
	access.Key
	place  i18n.Text
	madeBy string // "" for the command line, and for a person who is no longer there
}

// keys lists the keys that the reader may manage, with a form for one more.
func (p *Pages) keys(w http.ResponseWriter, r *http.Request) error {
	v, err := p.keysView(r.Context())
	if err != nil {
		return err
	}
	last := p.cfg.DB.Now().In(i18n.ZoneOf(r.Context())).AddDate(0, usualKeyMonths, 0)
	v.form = web.NewFormView("expires", last.Format(time.DateOnly))
	return web.Render(w, r, http.StatusOK, keysPage(v))
}

func (p *Pages) keysView(ctx context.Context) (keysView, error) {
	var v keysView
	all, err := p.places(ctx)
	if err != nil {
		return v, err
	}
	v.places = all.within(ctx, access.KeyManage)
	if len(v.places) == 0 { // an appointment at an organisation that is no longer there
		return v, fault.New(fault.Forbidden, "access.denied")
	}
	return v, p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		now := p.cfg.DB.Now()
		keys, err := access.Keys(ctx, q, now)
		if err != nil {
			return err
		}
		lines := p.keyLines(q, all)
		for _, k := range keys {
			if access.CheckFor(ctx, access.KeyManage, k.Organisation) != nil {
				continue
			}
			line, err := lines.line(ctx, k)
			if err != nil {
				return err
			}
			if k.InForce(now) {
				v.inForce = append(v.inForce, line)
			} else {
				v.ended = append(v.ended, line)
			}
		}
		return nil
	})
}

// keyLines finds what keys refer to, each person once.
type keyLines struct {
	people *people.Service
	q      db.Queryer
	places places
	names  map[int64]string
}

func (p *Pages) keyLines(q db.Queryer, all places) keyLines {
	return keyLines{people: p.cfg.People, q: q, places: all, names: map[int64]string{0: ""}}
}

func (l keyLines) line(ctx context.Context, k access.Key) (keyLine, error) {
	name, known := l.names[k.MadeBy]
	if !known {
		person, err := l.people.PersonByID(ctx, l.q, k.MadeBy)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return keyLine{}, err
		}
		name = person.Called()
		l.names[k.MadeBy] = name
	}
	return keyLine{Key: k, place: l.places.name(k.Organisation), madeBy: name}, nil
}

// options offers the places, after an empty choice when there are several: no key is for the whole
// network by oversight.
func (v keysView) options(ctx context.Context) []ui.Option {
	options := v.places.options(ctx)
	if len(options) == 1 {
		return options
	}
	return append([]ui.Option{{Label: i18n.T(ctx, "people.keys.choose")}}, options...)
}

// makeKey makes a key and shows its secret. Like every page behind a permission, nothing may keep it. A
// desk left open is not enough for it.
func (p *Pages) makeKey(w http.ResponseWriter, r *http.Request) error {
	if err := signin.CheckRecent(r.Context()); err != nil {
		return proveFirst(w, r, err, "/desk/keys")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.keysView(ctx)
	if err != nil {
		return err
	}
	in := access.KeyInput{Name: f.Text("name", access.LongestKeyName), Organisation: v.places.chosen(f), Permissions: access.KeyPermissions(),
		Expires: endOfDay(f.Date("expires")), MadeBy: access.PersonID(ctx)}
	if f.Err() == nil {
		var secret string
		var k access.Key
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
			secret, k, err = access.NewKey(ctx, tx, in)
			return err
		})
		if err == nil {
			return web.Render(w, r, http.StatusCreated, keyMadePage(k, v.places.name(k.Organisation), secret))
		}
		if err := mergeKey(f, err); err != nil {
			return err
		}
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, keysPage(v))
}

// mergeKey puts what was refused beside the field that it is about.
func mergeKey(f *web.Form, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Key == "access.key_named" {
		f.Bad("name", e.Key)
		return nil
	}
	return f.Merge(err)
}

// askRevoke asks once more before a key is revoked.
func (p *Pages) askRevoke(w http.ResponseWriter, r *http.Request) error {
	id, err := keyID(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	all, err := p.places(ctx)
	if err != nil {
		return err
	}
	var line keyLine
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		k, err := access.KeyByID(ctx, q, id)
		if err != nil {
			return err
		}
		if err := access.CheckFor(ctx, access.KeyManage, k.Organisation); err != nil {
			return err
		}
		if !k.InForce(p.cfg.DB.Now()) {
			return fault.New(fault.Conflict, "access.key_ended")
		}
		line, err = p.keyLines(q, all).line(ctx, k)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, revokeKeyPage(line))
}

// revokeKey ends a key.
func (p *Pages) revokeKey(w http.ResponseWriter, r *http.Request) error {
	id, err := keyID(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return access.RevokeKey(ctx, tx, id, access.PersonID(ctx)) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/keys")
}

func keyID(r *http.Request) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "access.key_missing")
	}
	return id, nil
}

// revokePath is where a key is revoked.
func revokePath(k access.Key) string { return "/desk/keys/" + clock.FormatID(k.ID) + "/revoke" }

// facts says all that is known of a key, but for its name.
func (l keyLine) facts(ctx context.Context) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "people.keys.for"), Extra: ui.Words(l.place)},
		{Label: i18n.T(ctx, "people.keys.made"), Value: i18n.Date(ctx, l.Made)},
	}
	if l.madeBy != "" {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "people.keys.made_by"), Value: l.madeBy})
	}
	if l.Revoked.IsZero() {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "people.keys.last_day"), Value: i18n.Date(ctx, l.Expires.Add(-time.Microsecond))})
	} else {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "people.keys.revoked_on"), Value: i18n.Date(ctx, l.Revoked)})
	}
	used := i18n.T(ctx, "people.keys.never")
	if !l.LastUsed.IsZero() {
		used = i18n.Date(ctx, l.LastUsed)
	}
	return append(facts, ui.Fact{Label: i18n.T(ctx, "people.keys.last_used"), Value: used})
}
