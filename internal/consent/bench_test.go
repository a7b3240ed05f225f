package consent_test

import (
	"context"
	"testing"

	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/vault/vaulttest"
)

// BenchmarkLook computes the standings of fifty records with four answers each.
func BenchmarkLook(b *testing.B) {
	d, c := dbtest.SQLite(b)
	f := families{}
	s, err := consent.New(f, names{centre: {EN: "Sunny Centre"}}, vaulttest.Open(b, d), i18n.DefaultZone())
	if err != nil {
		b.Fatal(err)
	}
	var ids []int64
	err = d.Write(b.Context(), func(tx *db.Tx) error {
		ids = nil
		for r := range int64(50) {
			ids = append(ids, r+1)
			f[r+1] = consent.Family{Organisation: centre, Guardians: []int64{mother, father}}
			if err := answerFour(b.Context(), tx, s, r+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := d.Read(b.Context(), func(r *db.Reader) error {
			all, err := s.Look(b.Context(), r, ids, c.Now())
			for _, id := range ids {
				if err == nil && len(all.Allowed(id)) != 2 {
					b.Fatal(all.Allowed(id))
				}
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func answerFour(ctx context.Context, tx *db.Tx, s *consent.Service, record int64) error {
	for _, p := range []consent.Purpose{consent.Enrol, consent.Meals} {
		for _, g := range []int64{mother, father} {
			f, err := s.Form(ctx, tx, record, consent.For(p), i18n.EN, tx.Now())
			if err != nil {
				return err
			}
			_, err = s.Answer(ctx, tx, consent.Said{Record: record, Guardian: g, Matter: f.Matter, Given: true, Route: consent.Paper,
				Lang: i18n.EN, Hash: f.Hash()})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
