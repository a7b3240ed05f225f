package consent

import (
	"context"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/vault"
)

var q = consentdb.New()

// Family is what consent has to know of a record: which organisation keeps it, and whose word counts.
type Family struct {
	Organisation int64
	Guardians    []int64 // guardianships with parental authority at the moment asked for
}

// Families tells of records; package child does.
type Families interface {
	// Families returns the family of each record at a moment. A record that is not known is left out.
	Families(ctx context.Context, r db.Queryer, records []int64, at time.Time) (map[int64]Family, error)
}

// Names tells what organisations are called, for the words that guardians are shown.
type Names interface {
	// Organisation returns the name in both languages. Faults: NotFound when there is none.
	Organisation(ctx context.Context, r db.Queryer, id int64) (i18n.Text, error)
}

// Service is the package's door.
type Service struct {
	families Families
	names    Names
	vault    *vault.Vault
	zone     *time.Location
	forms    map[Purpose]source
	called   map[Purpose]i18n.Text // the purposes, for sentences
}

// New returns the service. zone is that whose days the network counts: a school year ends there. It
// returns an error when a form cannot be read.
func New(families Families, names Names, v *vault.Vault, zone *time.Location) (*Service, error) {
	all, err := readForms()
	if err != nil {
		return nil, err
	}
	purposes, err := purposeNames()
	if err != nil {
		return nil, err
	}
	return &Service{families: families, names: names, vault: v, zone: zone, forms: all, called: purposes}, nil
}

// purposeNames reads what purposes are called, in both languages.
func purposeNames() (map[Purpose]i18n.Text, error) {
	out := map[Purpose]i18n.Text{}
	for _, lang := range i18n.Langs() {
		messages, err := i18n.ReadCatalogue(Texts, lang)
		if err != nil {
			return nil, fmt.Errorf("consent: %w", err)
		}
		for _, m := range messages {
			p, ok := strings.CutPrefix(m.ID, "consent.purpose.")
			if !ok {
				continue
			}
			t := out[Purpose(p)]
			if lang == i18n.ZH {
				t.ZH = m.Other
			} else {
				t.EN = m.Other
			}
			out[Purpose(p)] = t
		}
	}
	return out, nil
}

// Form returns the newest words of a matter, as the organisation that keeps the record asks them.
// Faults: Fields as Matter.Check; NotFound "consent.no_record", or that of Names for the receiver.
func (s *Service) Form(ctx context.Context, r db.Queryer, record int64, m Matter, lang i18n.Lang, at time.Time) (Form, error) {
	if err := m.Check(); err != nil {
		return Form{}, err
	}
	family, err := s.family(ctx, r, record, at)
	if err != nil {
		return Form{}, err
	}
	return s.filled(ctx, r, family.Organisation, m, 0, lang)
}

func (s *Service) filled(ctx context.Context, r db.Queryer, organisation int64, m Matter, version int64, lang i18n.Lang) (Form, error) {
	asks, err := s.names.Organisation(ctx, r, organisation)
	if err != nil {
		return Form{}, fmt.Errorf("consent: name of who asks: %w", err)
	}
	var told i18n.Text
	if m.Purpose.About() == AboutReceiver {
		if told, err = s.names.Organisation(ctx, r, m.About); err != nil {
			return Form{}, fmt.Errorf("consent: name of who is told: %w", err)
		}
	}
	return s.form(m, version, lang, inLang(asks, lang), inLang(told, lang)), nil
}

// inLang returns the name in lang, or in the other language when there is none.
func inLang(name i18n.Text, lang i18n.Lang) string {
	if lang == i18n.ZH && name.ZH != "" || name.EN == "" {
		return name.ZH
	}
	return name.EN
}
