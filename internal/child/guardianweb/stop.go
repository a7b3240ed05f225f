package guardianweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// stopLine is one child's record, by its code alone, and what its guardian has agreed to.
type stopLine struct {
	child.Record
	given []matter
}

type stopView struct {
	outcome
	lines []stopLine
	done  bool
}

// stop shows what the reader has agreed to, to be taken back: for whoever is signed in and has forgotten
// their family code. It opens nothing and names neither the child nor the place: a code and the kinds of
// questions are all that somebody else's mailbox shows.
func (p *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := stopView{outcome: outcomeOf(ctx), done: r.URL.Query().Get("done") != ""}
	err := p.inTx(ctx, func(tx *db.Tx) error {
		v.lines = nil
		list, err := p.cfg.Children.Children(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range list {
			s, err := p.mattersOf(ctx, tx, child.Opened{Record: x, Purpose: access.Guardian})
			if err != nil {
				return err
			}
			v.lines = append(v.lines, stopLine{x, s.rest(consent.Given)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, stopPage(v))
}

// stopOne takes a yes back without opening the record: once, twice or in two tabs, it is taken back.
func (p *Pages) stopOne(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.stop, root+"/stop?done=1", func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		list, err := p.cfg.Children.Briefs(ctx, tx, []int64{id}, access.Guardian)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return errNoRecord
		}
		s, err := p.mattersOf(ctx, tx, child.Opened{Record: list[0], Purpose: access.Guardian})
		if err != nil {
			return err
		}
		m, ok := s.find(r.PathValue("matter"))
		if !ok {
			return fault.New(fault.NotFound, "family.no_matter")
		}
		return p.cfg.Children.Withdraw(ctx, tx, consent.Taken{Record: id, Guardian: s.guardian, Matter: m.Matter, Route: consent.Website})
	})
}

// guarded is a page of a child behind what a mailbox or a telephone does not show: a family code, a
// passkey. fresh asks for it anew. What cannot be shown yet leads there, and back to the page on which the
// form stood.
func (p *Pages) guarded(h web.Handler, fresh bool, page func(*http.Request) string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		prove := p.cfg.Prove
		if fresh {
			prove = p.cfg.ProveAgain
		}
		err := prove(ctx)
		switch _, signedIn := access.From(ctx); {
		case err == nil:
			return h(w, r)
		case signedIn && r.Method == http.MethodPost:
			return web.Redirect(w, r, p.cfg.ProvePath(page(r)))
		}
		return err
	}
}

// formPage returns the page on which the form of a POST stands: the same address where there is one, else
// the child's page.
func formPage(pages map[string]bool, pattern string) func(*http.Request) string {
	return func(r *http.Request) string {
		if pages[pattern] {
			return r.URL.Path
		}
		if id, err := clock.ParseID(r.PathValue("id")); err == nil {
			return path(id)
		}
		return root
	}
}

// code names the record on a page that names nobody.
func (l stopLine) code(ctx context.Context) string {
	return i18n.T(ctx, "family.child_code", "Code", l.Code)
}
