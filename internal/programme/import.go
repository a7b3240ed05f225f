package programme

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme/hsds"
)

// importBatch is how many records one write takes in: others get their turn between two.
const importBatch = 100

// maxSourceID is the longest id of another directory, in bytes.
const maxSourceID = 200

// Tally counts what an import did with rows of one sort.
type Tally struct {
	Created   int
	Updated   int
	Unchanged int
	Kept      int // published or suspended here: the file does not change what people have checked
}

func (t *Tally) add(o Tally) {
	t.Created += o.Created
	t.Updated += o.Updated
	t.Unchanged += o.Unchanged
	t.Kept += o.Kept
}

// ImportReport says what an import did, or would do.
type ImportReport struct {
	DryRun        bool
	Organisations Tally
	Programmes    Tally
	Problems      []hsds.Problem // records passed over: first the file's own, then those found here
	More          int            // problems beyond hsds.MaxProblems
}

func (r *ImportReport) add(o ImportReport) {
	r.Organisations.add(o.Organisations)
	r.Programmes.add(o.Programmes)
	for _, p := range o.Problems {
		r.problem(p)
	}
	r.More += o.More
}

func (r *ImportReport) problem(p hsds.Problem) {
	if len(r.Problems) >= hsds.MaxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

var errDryRun = errors.New("programme: dry run")

// Import takes in what was read from a file. A record is known again by its id in the file: importing
// the same file twice changes nothing. New organisations and programmes become drafts, to be checked
// like any other; those that were published here are kept as they are. What the file leaves empty
// stays. A dry run reports the same and writes nothing.
//
// It writes in batches; when it fails midway, what went before stays, and running it again goes on.
func Import(ctx context.Context, d *db.DB, file hsds.File, dryRun bool, by int64) (ImportReport, error) {
	total := ImportReport{DryRun: dryRun, Problems: slices.Clone(file.Problems), More: file.More}
	for batch := range slices.Chunk(file.Records, importBatch) {
		var part ImportReport
		err := d.Write(ctx, func(tx *db.Tx) error {
			part = ImportReport{}
			for _, record := range batch {
				if err := importRecord(ctx, tx, record, by, &part); err != nil {
					return err
				}
			}
			if dryRun {
				return errDryRun
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return total, fmt.Errorf("programme: import: %w", err)
		}
		total.add(part)
	}
	return total, nil
}

func importRecord(ctx context.Context, tx *db.Tx, record hsds.Record, by int64, report *ImportReport) error {
	id, err := importOrganisation(ctx, tx, record.Organisation, by, &report.Organisations)
	if fields, ok := errors.AsType[fault.Fields](err); ok {
		report.fields(record.Where, fields)
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range record.Programmes {
		err := importProgramme(ctx, tx, id, record.Organisation.ID, p, by, &report.Programmes)
		if fields, ok := errors.AsType[fault.Fields](err); ok {
			report.fields(p.Where, fields)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// fields notes what a service's check found wrong with a record.
func (r *ImportReport) fields(at hsds.Where, fields fault.Fields) {
	for _, f := range fields {
		if at.Row > 0 {
			at.Column = f.Name
		}
		r.problem(hsds.Problem{Where: at, Field: f})
	}
}

func importOrganisation(ctx context.Context, tx *db.Tx, o hsds.Organisation, by int64, t *Tally) (int64, error) {
	if err := sourceID(o.ID); err != nil {
		return 0, err
	}
	row, err := q.GetOrganisationBySource(ctx, tx, o.ID)
	if errors.Is(err, sql.ErrNoRows) {
		in := OrganisationInput{Kind: "charity"}
		in.take(o)
		made, err := createOrganisation(ctx, tx, in, o.ID, by)
		if err == nil {
			t.Created++
		}
		return made.ID, err
	}
	if err != nil {
		return 0, err
	}
	old := organisationOf(row)
	if old.State != Draft {
		t.Kept++
		return old.ID, nil
	}
	was := old.Input()
	in := was
	in.take(o)
	if err := in.clean(); err != nil {
		return 0, err
	}
	if in == was {
		t.Unchanged++
		return old.ID, nil
	}
	if err := UpdateOrganisation(ctx, tx, old.ID, in, by); err != nil {
		return 0, err
	}
	t.Updated++
	return old.ID, nil
}

func (in *OrganisationInput) take(o hsds.Organisation) {
	in.Kind = either(o.Kind, in.Kind)
	in.Name, in.About, in.Place = bothOf(o.Name, in.Name), bothOf(o.About, in.About), bothOf(o.Place, in.Place)
	in.CreditCode = either(o.CreditCode, in.CreditCode)
	in.Website = either(o.Website, in.Website)
}

// Input returns what the desk wrote about o, to change some of it.
func (o Organisation) Input() OrganisationInput {
	return OrganisationInput{Kind: o.Kind, Name: o.Name, About: o.About, CreditCode: o.CreditCode, Certificate: o.Certificate,
		CertificateEndsAt: o.CertificateEndsAt, Place: o.Place, Website: o.Website}
}

// Input returns what the desk wrote about p, to change some of it.
func (p Programme) Input() ProgrammeInput {
	return ProgrammeInput{Theme: p.Theme, Name: p.Name, Summary: p.Summary, Place: p.Place}
}

func importProgramme(ctx context.Context, tx *db.Tx, organisation int64, of string, p hsds.Programme, by int64, t *Tally) error {
	if err := sourceID(p.ID); err != nil {
		return err
	}
	source := of + "/" + p.ID
	row, err := q.GetProgrammeBySource(ctx, tx, source)
	if errors.Is(err, sql.ErrNoRows) {
		in := ProgrammeInput{Theme: "other"}
		in.take(p)
		d := Detail{}
		d.take(p.Detail, in.Theme)
		if err := d.clean(); err != nil {
			return err
		}
		made, err := createProgramme(ctx, tx, organisation, in, source, by)
		if err != nil {
			return err
		}
		t.Created++
		return SetDetail(ctx, tx, made.ID, d, by)
	}
	if err != nil {
		return err
	}
	old := programmeOf(row)
	if old.State != Draft {
		t.Kept++
		return nil
	}
	in := old.Input()
	in.take(p)
	was, err := DetailOf(ctx, tx, old.ID)
	if err != nil {
		return err
	}
	d := was
	d.take(p.Detail, in.Theme)
	if err := d.clean(); err != nil {
		return err
	}
	if in == old.Input() && reflect.DeepEqual(d, was) {
		t.Unchanged++
		return nil
	}
	if err := UpdateProgramme(ctx, tx, old.ID, in, by); err != nil {
		return err
	}
	t.Updated++
	return SetDetail(ctx, tx, old.ID, d, by)
}

func (in *ProgrammeInput) take(p hsds.Programme) {
	in.Theme = either(p.Theme, in.Theme)
	in.Name, in.Summary, in.Place = bothOf(p.Name, in.Name), cut(bothOf(p.Summary, in.Summary)), bothOf(p.Place, in.Place)
}

// take replaces what a file says. Places of a theme that is sealed by default begin sealed: whoever
// checks the draft decides.
func (d *Detail) take(f hsds.Detail, theme string) {
	d.Kind, d.Phone, d.Website = either(f.Kind, either(d.Kind, Run)), either(f.Phone, d.Phone), either(f.Website, d.Website)
	if f.Cost != "" {
		d.Cost, d.CostMinor = f.Cost, f.CostMinor
	}
	d.CostNote, d.Eligibility = cutTo(bothOf(f.CostNote, d.CostNote), MaxName), cut(bothOf(f.Eligibility, d.Eligibility))
	d.Coming, d.Capacity = cut(bothOf(f.Coming, d.Coming)), cutTo(bothOf(f.Capacity, d.Capacity), MaxName)
	if f.AgeFrom != 0 || f.AgeTo != 0 {
		d.AgeFrom, d.AgeTo = min(f.AgeFrom, MaxAge), min(f.AgeTo, MaxAge)
	}
	if len(f.Languages) > 0 {
		d.Languages = f.Languages
	}
	if len(f.Times) > 0 {
		d.Times = nil
		for _, t := range f.Times {
			d.Times = append(d.Times, Schedule{Days: Weekdays(t.Days), EveryWeeks: t.EveryWeeks, Opens: t.Opens, Closes: t.Closes, FromOn: t.FromOn, UntilOn: t.UntilOn})
		}
	}
	if len(f.Places) > 0 {
		d.Places = placesOf(f.Places, d.Places, theme)
	}
}

// placesOf makes places of a file's, with the ids of those that are known already.
func placesOf(in []hsds.Place, known []Place, theme string) (out []Place) {
	for _, f := range in {
		p := Place{Kind: f.Kind, Sealed: f.Sealed || SealedByDefault(theme), Name: f.Name, Line: f.Line, Town: f.Town, Postcode: f.Postcode,
			Link: f.Link, Placed: f.Placed, At: Position{f.Latitude, f.Longitude}}
		p.clean()
		for _, k := range known {
			p.ID = k.ID
			if p == k {
				break
			}
			p.ID = 0
		}
		if !p.empty() {
			out = append(out, p)
		}
	}
	return out
}

// cut shortens a text of another directory to a summary.
func cut(t i18n.Text) i18n.Text { return cutTo(t, MaxShort) }

// cutTo shortens a text to so many characters.
func cutTo(t i18n.Text, most int) i18n.Text {
	short := func(s string) string {
		if utf8.RuneCountInString(s) <= most {
			return s
		}
		return string([]rune(s)[:most-1]) + "…"
	}
	return i18n.Text{ZH: short(t.ZH), EN: short(t.EN)}
}

func sourceID(id string) error {
	var f fault.Fields
	if id == "" || len(id) > maxSourceID {
		f.Add("id", "hsds.bad_id", "Max", maxSourceID)
	}
	return f.Err()
}

func either(s, old string) string {
	if s != "" {
		return s
	}
	return old
}

func bothOf(t, old i18n.Text) i18n.Text {
	return i18n.Text{ZH: either(t.ZH, old.ZH), EN: either(t.EN, old.EN)}
}
