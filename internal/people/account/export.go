package account

import (
	"archive/zip"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/notify"
)

// Section is one part of what a person takes along. Its title is the text under "account.export." and
// Name; so are the names of the facts.
type Section struct {
	Name    string
	Records []Record
}

// Record is one thing that is known.
type Record []Fact

// Fact is one value with its name. The value is a string, a bool, an integer, a time.Time, a
// money.Amount or an i18n.Text.
type Fact struct {
	Name  string
	Value any
}

// MostRecords bounds each section of what a person takes along.
const MostRecords = 10_000

//go:embed export.html
var exportPage embed.FS

// Export writes all that is known of a person to w: a zip of data.json for programs and data.html to
// read, in the language of ctx. Faults: those of the vault when it is locked.
func (s *Service) Export(ctx context.Context, r db.Queryer, person int64, w io.Writer) error {
	sections, err := s.sections(ctx, r, person)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	if err := writeJSON(z, sections, s.d.Now()); err != nil {
		return err
	}
	if err := s.writePage(ctx, z, sections); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	return nil
}

func (s *Service) sections(ctx context.Context, r db.Queryer, person int64) ([]Section, error) {
	p, err := s.people.PersonByID(ctx, r, person)
	if err != nil {
		return nil, err
	}
	phone, err := s.PhoneOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	wishes, err := s.WishesOf(ctx, r, person)
	if err != nil {
		return nil, err
	}
	addresses, err := s.Addresses(ctx, r, person)
	if err != nil {
		return nil, err
	}
	held, err := s.people.AppointmentsOf(ctx, r, person, s.d.Now())
	if err != nil {
		return nil, err
	}
	about := Record{{"name", p.Name}, {"email", p.Email}, {"phone", phone}, {"lang", string(p.Lang)}, {"made", p.Made}, {"seen", p.Seen}}
	notices := Record{{"quiet_from", clockText(wishes.QuietFrom)}, {"quiet_until", clockText(wishes.QuietUntil)}}
	for _, t := range notify.Topics() {
		notices = append(notices, Fact{string(t), wishes.Topics[t]})
	}
	past, duties := Section{Name: "past_addresses"}, Section{Name: "appointments"}
	for _, a := range addresses {
		if a != p.Email {
			past.Records = append(past.Records, Record{{"email", a}})
		}
	}
	for _, a := range held {
		duties.Records = append(duties.Records, Record{{"role", string(a.Role)}, {"from", a.Starts}, {"until", a.Ends}})
	}
	out := []Section{{"person", []Record{about}}, {"notices", []Record{notices}}, past, duties}
	for _, t := range s.cfg.Tellers {
		more, err := t.Tell(ctx, r, person, addresses)
		if err != nil {
			return nil, fmt.Errorf("account: export: %w", err)
		}
		out = append(out, more...)
	}
	return out, nil
}

// clockText writes a minute of the day as people do.
func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func writeJSON(z *zip.Writer, sections []Section, at time.Time) error {
	f, err := z.Create("data.json")
	if err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	all := map[string]any{"made_at": at.UTC().Format(time.RFC3339)}
	for _, s := range sections {
		records := make([]map[string]any, len(s.Records))
		for i, r := range s.Records {
			records[i] = map[string]any{}
			for _, f := range r {
				records[i][f.Name] = plain(f.Value)
			}
		}
		all[s.Name] = records
	}
	e := json.NewEncoder(f)
	e.SetIndent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	return nil
}

// plain is a value as JSON holds it: moments in RFC 3339, quantities as decimal digits with their unit.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.UTC().Format(time.RFC3339)
	case money.Amount:
		return map[string]string{"quantity": v.Decimal(), "unit": string(v.Unit)}
	case i18n.Text:
		return map[string]string{"zh": v.ZH, "en": v.EN}
	}
	return v
}

func (s *Service) writePage(ctx context.Context, z *zip.Writer, sections []Section) error {
	f, err := z.Create("data.html")
	if err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	t, err := template.New("export.html").Funcs(template.FuncMap{
		"t":    func(key string) string { return i18n.T(ctx, "account.export."+key) },
		"show": func(v any) string { return shown(ctx, v) },
	}).ParseFS(exportPage, "export.html")
	if err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	err = t.Execute(f, struct {
		Lang, Network, At string
		Sections          []Section
	}{i18n.LangOf(ctx).Tag(), s.cfg.Network.In(ctx), i18n.DateTime(ctx, s.d.Now()), sections})
	if err != nil {
		return fmt.Errorf("account: export: %w", err)
	}
	return nil
}

// shown is a value as a person reads it.
func shown(ctx context.Context, v any) string {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return "–"
		}
		return i18n.DateTime(ctx, v)
	case money.Amount:
		return i18n.Quantity(ctx, v)
	case i18n.Text:
		return v.In(ctx)
	case bool:
		if v {
			return i18n.T(ctx, "account.export.yes")
		}
		return i18n.T(ctx, "account.export.no")
	case string:
		if v == "" {
			return "–"
		}
		return v
	}
	return fmt.Sprint(v)
}
