package applyweb

import (
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/web"
)

func formatID(id int64) string { return clock.FormatID(id) }

// decision reads the word on one item.
func decision(f *web.Form, part string) checklist.Decision {
	verdict := f.Choice(named(part, "verdict"), string(checklist.Accept), string(checklist.Refuse))
	if verdict == string(checklist.Accept) {
		return checklist.Decision{Verdict: checklist.Accept}
	}
	d := reasoned(f, part)
	d.Verdict = checklist.Refuse
	return d
}

// reasoned reads why something is refused or taken back.
func reasoned(f *web.Form, part string) checklist.Decision {
	return checklist.Decision{Reason: f.Choice(named(part, "reason"), checklist.Reasons()...), Note: f.Lines(named(part, "note"), checklist.MaxNote)}
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	evidence, err := pathID(r, "evidence", "checklist.no_evidence")
	if err != nil {
		return err
	}
	part := formatID(evidence)
	return p.act(w, r, access.ProgrammeVerify, part, func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		d := decision(f, part)
		return func(tx *db.Tx) error { return p.Apply.DecideItem(r.Context(), tx, v.ID, evidence, d, v.Me) }
	})
}

func (p *Pages) record(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	return p.act(w, r, access.ProgrammeVerify, code, func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		e := checklist.Evidence{Note: i18n.Text{ZH: f.Lines(named(code, "note"), checklist.MaxNote)}}
		return func(tx *db.Tx) error { return p.Apply.RecordItem(r.Context(), tx, v.ID, code, e, v.Me) }
	})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	return p.act(w, r, access.ProgrammeVerify, code, func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		d := reasoned(f, code)
		return func(tx *db.Tx) error { return p.Apply.WithdrawItem(r.Context(), tx, v.ID, code, d, v.Me) }
	})
}

func (p *Pages) declare(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.ProgrammeVerify, "conflict", func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		reason := f.Choice("conflict_reason", apply.ConflictReasons()...)
		return func(tx *db.Tx) error { return p.Apply.Declare(r.Context(), tx, v.ID, reason, v.Me) }
	})
}

func (p *Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.ProgrammeVerify, "return", func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		note := f.Lines("return_note", apply.MaxPurpose)
		return func(tx *db.Tx) error { return p.Apply.Return(r.Context(), tx, v.ID, note, v.Me) }
	})
}

func (p *Pages) approve(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.ProgrammeVerify, "top", func(_ *web.Form, v reviewView) func(tx *db.Tx) error {
		return func(tx *db.Tx) error {
			_, err := p.Apply.Approve(r.Context(), tx, v.ID, v.Me)
			return err
		}
	})
}

// showAccount shows the bank account in full once, to be compared with the bank's document. Who has seen
// it is noted first; who is too close to the organisation does not.
func (p *Pages) showAccount(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := network(ctx, access.ProgrammeVerify); err != nil {
		return err
	}
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if err := p.Apply.Judge(ctx, q, v.Me, v.ID); err != nil {
			return err
		}
		v.Account, err = p.Apply.Account(ctx, q, v.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.note(ctx, "account.read", v.ID, v.ID); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, reviewPage(v))
}

// judging loads the application for somebody who may judge it, and so read its documents.
func (p *Pages) judging(r *http.Request) (reviewView, error) {
	v, err := p.load(r)
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	if err := network(ctx, access.ProgrammeVerify); err != nil {
		return v, err
	}
	return v, p.DB.Read(ctx, func(q *db.Reader) error { return p.Apply.Judge(ctx, q, v.Me, v.ID) })
}

func (p *Pages) document(w http.ResponseWriter, r *http.Request) error {
	v, err := p.judging(r)
	if err != nil {
		return err
	}
	return p.send(w, r, v.ID)
}

// lookView is one document of an application.
type lookView struct {
	reviewView
	document int64
	media    string
}

// lookAt shows a picture within a page, so that it need not be saved; of a PDF it says why not. The look is
// noted when the picture itself is asked for.
func (p *Pages) lookAt(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "document", "checklist.no_document_here")
	if err != nil {
		return err
	}
	v := lookView{document: id}
	if v.reviewView, err = p.judging(r); err != nil {
		return err
	}
	ctx := r.Context()
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.media, err = p.Apply.PaperKind(ctx, q, v.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lookPage(v))
}

func (p *Pages) suspend(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.OrganisationStop, "suspend", func(f *web.Form, v reviewView) func(tx *db.Tx) error {
		reason, note := f.Choice("suspend_reason", programme.SuspendReasons()...), f.Lines("suspend_note", programme.MaxShort)
		return func(tx *db.Tx) error {
			return p.Apply.Suspend(r.Context(), tx, v.ID, reason, note, v.Me)
		}
	})
}

func (p *Pages) uphold(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.OrganisationStop, "top", func(_ *web.Form, v reviewView) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return p.Apply.Uphold(r.Context(), tx, v.ID, v.Me) }
	})
}

func (p *Pages) lift(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.OrganisationStop, "top", func(_ *web.Form, v reviewView) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return p.Apply.Lift(r.Context(), tx, v.ID, v.Me) }
	})
}

func (p *Pages) closeForGood(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, access.OrganisationStop, "close", func(_ *web.Form, v reviewView) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return p.Apply.CloseForGood(r.Context(), tx, v.ID, v.Me) }
	})
}

// open begins the application of an organisation that was written at the desk.
func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id", "programme.no_organisation")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.OrganisationEdit, id); err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := programme.OrganisationByID(ctx, tx, id); err != nil {
			return err
		}
		return p.Apply.Open(ctx, tx, id, access.PersonID(ctx))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, applyPath(id))
}
