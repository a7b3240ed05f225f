package childdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// mostLooks is how many rows of the trail the page shows: the newest. A lead searches the whole.
const mostLooks = 100

type trailView struct {
	target
	code  string
	rows  []audit.Row
	names map[int64]string
}

// trail shows who opened or changed a record lately, for those who answer for its workers.
func (p *Pages) trail(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := trailView{target: t}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := p.openDoors(ctx, tx, t)
		if err != nil {
			return err
		}
		v.code = d.Code
		if v.rows, err = p.cfg.Children.Looked(ctx, tx, t.id, t.purpose, 0, mostLooks); err != nil {
			return err
		}
		var ids []int64
		for _, x := range v.rows {
			if !slices.Contains(ids, x.Person) {
				ids = append(ids, x.Person)
			}
		}
		v.names, err = p.cfg.Names(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, trailPage(v))
}

// steps show the rows as a chain, newest first.
func (v trailView) steps(ctx context.Context) []ui.Step {
	out := make([]ui.Step, len(v.rows))
	for i, x := range v.rows {
		key, tone := "record.trail.changed", ui.Cool
		switch {
		case strings.HasPrefix(x.Kind, "glass."):
			key, tone = "record.trail.glass", ui.Hot
		case x.Kind == "record.refused":
			key, tone = "record.trail.refused", ui.Warm
		case strings.HasSuffix(x.Kind, ".read"):
			key, tone = "record.trail.looked", ui.Plain
		}
		who := v.names[x.Person]
		if who == "" {
			who = i18n.T(ctx, "record.trail.nobody")
		}
		out[i] = ui.Step{When: x.At, Exact: true, Tone: tone, Title: i18n.T(ctx, key, "Name", who), Text: whatFor(ctx, x)}
	}
	return out
}

// nouns are the parts of a record that rows are about, as their kinds begin.
func nouns() []string {
	return []string{"consent", "remark", "note", "guardian", "collector", "pickup", "file", "referral", "request", "household"}
}

// whatFor says what a row is about, for what purpose it came about, and which groups it opened.
func whatFor(ctx context.Context, x audit.Row) string {
	noun, _, _ := strings.Cut(x.Kind, ".")
	var parts []string
	if slices.Contains(nouns(), noun) {
		parts = append(parts, i18n.T(ctx, "record.trail.noun."+noun))
	}
	if more := purposeOf(ctx, x); more != "" {
		parts = append(parts, more)
	}
	return strings.Join(parts, " · ")
}

func purposeOf(ctx context.Context, x audit.Row) string {
	var said struct{ Groups []access.Group }
	if err := json.Unmarshal(x.Data, &said); err != nil {
		said.Groups = nil // a row of a kind without groups
	}
	purpose := ""
	if slices.Contains(access.Purposes(), access.Purpose(x.Purpose)) {
		purpose = i18n.T(ctx, "access.purpose."+x.Purpose)
	}
	groups := groupNames(ctx, said.Groups)
	if purpose == "" || groups == "" {
		return purpose + groups
	}
	return i18n.T(ctx, "record.trail.for", "Purpose", purpose, "Groups", groups)
}
