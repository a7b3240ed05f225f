package childdesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type consentsView struct {
	said
	target
	code      string
	list      []consent.Standing
	guardians []child.Guardian
	places    map[int64]i18n.Text // that a matter is about
	others    []Organisation
	doors     child.Doors
	remarks   []consent.Remark
}

// consents shows where every matter stands, and who of the guardians said what.
func (p *Pages) consents(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Guardians)
	if err != nil && fault.KindOf(err) != fault.Forbidden { // without consent to enrol, guardians stay closed and can still be asked
		return err
	}
	v := consentsView{said: saidOf(ctx), target: t, guardians: o.Guardians, places: map[int64]i18n.Text{}}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.doors, err = p.openDoors(ctx, tx, t); err != nil {
			return err
		}
		if v.list, err = p.cfg.Children.Consents(ctx, tx, t.id, t.purpose); err != nil {
			return err
		}
		if v.remarks, err = p.remarks(ctx, tx, t, v.doors); err != nil {
			return err
		}
		v.others, err = p.others(ctx, tx, v.doors.Organisation)
		return err
	})
	if err != nil {
		return err
	}
	v.code = v.doors.Code
	for _, x := range v.others {
		v.places[x.ID] = x.Name
	}
	return web.Render(w, r, v.status, consentsPage(v))
}

// others are the organisations that can be told beside one.
func (p *Pages) others(ctx context.Context, r db.Queryer, but int64) ([]Organisation, error) {
	list, err := p.cfg.Organisations(ctx, r)
	return slices.DeleteFunc(list, func(x Organisation) bool { return x.ID == but }), err
}

// ask notes that all guardians have been asked about the matters that were ticked.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.consents, t.path("consents"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		list, err := p.cfg.Children.Consents(ctx, tx, t.id, t.purpose)
		if err != nil {
			return err
		}
		var guardians []int64
		var matters []consent.Matter
		for _, x := range list {
			if guardians == nil {
				for _, g := range x.Each {
					guardians = append(guardians, g.Guardian)
				}
			}
			if f.View().Is("matter", string(x.Matter.Purpose)) && x.Matter.About == 0 {
				matters = append(matters, x.Matter)
			}
		}
		if len(matters) == 0 {
			f.Bad("matter", "record.choose_matter")
			return f.Err()
		}
		return p.cfg.Children.AskConsent(ctx, tx, t.id, guardians, matters)
	})
}

type matterView struct {
	said
	target
	code      string
	standing  consent.Standing
	form      consent.Form
	other     consent.Form // in the other language, for the sheet to sign
	guardians []child.Guardian
	history   []consent.Answer
	about     i18n.Text
	names     map[int64]string
	place     i18n.Text
	doors     child.Doors
	remarks   []consent.Remark
	now       time.Time
}

// matterOf reads which matter an address is about: the purpose in the path, whom it concerns in the query.
func matterOf(r *http.Request) (consent.Matter, error) {
	m := consent.Matter{Purpose: consent.Purpose(r.PathValue("matter"))}
	if about := r.URL.Query().Get("about"); about != "" {
		id, err := clock.ParseID(about)
		if err != nil {
			return m, errNoRecord
		}
		m.About = id
	}
	if m.Check() != nil {
		return m, errNoRecord
	}
	return m, nil
}

// matterPath is where one matter of a record stands.
func (t target) matterPath(m consent.Matter, parts ...string) string {
	at := t.path(append([]string{"consents", string(m.Purpose)}, parts...)...)
	if m.About != 0 {
		at += "?about=" + clock.FormatID(m.About)
	}
	return at
}

func (p *Pages) matter(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadMatter(r)
	if err != nil {
		return err
	}
	if v.key == "consent.words_changed" {
		v.said.form.Values.Del("said") // to be asked again, with the new words
	}
	return web.Render(w, r, v.status, matterPage(v))
}

func (p *Pages) loadMatter(r *http.Request) (matterView, error) {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return matterView{}, err
	}
	m, err := matterOf(r)
	if err != nil {
		return matterView{}, err
	}
	ctx := r.Context()
	o, err := p.opened(ctx, t, access.Guardians)
	if err != nil && fault.KindOf(err) != fault.Forbidden {
		return matterView{}, err
	}
	v := matterView{said: saidOf(ctx), target: t, guardians: o.Guardians, now: p.cfg.DB.Now()}
	lang, other := i18n.LangOf(ctx), i18n.ZH
	if want := i18n.Lang(r.URL.Query().Get("words")); slices.Contains(i18n.Langs(), want) {
		lang = want
	}
	if lang == i18n.ZH {
		other = i18n.EN
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.doors, err = p.openDoors(ctx, tx, t); err != nil {
			return err
		}
		if err = p.standing(ctx, tx, &v, m); err != nil {
			return err
		}
		if v.form, err = p.cfg.Consents.Form(ctx, tx, t.id, m, lang, tx.Now()); err != nil {
			return err
		}
		v.other, err = p.cfg.Consents.Form(ctx, tx, t.id, m, other, tx.Now())
		return err
	})
	v.code = v.doors.Code
	return v, err
}

// standing reads where a matter stands and what was said about it before.
func (p *Pages) standing(ctx context.Context, tx *db.Tx, v *matterView, m consent.Matter) (err error) {
	list, err := p.cfg.Children.Consents(ctx, tx, v.id, v.purpose)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(x consent.Standing) bool { return x.Matter == m }); i >= 0 {
		v.standing = list[i]
	} else if v.standing, err = p.cfg.Consents.Standing(ctx, tx, v.id, m, tx.Now()); err != nil {
		return err
	}
	if v.place, err = p.cfg.Places.Organisation(ctx, tx, v.doors.Organisation); err != nil {
		return err
	}
	if m.About != 0 {
		if v.about, err = p.cfg.Places.Organisation(ctx, tx, m.About); err != nil {
			return err
		}
	}
	v.history, v.remarks = nil, nil // the body may run twice
	all, err := p.cfg.Children.ConsentHistory(ctx, tx, v.id, v.purpose)
	if err != nil {
		return err
	}
	ids := []int64{}
	for _, a := range all {
		if a.Matter == m {
			v.history, ids = append(v.history, a), append(ids, a.Recorder)
		}
	}
	noted, err := p.remarks(ctx, tx, v.target, v.doors)
	if err != nil {
		return err
	}
	for _, x := range noted {
		if x.Matter == m {
			v.remarks, ids = append(v.remarks, x), append(ids, x.By, x.EndedBy)
		}
	}
	v.names, err = p.cfg.Names(ctx, tx, ids)
	return err
}

// guardianOf reads which guardianship a form is about.
func guardianOf(f *web.Form) int64 { return f.ID("guardian") }

// answer keeps what a guardian said on paper, by telephone or in person.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	m, err := matterOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.matter, t.matterPath(m), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := consent.Said{Record: t.id, Matter: m, Guardian: guardianOf(f), Given: f.Choice("said", "yes", "no") == "yes",
			Route: consent.Route(f.Choice("route", words(routes())...)), Lang: i18n.Lang(f.Values.Get("words")), Hash: f.Values.Get("hash")}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.Answer(ctx, tx, in)
		return err
	})
}

// routes are how an answer can reach a worker: not by the website, where guardians answer themselves.
func routes() []consent.Route {
	return slices.DeleteFunc(consent.Routes(), func(x consent.Route) bool { return x == consent.Website })
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Casework)
	if err != nil {
		return err
	}
	m, err := matterOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.matter, t.matterPath(m), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := consent.Taken{Record: t.id, Matter: m, Guardian: guardianOf(f), Route: consent.Route(f.Choice("route", words(routes())...))}
		if err := f.Err(); err != nil {
			return err
		}
		return p.cfg.Children.Withdraw(ctx, tx, in)
	})
}

// print is the sheet that a guardian reads and signs. The child's name is left for a pen.
func (p *Pages) print(w http.ResponseWriter, r *http.Request) error {
	v, err := p.loadMatter(r)
	if err != nil {
		return err
	}
	if !v.doors.Can(access.RecordConsent) {
		return fault.New(fault.Forbidden, "access.denied")
	}
	return web.Render(w, r, http.StatusOK, printPage(v))
}

// askable are the matters that every family is asked about.
func askable(list []consent.Standing) (out []consent.Standing) {
	for _, x := range list {
		if x.Matter.About == 0 && (x.State == consent.NotAsked || x.State == consent.Expired) {
			out = append(out, x)
		}
	}
	return out
}

// wordsHref switches the language of the words that are read to a guardian.
func (v matterView) wordsHref(lang i18n.Lang) string {
	u, err := url.Parse(v.matterPath(v.standing.Matter))
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("words", string(lang))
	u.RawQuery = q.Encode()
	return u.String()
}
