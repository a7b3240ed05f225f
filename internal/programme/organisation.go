package programme

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/creditcode"
	"manyhands/internal/programme/internal/programmedb"
)

// OrganisationInput is what the desk writes about an organisation.
type OrganisationInput struct {
	Kind              string // one of OrganisationKinds
	Name              i18n.Text
	About             i18n.Text
	CreditCode        string // as typed; "" when it has none
	Certificate       string
	CertificateEndsAt time.Time
	Place             i18n.Text
	Website           string
}

// clean checks the input and normalises the credit code. Faults: Invalid fields.
func (in *OrganisationInput) clean() error {
	var f fault.Fields
	if !slices.Contains(OrganisationKinds(), in.Kind) {
		f.Add("kind", "form.choice")
	}
	needText(&f, "name", in.Name, MaxName, true)
	needText(&f, "about", in.About, MaxLong, false)
	needText(&f, "place", in.Place, MaxName, false)
	in.CreditCode = creditcode.Normalise(in.CreditCode)
	if in.CreditCode != "" {
		if e, ok := errors.AsType[*fault.Error](creditcode.Check(in.CreditCode)); ok {
			f = append(f, fault.Field{Name: "credit_code", Key: e.Key, Args: e.Args})
		}
	}
	if len(in.Certificate) > MaxName {
		f.Add("certificate", "form.too_long", "Max", MaxName)
	}
	if in.Website != "" && !isWebAddress(in.Website) {
		f.Add("website", "programme.website")
	}
	return f.Err()
}

// CreateOrganisation writes a new organisation as a draft. Faults: Invalid fields, among them
// "programme.credit_code_taken".
func CreateOrganisation(ctx context.Context, tx *db.Tx, in OrganisationInput, by int64) (Organisation, error) {
	return createOrganisation(ctx, tx, in, "", by)
}

func createOrganisation(ctx context.Context, tx *db.Tx, in OrganisationInput, source string, by int64) (Organisation, error) {
	if err := in.clean(); err != nil {
		return Organisation{}, err
	}
	if err := creditCodeFree(ctx, tx, in.CreditCode, 0); err != nil {
		return Organisation{}, err
	}
	id := tx.NewID()
	path, err := address(ctx, tx, in.Name.EN, id)
	if err != nil {
		return Organisation{}, err
	}
	err = q.InsertOrganisation(ctx, tx, programmedb.InsertOrganisationParams{
		ID: id, Slug: path, Kind: in.Kind, NameZh: in.Name.ZH, NameEn: in.Name.EN,
		AboutZh: in.About.ZH, AboutEn: in.About.EN, CreditCode: in.CreditCode, Certificate: in.Certificate,
		CertificateEndsAt: micros(in.CertificateEndsAt), PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN,
		Website: in.Website, State: string(Draft), SourceRef: source, MadeAt: tx.NowMicros(), ChangedAt: tx.NowMicros(),
	})
	if err != nil {
		return Organisation{}, err
	}
	if err := event.Add(ctx, tx, "organisation.made", id, by, nil); err != nil {
		return Organisation{}, err
	}
	return OrganisationByID(ctx, tx, id)
}

// UpdateOrganisation replaces what the desk wrote. Its address and state stay. Faults: as
// CreateOrganisation, NotFound "programme.no_organisation"; a published organisation keeps what
// publishing asked for.
func UpdateOrganisation(ctx context.Context, tx *db.Tx, id int64, in OrganisationInput, by int64) error {
	old, err := OrganisationByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := in.clean(); err != nil {
		return err
	}
	if err := creditCodeFree(ctx, tx, in.CreditCode, id); err != nil {
		return err
	}
	if old.State == Published {
		if err := publishable(in.Kind, in.Name, in.CreditCode); err != nil {
			return err
		}
	}
	err = q.UpdateOrganisation(ctx, tx, programmedb.UpdateOrganisationParams{
		ID: id, Kind: in.Kind, NameZh: in.Name.ZH, NameEn: in.Name.EN, AboutZh: in.About.ZH, AboutEn: in.About.EN,
		CreditCode: in.CreditCode, Certificate: in.Certificate, CertificateEndsAt: micros(in.CertificateEndsAt),
		PlaceZh: in.Place.ZH, PlaceEn: in.Place.EN, Website: in.Website, ChangedAt: tx.NowMicros(),
	})
	if err != nil {
		return err
	}
	if old.Name != in.Name {
		if err := searchAgain(ctx, tx, id, in.Name); err != nil {
			return err
		}
	}
	return event.Add(ctx, tx, "organisation.changed", id, by, nil)
}

// PublishOrganisation shows an organisation to everybody. It must have its name in both languages and
// a charity its unified social credit code. Whoever calls has had it verified (package apply). Faults:
// Invalid fields; Conflict "programme.lift_needs_two" for one that is suspended. Publishing again changes
// nothing.
func PublishOrganisation(ctx context.Context, tx *db.Tx, id, by int64) error {
	o, err := OrganisationByID(ctx, tx, id)
	if err != nil || o.State == Published {
		return err
	}
	if o.State == Suspended {
		return fault.New(fault.Conflict, "programme.lift_needs_two")
	}
	if err := publishable(o.Kind, o.Name, o.CreditCode); err != nil {
		return err
	}
	return setOrganisation(ctx, tx, id, Published, by)
}

func publishable(kind string, name i18n.Text, code string) error {
	var f fault.Fields
	needBoth(&f, "name", name)
	if kind == "charity" && code == "" {
		f.Add("credit_code", "programme.charity_code")
	}
	return f.Err()
}

func setOrganisation(ctx context.Context, tx *db.Tx, id int64, to State, by int64) error {
	err := q.SetOrganisationState(ctx, tx, programmedb.SetOrganisationStateParams{ID: id, State: string(to), ChangedAt: tx.NowMicros()})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "organisation."+string(to), id, by, nil)
}

// ForgetDraft takes out of an organisation that was never published what it said of itself: its credit code,
// which is free again, its certificate, its words. Its name stays. Of any other it changes nothing.
func ForgetDraft(ctx context.Context, tx *db.Tx, id, by int64) error {
	n, err := q.ForgetDraft(ctx, tx, programmedb.ForgetDraftParams{Now: tx.NowMicros(), ID: id})
	if err != nil || n == 0 {
		return err
	}
	return event.Add(ctx, tx, "organisation.forgotten", id, by, nil)
}

func creditCodeFree(ctx context.Context, tx *db.Tx, code string, except int64) error {
	if code == "" {
		return nil
	}
	id, err := q.OrganisationByCreditCode(ctx, tx, code)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && id == except) {
		return nil
	}
	if err != nil {
		return err
	}
	var f fault.Fields
	f.Add("credit_code", "programme.credit_code_taken")
	return f.Err()
}

// OrganisationByID returns an organisation in any state. Faults: NotFound "programme.no_organisation".
func OrganisationByID(ctx context.Context, r db.Queryer, id int64) (Organisation, error) {
	row, err := q.GetOrganisation(ctx, r, id)
	return organisationOf(row), db.NotFound(err, "programme.no_organisation")
}

// OrganisationsByIDs returns those of the organisations that exist, by id, in any state.
func OrganisationsByIDs(ctx context.Context, r db.Queryer, ids []int64) (map[int64]Organisation, error) {
	rows, err := q.OrganisationsByIDs(ctx, r, ids)
	out := make(map[int64]Organisation, len(rows))
	for _, row := range rows {
		out[row.ID] = organisationOf(row)
	}
	return out, err
}

// OrganisationBySlug returns an organisation in any state; pages for everybody show published ones
// alone. Faults: NotFound "programme.no_organisation".
func OrganisationBySlug(ctx context.Context, r db.Queryer, slug string) (Organisation, error) {
	row, err := q.GetOrganisationBySlug(ctx, r, slug)
	return organisationOf(row), db.NotFound(err, "programme.no_organisation")
}

// OrganisationFilter says which organisations to list; the zero filter lists all, newest first.
type OrganisationFilter struct {
	Kind  string
	State State
	After Cursor
	Limit int // at most MaxPage; 0 is MaxPage
}

// Organisations returns a page of organisations with what they run, and where the next page begins
// (zero: there is none).
func Organisations(ctx context.Context, r db.Queryer, f OrganisationFilter) ([]OrganisationLine, Cursor, error) {
	limit := page(f.Limit)
	rows, err := q.ListOrganisations(ctx, r, programmedb.ListOrganisationsParams{
		Kind: f.Kind, State: string(f.State), Before: f.After.newest().ID, Most: int32(limit + 1)})
	if err != nil {
		return nil, Cursor{}, err
	}
	next := Cursor{}
	if len(rows) > limit {
		rows = rows[:limit]
		next.ID = rows[limit-1].Organisation.ID
	}
	return mapped(rows, func(r programmedb.ListOrganisationsRow) OrganisationLine {
		return OrganisationLine{Organisation: organisationOf(r.Organisation), Programmes: r.Programmes, Needs: r.Needs}
	}), next, nil
}

// micros stores a moment that may be absent.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
