package programme

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/programme/internal/programmedb"
)

// NeedByID returns a need in any state. Faults: NotFound "programme.no_need".
func NeedByID(ctx context.Context, r db.Queryer, id int64) (Need, error) {
	row, err := q.GetNeed(ctx, r, id)
	return needOf(row), db.NotFound(err, "programme.no_need")
}

// NeedViewByID returns a need in any state as people see it. Faults: NotFound "programme.no_need".
func NeedViewByID(ctx context.Context, r db.Queryer, id int64) (NeedView, error) {
	return needViewWithTotals(ctx, r, programmedb.GetNeedViewParams{ID: id})
}

// NeedBySlug returns a need in any state as people see it; pages for everybody show it only when
// Shown. Faults: NotFound "programme.no_need".
func NeedBySlug(ctx context.Context, r db.Queryer, slug string) (NeedView, error) {
	return needViewWithTotals(ctx, r, programmedb.GetNeedViewParams{Slug: slug})
}

func needView(ctx context.Context, r db.Queryer, by programmedb.GetNeedViewParams) (NeedView, error) {
	row, err := q.GetNeedView(ctx, r, by)
	return needViewOf(needRow(row)), db.NotFound(err, "programme.no_need")
}

func needViewWithTotals(ctx context.Context, r db.Queryer, by programmedb.GetNeedViewParams) (NeedView, error) {
	v, err := needView(ctx, r, by)
	if err != nil {
		return NeedView{}, err
	}
	views, err := withTotals(ctx, r, []NeedView{v})
	if err != nil {
		return NeedView{}, err
	}
	return views[0], nil
}

// withTotals fills in what the ledger knows.
func withTotals(ctx context.Context, r db.Queryer, views []NeedView) ([]NeedView, error) {
	ids := mapped(views, func(v NeedView) int64 { return v.Account })
	accounts, err := ledger.Accounts(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	for i := range views {
		a := accounts[views[i].Account]
		views[i].Promised, views[i].Arrived = a.HeldIn, a.Balance()
		if views[i].Unit.IsMoney() {
			views[i].Arrived = a.InTotal // a payout does not make a campaign ask for more
		}
	}
	return views, nil
}

// NeedFilter says which needs to list. The zero filter lists all that ask now.
type NeedFilter struct {
	Kind      string
	Place     string // as Places gives it, in either language
	Words     string // all of them must occur, in the need or its programme, in either language
	Programme int64
	Desk      bool      // every state: drafts first, then published, then closed
	State     NeedState // with Desk: this state alone
	After     Cursor
	Limit     int // at most MaxPage; 0 is MaxPage
}

// Needs returns a page of needs with their totals, last published first, and where the next page
// begins (zero: there is none). Without Desk it shows what everybody may see at now: published, not
// ended, of a published programme and organisation.
func Needs(ctx context.Context, r db.Queryer, now time.Time, f NeedFilter) ([]NeedView, Cursor, error) {
	limit := page(f.Limit)
	rows, err := needRows(ctx, r, now, f, int32(limit+1))
	if err != nil {
		return nil, Cursor{}, err
	}
	next := Cursor{}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1].Need
		next = Cursor{At: last.PublishedAt, ID: last.ID}
		if f.Desk {
			next.At = deskRank(NeedState(last.State))
		}
	}
	views, err := withTotals(ctx, r, mapped(rows, needViewOf))
	return views, next, err
}

func needRows(ctx context.Context, r db.Queryer, now time.Time, f NeedFilter, most int32) ([]needRow, error) {
	w := patterns(f.Words)
	if f.Desk {
		after := f.After
		if after == (Cursor{}) {
			after = Cursor{At: -1}
		}
		rows, err := q.ListNeedsForDesk(ctx, r, programmedb.ListNeedsForDeskParams{
			Kind: f.Kind, State: string(f.State), Programme: f.Programme, Place: f.Place,
			Word1: w[0], Word2: w[1], Word3: w[2], Word4: w[3], Word5: w[4], Word6: w[5],
			AfterRank: after.At, BeforeID: after.ID, Most: most})
		return mapped(rows, func(r programmedb.ListNeedsForDeskRow) needRow { return needRow(r) }), err
	}
	after := f.After.newest()
	rows, err := q.ListNeeds(ctx, r, programmedb.ListNeedsParams{
		Now: clock.Micros(now), Kind: f.Kind, Programme: f.Programme, Place: f.Place,
		Word1: w[0], Word2: w[1], Word3: w[2], Word4: w[3], Word5: w[4], Word6: w[5],
		BeforeAt: after.At, BeforeID: after.ID, Most: most})
	return mapped(rows, func(r programmedb.ListNeedsRow) needRow { return needRow(r) }), err
}

// deskRank is the order of states in the desk's list, as the query has it.
func deskRank(s NeedState) int64 {
	switch s {
	case NeedDraft:
		return 0
	case NeedPublished:
		return 1
	}
	return 2
}

// NeedsOfWeek returns at most six needs that ask at now and lack something, those that end soonest
// first.
func NeedsOfWeek(ctx context.Context, r db.Queryer, now time.Time) ([]NeedView, error) {
	const looked, shown = 48, 6
	rows, err := q.UrgentNeeds(ctx, r, programmedb.UrgentNeedsParams{Now: clock.Micros(now), Most: looked})
	if err != nil {
		return nil, err
	}
	views, err := withTotals(ctx, r, mapped(rows, func(r programmedb.UrgentNeedsRow) NeedView { return needViewOf(needRow(r)) }))
	if err != nil {
		return nil, err
	}
	out := make([]NeedView, 0, shown)
	for _, v := range views {
		if len(out) < shown && v.Missing() > 0 {
			out = append(out, v)
		}
	}
	return out, nil
}

// Places lists the places of the needs that everybody sees at now, at most 200.
func Places(ctx context.Context, r db.Queryer, now time.Time) ([]i18n.Text, error) {
	rows, err := q.PlacesOfNeeds(ctx, r, clock.Micros(now))
	return mapped(rows, func(p programmedb.PlacesOfNeedsRow) i18n.Text {
		return i18n.Text{ZH: p.PlaceZh, EN: p.PlaceEn}
	}), err
}

// Counts are the desk's figures.
type Counts struct{ Needs, Drafts, Published int64 }

// CountNeeds counts the needs of every state.
func CountNeeds(ctx context.Context, r db.Queryer) (Counts, error) {
	row, err := q.CountNeeds(ctx, r)
	return Counts{Needs: row.Needs, Drafts: row.Drafts, Published: row.Published}, err
}

// Standing is what decides whether a need may be given to.
type Standing struct {
	Organisation int64 // whose programme asks
	Asks         bool  // as NeedView.Asks, and the organisation does not rest
	Rests        bool  // the organisation is suspended, or its registration has run out
	Lapsed       bool  // its registration has run out or was taken back
}

// Standings returns how the needs stand at the moment at, by id, at the cost of one look-up. Needs that
// do not exist are left out.
func Standings(ctx context.Context, r db.Queryer, needs []int64, at time.Time) (map[int64]Standing, error) {
	rows, err := q.NeedStandings(ctx, r, programmedb.NeedStandingsParams{Now: clock.Micros(at), Ids: needs})
	if err != nil {
		return nil, fmt.Errorf("programme: standing of needs: %w", err)
	}
	out := make(map[int64]Standing, len(rows))
	for _, row := range rows {
		v := NeedView{Need: Need{State: NeedState(row.State), UntilAt: clock.Time(row.UntilAt)},
			ProgrammeState: State(row.ProgrammeState), OrganisationState: State(row.OrganisationState)}
		out[row.ID] = Standing{Organisation: row.OrganisationID, Asks: v.Asks(at) && !row.Lapsed, Rests: row.Lapsed || v.OrganisationState == Suspended,
			Lapsed: row.Lapsed && v.Shown()}
	}
	return out, nil
}
