package apply

import (
	"context"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply/internal/applydb"
)

// View returns everything about one organisation's application, as it stands now. Faults: NotFound
// "programme.no_organisation", "apply.none".
func (s *Service) View(ctx context.Context, r db.Queryer, organisation int64) (View, error) {
	var v View
	var err error
	if v.Organisation, err = programme.OrganisationByID(ctx, r, organisation); err != nil {
		return v, err
	}
	if v.Application, err = ApplicationOf(ctx, r, organisation); err != nil {
		return v, err
	}
	if v.Items, err = checklist.Items(ctx, r, programme.Papers(v.Organisation), s.d.Now()); err != nil {
		return v, err
	}
	words, err := q.WordsOf(ctx, r, v.Application.ID)
	if err != nil {
		return v, err
	}
	for _, w := range words {
		v.Words = append(v.Words, Word{Word: w.Word, Note: w.Note, By: w.SaidBy, At: clock.Time(w.SaidAt)})
	}
	if v.People, err = s.people(ctx, r, organisation); err != nil {
		return v, err
	}
	v.Gaps = v.gaps()
	return v, nil
}

func (s *Service) people(ctx context.Context, r db.Queryer, organisation int64) ([]Responsible, error) {
	rows, err := q.ResponsibleOf(ctx, r, organisation)
	if err != nil {
		return nil, err
	}
	out := make([]Responsible, len(rows))
	for i, row := range rows {
		p, err := s.People.PersonByID(ctx, r, row.PersonID)
		if err != nil {
			return nil, err
		}
		out[i] = Responsible{Person: p.ID, Name: p.Called(), Email: p.Email, Post: row.Post, Confirmed: row.ConfirmedAt != 0}
		if !out[i].Confirmed {
			out[i].Name = p.Email
		}
	}
	return out, nil
}

// gaps lists what an application lacks before it can be handed in, in the order of the page.
func (v View) gaps() []Gap {
	var out []Gap
	lacks := func(missing bool, key, code string) {
		if missing {
			out = append(out, Gap{Key: key, Code: code})
		}
	}
	lacks(v.Name.ZH == "" || v.Name.EN == "", "apply.gap.name", "details")
	lacks(v.CreditCode == "", "apply.gap.code", "details")
	lacks(v.About.Empty(), "apply.gap.about", "details")
	lacks(v.Place.Empty(), "apply.gap.place", "details")
	lacks(v.Application.Purpose.Empty(), "apply.gap.purpose", "details")
	posts := map[string]bool{}
	for _, p := range v.People {
		posts[p.Post] = true
	}
	lacks(!posts["head"], "apply.gap.head", "people")
	for _, i := range v.Items {
		switch {
		case i.Code == "bank_account":
			lacks(v.Application.AccountTail == "", "apply.gap.account", "account")
		case i.Code == "child_protection":
			lacks(!posts["safeguarding"], "apply.gap.safeguarding", "people")
		}
	}
	for _, i := range v.Items {
		if !i.Optional && !i.Found() && !i.InForce() && i.Open.ID == 0 {
			out = append(out, Gap{Key: "apply.gap.item", What: i.Name(), Code: i.Code})
		}
	}
	return out
}

// Line is something that waits for a verifier.
type Line struct {
	programme.Organisation
	State   State     // of the application; Accepted: a renewal waits
	Since   time.Time // from when it has waited
	Appeal  bool
	Close   string   // why this reader may not judge it, as Close gives it; "" when they may
	Waiting []string // of a renewal: the message keys of what was handed in
}

// Queue returns what waits for a verifier, the longest waiting first: applications, and after them
// renewals. kind "" means every kind of organisation. reader is who looks.
func (s *Service) Queue(ctx context.Context, r db.Queryer, kind string, reader int64) ([]Line, error) {
	rows, err := q.Queue(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, row := range rows {
		a := applicationOf(row)
		out = append(out, Line{Organisation: programme.Organisation{ID: a.Organisation}, State: a.State, Since: a.HandedInAt, Appeal: a.Appeal != ""})
	}
	if out, err = s.renewals(ctx, r, out); err != nil {
		return nil, err
	}
	return s.fill(ctx, r, out, kind, reader)
}

// renewals adds what accepted organisations have handed in since.
func (s *Service) renewals(ctx context.Context, r db.Queryer, lines []Line) ([]Line, error) {
	var waiting []checklist.Open
	var ids []int64
	for w, err := range checklist.Waiting(ctx, r, checklist.Organisation) {
		if err != nil {
			return nil, err
		}
		waiting, ids = append(waiting, w), append(ids, w.Subject)
	}
	rows, err := q.ApplicationsAt(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	accepted := map[int64]bool{}
	for _, row := range rows {
		accepted[row.OrganisationID] = State(row.State) == Accepted // nobody looks at what is being written
	}
	at := map[int64]int{}
	for _, w := range waiting {
		if !accepted[w.Subject] {
			continue
		}
		i, listed := at[w.Subject]
		if !listed {
			i = len(lines)
			at[w.Subject] = i
			lines = append(lines, Line{Organisation: programme.Organisation{ID: w.Subject}, State: Accepted, Since: w.Since})
		}
		lines[i].Waiting = append(lines[i].Waiting, w.Name())
	}
	return lines, nil
}

func (s *Service) fill(ctx context.Context, r db.Queryer, lines []Line, kind string, reader int64) ([]Line, error) {
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	found, err := programme.OrganisationsByIDs(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	near, err := s.closenessOf(ctx, r, reader)
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, l := range lines {
		l.Organisation = found[l.ID]
		if kind != "" && l.Kind != kind {
			continue
		}
		l.Close = near[l.ID]
		out = append(out, l)
	}
	return out, nil
}

// Mine returns the applications of organisations for which a person answers, the latest first.
func Mine(ctx context.Context, r db.Queryer, person int64) ([]View, error) {
	rows, err := q.ApplicationsOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.OrganisationID
	}
	found, err := programme.OrganisationsByIDs(ctx, r, ids)
	out := make([]View, len(rows))
	for i, row := range rows {
		out[i] = View{Organisation: found[row.OrganisationID], Application: applicationOf(applydb.Application(row))}
	}
	return out, err
}
