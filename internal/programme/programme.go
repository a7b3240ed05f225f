package programme

import (
	"context"
	"slices"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/internal/programmedb"
)

// ProgrammeInput is what the desk writes about a programme.
type ProgrammeInput struct {
	Theme   string // one of Themes
	Name    i18n.Text
	Summary i18n.Text
	Place   i18n.Text
}

func (in ProgrammeInput) check() error {
	var f fault.Fields
	if !slices.Contains(Themes(), in.Theme) {
		f.Add("theme", "form.choice")
	}
	needText(&f, "name", in.Name, MaxName, true)
	needText(&f, "summary", in.Summary, MaxShort, false)
	needText(&f, "place", in.Place, MaxName, false)
	return f.Err()
}

// CreateProgramme writes a new programme of an organisation as a draft. Faults: Invalid fields,
// NotFound "programme.no_organisation".
func CreateProgramme(ctx context.Context, tx *db.Tx, organisation int64, in ProgrammeInput, by int64) (Programme, error) {
	return createProgramme(ctx, tx, organisation, in, "", by)
}

func createProgramme(ctx context.Context, tx *db.Tx, organisation int64, in ProgrammeInput, source string, by int64) (Programme, error) {
	o, err := OrganisationByID(ctx, tx, organisation)
	if err != nil {
		return Programme{}, err
	}
	if err := in.check(); err != nil {
		return Programme{}, err
	}
	id := tx.NewID()
	path, err := address(ctx, tx, in.Name.EN, id)
	if err != nil {
		return Programme{}, err
	}
	err = q.InsertProgramme(ctx, tx, programmedb.InsertProgrammeParams{
		ID: id, OrganisationID: organisation, Slug: path, Theme: in.Theme,
		NameZh: in.Name.ZH, NameEn: in.Name.EN, SummaryZh: in.Summary.ZH, SummaryEn: in.Summary.EN,
		PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN, State: string(Draft), SourceRef: source,
		SearchText: searchText(in.Name, in.Summary, in.Place, o.Name), MadeAt: tx.NowMicros(), ChangedAt: tx.NowMicros(),
	})
	if err != nil {
		return Programme{}, err
	}
	if err := writeDetail(ctx, tx, id, Detail{Kind: Run}); err != nil {
		return Programme{}, err
	}
	if err := event.Add(ctx, tx, "programme.made", id, by, nil); err != nil {
		return Programme{}, err
	}
	return ProgrammeByID(ctx, tx, id)
}

// UpdateProgramme replaces what the desk wrote. Its address, state and checks stay. Faults: Invalid
// fields, NotFound "programme.no_programme".
func UpdateProgramme(ctx context.Context, tx *db.Tx, id int64, in ProgrammeInput, by int64) error {
	old, err := ProgrammeByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if old.State == Published {
		if err := bothNames(in.Name); err != nil {
			return err
		}
	}
	err = q.UpdateProgramme(ctx, tx, programmedb.UpdateProgrammeParams{
		ID: id, Theme: in.Theme, NameZh: in.Name.ZH, NameEn: in.Name.EN, SummaryZh: in.Summary.ZH, SummaryEn: in.Summary.EN,
		PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN, ChangedAt: tx.NowMicros(),
	})
	if err != nil {
		return err
	}
	now, err := ProgrammeByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := findable(ctx, tx, now); err != nil {
		return err
	}
	return event.Add(ctx, tx, "programme.changed", id, by, nil)
}

func bothNames(name i18n.Text) error {
	var f fault.Fields
	needBoth(&f, "name", name)
	return f.Err()
}

// searchAgain brings the search texts of an organisation's programmes to its new name.
func searchAgain(ctx context.Context, tx *db.Tx, organisation int64, name i18n.Text) error {
	after := int64(0)
	for {
		rows, err := q.ProgrammesOf(ctx, tx, programmedb.ProgrammesOfParams{OrganisationID: organisation, After: after, Most: 500})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			p := programmeOf(row)
			text, err := textOf(ctx, tx, p, name)
			if err != nil {
				return err
			}
			if err := q.SetProgrammeSearch(ctx, tx, programmedb.SetProgrammeSearchParams{ID: p.ID, SearchText: text}); err != nil {
				return err
			}
			after = p.ID
		}
	}
}

// PublishProgramme shows a programme to everybody. Its organisation must be published, its name
// written in both languages and every one of Steps in force. Faults: Conflict
// "programme.not_verified" and those of MayAct; Invalid fields. Publishing again changes nothing.
func PublishProgramme(ctx context.Context, tx *db.Tx, id, by int64) error {
	v, err := ProgrammeViewByID(ctx, tx, id, tx.Now())
	if err != nil || v.State == Published {
		return err
	}
	if err := MayAct(ctx, tx, v.Organisation, tx.Now(), ActPublish); err != nil {
		return err
	}
	if err := bothNames(v.Name); err != nil {
		return err
	}
	if !Verified(v.Checks) {
		return fault.New(fault.Conflict, "programme.not_verified")
	}
	return setProgramme(ctx, tx, id, Published, tx.NowMicros(), by)
}

// SuspendProgramme hides a programme with its needs. Faults: Conflict "programme.not_published" for a
// draft. Suspending again changes nothing.
func SuspendProgramme(ctx context.Context, tx *db.Tx, id, by int64) error {
	p, err := ProgrammeByID(ctx, tx, id)
	if err != nil || p.State == Suspended {
		return err
	}
	if p.State == Draft {
		return fault.New(fault.Conflict, "programme.not_published")
	}
	return setProgramme(ctx, tx, id, Suspended, micros(p.PublishedAt), by)
}

func setProgramme(ctx context.Context, tx *db.Tx, id int64, to State, publishedAt, by int64) error {
	err := q.SetProgrammeState(ctx, tx, programmedb.SetProgrammeStateParams{
		ID: id, State: string(to), ChangedAt: tx.NowMicros(), PublishedAt: publishedAt})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "programme."+string(to), id, by, nil)
}
