package guardianweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type consentsView struct {
	about
	matters matters
}

// asking opens what every page of questions needs.
func (p *Pages) asking(r *http.Request) (v consentsView, err error) {
	if v.about, err = p.glance(r, access.Collection); err != nil {
		return v, err
	}
	err = p.inTx(r.Context(), func(tx *db.Tx) (err error) {
		v.matters, err = p.mattersOf(r.Context(), tx, v.Opened)
		return err
	})
	return v, err
}

// consents lists all questions: those that wait, what was agreed to, what was not.
func (p *Pages) consents(w http.ResponseWriter, r *http.Request) error {
	v, err := p.asking(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, consentsPage(v))
}

type matterView struct {
	consentsView
	matter
	words  consent.Form
	place  i18n.Text
	before *matter // the question that was answered just now, nil for none
	next   string  // the slug of the next question, "" for none
	left   int     // questions that wait beside this one
	today  time.Time
	wishes []consent.Remark // what the child wishes the reader to know about this question
}

// matter asks one question: what it is about in plain words, what is shared with whom until when, and two
// equal buttons; or shows what was answered, and how to take it back.
func (p *Pages) matter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := matterView{today: p.cfg.DB.Now()}
	var err error
	if v.consentsView, err = p.asking(r); err != nil {
		return err
	}
	var ok bool
	if v.matter, ok = v.matters.find(r.PathValue("matter")); !ok {
		return fault.New(fault.NotFound, "family.no_matter")
	}
	err = p.inTx(ctx, func(tx *db.Tx) (err error) {
		if v.words, err = p.cfg.Consents.Form(ctx, tx, v.ID, v.Matter, i18n.LangOf(ctx), tx.Now()); err != nil {
			return err
		}
		if v.place, err = p.cfg.Organisations.Organisation(ctx, tx, v.Organisation); err != nil {
			return err
		}
		if v.wishes, err = p.cfg.Children.Wishes(ctx, tx, v.ID); err != nil {
			return err
		}
		v.wishes = slices.DeleteFunc(v.wishes, func(x consent.Remark) bool { return x.Matter != v.Matter })
		return nil
	})
	if err != nil {
		return err
	}
	if n, ok := v.matters.next(v.slug()); ok {
		v.next = n.slug()
	}
	v.left = len(slices.DeleteFunc(v.matters.waiting(), func(m matter) bool { return m.slug() == v.slug() }))
	if b, ok := v.matters.find(r.URL.Query().Get("before")); ok && b.mine.Answer != nil {
		v.before = &b
	}
	return web.Render(w, r, v.status, matterPage(v))
}

// matterOf reads which question an address names and whose answer it is.
func (p *Pages) matterOf(r *http.Request) (id, guardian int64, m matter, s matters, err error) {
	v, err := p.asking(r)
	if err != nil {
		return 0, 0, m, s, err
	}
	m, ok := v.matters.find(r.PathValue("matter"))
	if !ok {
		return 0, 0, m, s, fault.New(fault.NotFound, "family.no_matter")
	}
	return v.ID, v.matters.guardian, m, v.matters, nil
}

// answer keeps a yes or a no to the words that were shown, and goes on to the next question that waits.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	id, guardian, m, s, err := p.matterOf(r)
	if err != nil {
		return err
	}
	to := path(id, "consents", m.slug()) + "?before=" + m.slug()
	if n, ok := s.next(m.slug()); ok && m.asked {
		to = path(id, "consents", n.slug()) + "?before=" + m.slug()
	}
	return p.sent(w, r, p.matter, to, func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := consent.Said{Record: id, Guardian: guardian, Matter: m.Matter, Route: consent.Website, Hash: f.Values.Get("words"),
			Lang: i18n.Lang(f.Values.Get("lang"))}
		switch f.Values.Get("answer") {
		case "yes":
			in.Given = true
		case "no":
		case "next": // yes, for the time after the end of the one that runs
			in.Given = true
			if m.mine.State == consent.Given {
				in.From = m.mine.Answer.Expires
			}
		default:
			return fault.Fields{{Name: "answer", Key: "form.choice"}}
		}
		_, err := p.cfg.Children.Answer(ctx, tx, in)
		return err
	})
}

// withdraw takes a yes back: one tap. Whoever is on an old page finds that it was taken back already.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if p.cfg.Prove(r.Context()) != nil {
		return p.stopOne(w, r)
	}
	id, guardian, m, _, err := p.matterOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.matter, path(id, "consents", m.slug())+"?before="+m.slug(), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.Withdraw(ctx, tx, consent.Taken{Record: id, Guardian: guardian, Matter: m.Matter, Route: consent.Website})
	})
}

type wordsView struct {
	consentsView
	answer consent.Answer
	words  consent.Form
	matter matter
}

// words shows word for word what one of the reader's own answers was an answer to.
func (p *Pages) words(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "answer")
	if err != nil {
		return err
	}
	v := wordsView{}
	if v.consentsView, err = p.asking(r); err != nil {
		return err
	}
	i := slices.IndexFunc(v.matters.history, func(a consent.Answer) bool { return a.ID == id })
	if i < 0 {
		return errNoRecord
	}
	v.answer = v.matters.history[i]
	v.matter, _ = v.matters.find(slugOf(v.answer.Matter)) // what was said to another organisation is not among them
	err = p.cfg.DB.Read(r.Context(), func(q *db.Reader) (err error) {
		v.words, err = p.cfg.Consents.Words(r.Context(), q, v.answer.TextHash)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, wordsPage(v))
}

// effect says what follows now from everyone's answers together, without saying who said what.
func (m matter) effect() string {
	switch {
	case m.state == consent.Given:
		return "family.effect.given"
	case m.state == consent.Conflict:
		return "family.effect.conflict"
	case m.mine.State == consent.Given:
		return "family.effect.others"
	}
	return "family.effect.none"
}

// saidKey names the sentence of what the reader has said.
func (m matter) saidKey() string { return "family.said." + string(m.mine.State) }

// wishKey names the sentence of what the child wishes the reader to know.
func wishKey(x consent.Remark) string {
	if x.Yes {
		return "family.wish_yes." + string(x.Kind)
	}
	return "family.wish_no." + string(x.Kind)
}

// open reports whether the question with its two buttons is on the page: whoever has said yes takes it
// back by one tap instead.
func (m matter) open() bool { return m.mine.State != consent.Given }

// enrolling reports whether the child's page is still the list of steps.
func (a about) enrolling() bool { return a.State == child.Enrolling }
