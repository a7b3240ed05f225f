package givingdesk

import (
	"context"
	"errors"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

// lookup finds what the lines of a page refer to, each thing once.
type lookup struct {
	r        db.Queryer
	people   *people.Service
	orgs     map[int64]programme.Organisation
	funds    map[int64]giving.Fund
	owners   map[int64]int64 // organisation of a programme
	invoices map[int64]giving.Invoice
	needs    map[int64]programme.NeedView
	persons  map[int64]string
}

func (h *Desk) lookup(r db.Queryer) *lookup {
	return &lookup{r: r, people: h.people, orgs: map[int64]programme.Organisation{}, funds: map[int64]giving.Fund{},
		owners: map[int64]int64{}, invoices: map[int64]giving.Invoice{}, needs: map[int64]programme.NeedView{}, persons: map[int64]string{}}
}

// once returns the thing with that id, found by get if it has not been found before.
func once[T any](known map[int64]T, id int64, get func() (T, error)) (T, error) {
	if t, ok := known[id]; ok {
		return t, nil
	}
	t, err := get()
	if err == nil {
		known[id] = t
	}
	return t, err
}

func (l *lookup) organisation(ctx context.Context, id int64) (programme.Organisation, error) {
	return once(l.orgs, id, func() (programme.Organisation, error) { return programme.OrganisationByID(ctx, l.r, id) })
}

func (l *lookup) fund(ctx context.Context, id int64) (giving.Fund, error) {
	return once(l.funds, id, func() (giving.Fund, error) { return giving.FundByID(ctx, l.r, id) })
}

func (l *lookup) invoice(ctx context.Context, id int64) (giving.Invoice, error) {
	return once(l.invoices, id, func() (giving.Invoice, error) { return giving.InvoiceByID(ctx, l.r, id) })
}

func (l *lookup) need(ctx context.Context, id int64) (programme.NeedView, error) {
	return once(l.needs, id, func() (programme.NeedView, error) { return programme.NeedViewByID(ctx, l.r, id) })
}

// person returns a person's name, "" for the system and for somebody who has none.
func (l *lookup) person(ctx context.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	return once(l.persons, id, func() (string, error) {
		p, err := l.people.PersonByID(ctx, l.r, id)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound {
			return "", nil
		}
		return p.Called(), err
	})
}

// ownerOf returns the organisation in whose name a fund is kept: that of its programme, or the
// network.
func (l *lookup) ownerOf(ctx context.Context, f giving.Fund) (int64, error) {
	if f.Programme == 0 {
		return access.Network, nil
	}
	return l.ownerOfProgramme(ctx, f.Programme)
}

func (l *lookup) ownerOfProgramme(ctx context.Context, id int64) (int64, error) {
	return once(l.owners, id, func() (int64, error) {
		p, err := programme.ProgrammeByID(ctx, l.r, id)
		return p.Organisation, err
	})
}

// ownerOfFund is ownerOf by the fund's id.
func (l *lookup) ownerOfFund(ctx context.Context, id int64) (int64, error) {
	f, err := l.fund(ctx, id)
	if err != nil {
		return 0, err
	}
	return l.ownerOf(ctx, f)
}

// mayWith returns nil when who acts may do p with a fund: by a role in its organisation or in the whole
// network. Fault: Forbidden "access.denied".
func (l *lookup) mayWith(ctx context.Context, p access.Permission, fund int64) error {
	owner, err := l.ownerOfFund(ctx, fund)
	if err != nil {
		return err
	}
	return access.CheckFor(ctx, p, owner)
}

// allowedWith is mayWith for pages: what to show.
func (l *lookup) allowedWith(ctx context.Context, p access.Permission, fund int64) (bool, error) {
	return allowed(l.mayWith(ctx, p, fund))
}

// allowed tells a refusal from a failure.
func allowed(err error) (bool, error) {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Unauthenticated:
		return false, nil
	}
	return err == nil, err
}

// by names who did something, as pages show it.
func by(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "desk.somebody")
	}
	return name
}
