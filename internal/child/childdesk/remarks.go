package childdesk

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/web"
)

// remarks are what was noted about the child's own part; nothing for who notes no answers.
func (p *Pages) remarks(ctx context.Context, tx *db.Tx, t target, d child.Doors) ([]consent.Remark, error) {
	if !d.Can(access.RecordConsent) {
		return nil, nil
	}
	return p.cfg.Children.Remarks(ctx, tx, t.id, t.purpose)
}

// remark notes the child's own part in a matter.
func (p *Pages) remark(w http.ResponseWriter, r *http.Request) error {
	t, m, err := matterTarget(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.matter, t.matterPath(m), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := consent.Remark{Record: t.id, Matter: m, Kind: consent.RemarkKind(f.Choice("kind", words(consent.RemarkKinds())...)),
			Yes: f.Choice("yes", "yes", "no") == "yes", Words: f.Lines("words", mostRemark)}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.Remark(ctx, tx, in)
		return err
	})
}

// mostRemark is how many characters the words of a remark have room for.
const mostRemark = 1000

// endRemark ends what was noted: it stays in the history.
func (p *Pages) endRemark(w http.ResponseWriter, r *http.Request) error {
	t, m, err := matterTarget(r)
	if err != nil {
		return err
	}
	id := partOf(r, "remark")
	return p.sent(w, r, p.matter, t.matterPath(m), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.EndRemark(ctx, tx, t.id, id)
	})
}

// matterTarget reads the record and the matter that an address names.
func matterTarget(r *http.Request) (t target, m consent.Matter, err error) {
	if t, err = caseOf(r, access.Casework); err != nil {
		return t, m, err
	}
	m, err = matterOf(r)
	return t, m, err
}

// secretFromParents reports whether the child does not wish the parents to be told of a matter.
func secretFromParents(list []consent.Remark, m consent.Matter) bool {
	return slices.ContainsFunc(list, func(x consent.Remark) bool {
		return x.Matter == m && x.Stands() && x.Kind == consent.TellParents && !x.Yes
	})
}

// remarkKey names the sentence of a remark.
func remarkKey(x consent.Remark) string {
	if x.Yes {
		return "consent.remark_yes." + string(x.Kind)
	}
	return "consent.remark_no." + string(x.Kind)
}
