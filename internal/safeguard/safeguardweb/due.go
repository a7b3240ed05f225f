package safeguardweb

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// kindView is one kind of thing with what is due of it.
type kindView struct {
	safeguard.Clock
	due    []safeguard.Due
	second bool // somebody has asked for them already
}

// mine reports whether anything of the kind waits for a reader: not for what they asked for themselves.
func (k kindView) mine(me int64) bool {
	return slices.ContainsFunc(k.due, func(d safeguard.Due) bool { return !k.Two || d.AskedBy != me })
}

func (p *Pages) kinds(ctx context.Context, tx *db.Tx) ([]kindView, error) {
	var out []kindView
	for _, c := range p.cfg.Safeguard.Clocks() {
		k := kindView{Clock: c}
		if !c.Itself {
			var err error
			if k.due, err = p.cfg.Safeguard.Due(ctx, tx, c.Kind); err != nil {
				return nil, err
			}
		}
		out = append(out, k)
	}
	return out, nil
}

func (v retentionView) anyDue() bool {
	return slices.ContainsFunc(v.kinds, func(k kindView) bool { return len(k.due) > 0 })
}

// cards are the kinds of which something is due. Of what takes two, what waits for a second word stands on a
// card of its own, so that one click says one thing.
func (v retentionView) cards() (out []kindView) {
	for _, k := range v.kinds {
		first, second := kindView{Clock: k.Clock}, kindView{Clock: k.Clock, second: true}
		for _, d := range k.due {
			if d.AskedBy != 0 {
				second.due = append(second.due, d)
			} else {
				first.due = append(first.due, d)
			}
		}
		for _, card := range []kindView{second, first} {
			if len(card.due) > 0 {
				out = append(out, card)
			}
		}
	}
	return out
}

// id names a card within the page.
func (k kindView) id() string {
	if k.second {
		return "second-" + string(k.Kind)
	}
	return "kind-" + string(k.Kind)
}

// others are those whose names stand beside what is due and what was destroyed.
func (v retentionView) others() (ids []int64) {
	for _, k := range v.kinds {
		for _, d := range k.due {
			ids = append(ids, d.AskedBy)
		}
	}
	for _, d := range v.disposals {
		ids = append(ids, d.By, d.AskedBy)
	}
	return ids
}

func (v retentionView) since(ctx context.Context, c safeguard.Clock, d safeguard.Due) string {
	text := i18n.T(ctx, "safeguard.keep.since", "Day", i18n.Date(ctx, c.Runs(d.Ended)))
	if d.AskedBy != 0 {
		text = i18n.T(ctx, "safeguard.keep.would", "Name", v.people[d.AskedBy])
	}
	return text
}

// proofFacts are what is known of something that is gone.
func (v retentionView) proofFacts(ctx context.Context, d safeguard.Disposal) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "safeguard.proof.ended"), Extra: ui.Day(d.Ended)},
		{Label: i18n.T(ctx, "safeguard.proof.kept"), Value: i18n.T(ctx, "safeguard.clock.days", "N", d.Days)},
		{Label: i18n.T(ctx, "safeguard.proof.when"), Extra: ui.Time(d.At)}, {Label: i18n.T(ctx, "safeguard.proof.by"), Value: v.people[d.By]}}
	if d.AskedBy != 0 {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.proof.asked_by"), Value: v.people[d.AskedBy]})
	}
	return append(facts, ui.Fact{Label: i18n.T(ctx, "safeguard.proof.backups"), Extra: ui.Day(d.Backups)})
}

// lasts says how long something is kept.
func lasts(ctx context.Context, c safeguard.Clock) string {
	if c.Days == 0 {
		return i18n.T(ctx, "safeguard.clock.for_good")
	}
	return i18n.T(ctx, "safeguard.clock.days", "N", c.Days)
}

func duePath(k safeguard.Kind) string { return "/desk/retention/kinds/" + string(k) + "/due" }

// dueView is what a lead has chosen to destroy.
type dueView struct {
	clock safeguard.Clock
	due   []safeguard.Due
	first bool // whoever looks is the first of two
}

func (v dueView) text() string {
	if v.clock.Two && v.first {
		return "safeguard.due.text_two"
	}
	return "safeguard.due.text"
}

func (v dueView) button() string {
	if v.clock.Two && v.first {
		return "safeguard.due.ask"
	}
	return "safeguard.erase.do"
}

// idsOf reads which things were ticked. Faults: NotFound "safeguard.no_kind".
func idsOf(values []string) ([]int64, error) {
	out := make([]int64, 0, len(values))
	for _, s := range values {
		id, err := clock.ParseID(s)
		if err != nil {
			return nil, fault.Wrap(err, fault.NotFound, "safeguard.no_kind")
		}
		out = append(out, id)
	}
	return out, nil
}

// askDue shows once more what would be destroyed.
func (p *Pages) askDue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ids, err := idsOf(r.URL.Query()["id"])
	if err != nil {
		return err
	}
	v := dueView{}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		kinds, err := p.kinds(ctx, tx)
		if err != nil {
			return err
		}
		v = dueView{}
		for _, k := range kinds {
			if k.Kind != safeguard.Kind(r.PathValue("kind")) || k.Itself {
				continue
			}
			v.clock = k.Clock
			for _, d := range k.due {
				if slices.Contains(ids, d.ID) {
					v.due = append(v.due, d)
					v.first = v.first || d.AskedBy == 0
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(v.due) == 0 {
		return web.Redirect(w, r, "/desk/retention")
	}
	if err := p.cfg.Prove(ctx); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, duePage(v))
}

// dispose destroys what was chosen.
func (p *Pages) dispose(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ids, err := idsOf(f.Values["id"])
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.Prove(ctx); err != nil {
		return err
	}
	destroyed, asked := 0, 0
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		destroyed, asked, err = p.cfg.Safeguard.Dispose(ctx, tx, safeguard.Kind(r.PathValue("kind")), ids)
		return err
	})
	if problem := conflict(ctx, err); problem != "" {
		return p.showRetention(w, r, retentionView{form: web.NewFormView(), problem: problem})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, fmt.Sprintf("/desk/retention?destroyed=%d&asked=%d", destroyed, asked))
}
