package programme

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme/internal/programmedb"
)

// NeedInput is what the desk writes about a need.
type NeedInput struct {
	Programme int64
	Kind      string     // one of Kinds
	Unit      money.Unit // one of UnitsOf(Kind)
	Wanted    int64      // in the smallest part of Unit, up to money.MaxMinor
	Account   int64      // for money alone: the fund's account; giving opens it
	Title     i18n.Text
	Body      i18n.Text
	Place     i18n.Text // empty: the programme's
	UntilAt   time.Time // zero: open end
}

// Validate checks all that can be checked without the database. Faults: Invalid fields.
func (in NeedInput) Validate() error {
	var f fault.Fields
	if !slices.Contains(Kinds(), in.Kind) {
		f.Add("kind", "form.choice")
	} else if !slices.Contains(UnitsOf(in.Kind), in.Unit) {
		f.Add("unit", "form.choice")
	}
	switch {
	case in.Wanted <= 0:
		f.Add("wanted", "money.not_positive")
	case in.Wanted > money.MaxMinor:
		f.Add("wanted", "money.too_much")
	}
	needText(&f, "title", in.Title, MaxName, true)
	needText(&f, "body", in.Body, MaxLong, false)
	needText(&f, "place", in.Place, MaxName, false)
	return f.Err()
}

// CreateNeed writes a new need as a draft. Unless it is for money it opens the need's own account in
// the ledger, "need:<id>": it never goes below zero and keeps no trace. Faults: Invalid fields,
// NotFound "programme.no_programme".
func CreateNeed(ctx context.Context, tx *db.Tx, in NeedInput, by int64) (Need, error) {
	if err := in.Validate(); err != nil {
		return Need{}, err
	}
	p, err := ProgrammeByID(ctx, tx, in.Programme)
	if err != nil {
		return Need{}, err
	}
	id := tx.NewID()
	account := in.Account
	if in.Kind != KindMoney {
		if account, err = ledger.Open(ctx, tx, "need:"+clock.FormatID(id), in.Unit, true, false); err != nil {
			return Need{}, err
		}
	}
	if in.Place.Empty() {
		in.Place = p.Place
	}
	path, err := address(ctx, tx, in.Title.EN, id)
	if err != nil {
		return Need{}, err
	}
	err = q.InsertNeed(ctx, tx, programmedb.InsertNeedParams{
		ID: id, ProgrammeID: in.Programme, Slug: path, Kind: in.Kind, Unit: string(in.Unit),
		Wanted: in.Wanted, AccountID: account, TitleZh: in.Title.ZH, TitleEn: in.Title.EN, BodyZh: in.Body.ZH, BodyEn: in.Body.EN,
		PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN, UntilAt: micros(in.UntilAt), State: string(NeedDraft),
		SearchText: searchText(in.Title, in.Body, in.Place), MadeBy: by, MadeAt: tx.NowMicros(), ChangedAt: tx.NowMicros(),
	})
	if err != nil {
		return Need{}, err
	}
	if err := event.Add(ctx, tx, "need.made", id, by, nil); err != nil {
		return Need{}, err
	}
	return NeedByID(ctx, tx, id)
}

// UpdateNeed replaces what the desk wrote; programme, kind, unit and account stay as they are. Faults:
// Invalid fields, NotFound "programme.no_need", Conflict "programme.need_closed".
func UpdateNeed(ctx context.Context, tx *db.Tx, id int64, in NeedInput, by int64) error {
	old, err := NeedByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if old.State == NeedClosed {
		return fault.New(fault.Conflict, "programme.need_closed")
	}
	in.Kind, in.Unit = old.Kind, old.Unit
	if err := in.Validate(); err != nil {
		return err
	}
	if old.State == NeedPublished {
		if err := needPublishable(in.Title, in.UntilAt, tx.Now()); err != nil {
			return err
		}
	}
	err = q.UpdateNeed(ctx, tx, programmedb.UpdateNeedParams{
		ID: id, Wanted: in.Wanted, TitleZh: in.Title.ZH, TitleEn: in.Title.EN, BodyZh: in.Body.ZH, BodyEn: in.Body.EN,
		PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN, UntilAt: micros(in.UntilAt),
		SearchText: searchText(in.Title, in.Body, in.Place), ChangedAt: tx.NowMicros()})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "need.changed", id, by, nil)
}

// PublishNeed shows a need to everybody. Its programme must be shown, its title written in both
// languages and its end lie ahead. Faults: Conflict "programme.programme_hidden",
// "programme.need_closed", and for an organisation whose papers have run out (for money also its
// public-fundraising certificate) "programme.lapsed"; Invalid fields. Publishing again changes nothing.
func PublishNeed(ctx context.Context, tx *db.Tx, id, by int64) error {
	v, err := needView(ctx, tx, programmedb.GetNeedViewParams{ID: id})
	if err != nil || v.State == NeedPublished {
		return err
	}
	if v.State == NeedClosed {
		return fault.New(fault.Conflict, "programme.need_closed")
	}
	if v.ProgrammeState != Published || v.OrganisationState != Published {
		return fault.New(fault.Conflict, "programme.programme_hidden")
	}
	acts := []Act{ActPublish}
	if v.Kind == KindMoney {
		acts = append(acts, ActFundraise)
	}
	if err := MayAct(ctx, tx, v.Organisation, tx.Now(), acts...); err != nil {
		return err
	}
	if err := needPublishable(v.Title, v.UntilAt, tx.Now()); err != nil {
		return err
	}
	return setNeed(ctx, tx, id, NeedPublished, tx.NowMicros(), by)
}

func needPublishable(title i18n.Text, until, now time.Time) error {
	var f fault.Fields
	needBoth(&f, "title", title)
	if !until.IsZero() && !until.After(now) {
		f.Add("until_on", "programme.ends_past")
	}
	return f.Err()
}

// CloseNeed ends a need for good: it asks no more and stays to be read. What was promised to it lives
// on until it arrives or runs out. Closing again changes nothing.
func CloseNeed(ctx context.Context, tx *db.Tx, id, by int64) error {
	n, err := NeedByID(ctx, tx, id)
	if err != nil || n.State == NeedClosed {
		return err
	}
	return setNeed(ctx, tx, id, NeedClosed, micros(n.PublishedAt), by)
}

func setNeed(ctx context.Context, tx *db.Tx, id int64, to NeedState, publishedAt, by int64) error {
	err := q.SetNeedState(ctx, tx, programmedb.SetNeedStateParams{
		ID: id, State: string(to), ChangedAt: tx.NowMicros(), PublishedAt: publishedAt})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "need."+string(to), id, by, nil)
}
