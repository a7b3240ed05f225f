package child_test

import (
	"context"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/vault/vaulttest"
)

// BenchmarkPage opens fifty records with three groups each, as a page of a worker does: decisions for
// each field group, the trail, and what is sealed.
func BenchmarkPage(b *testing.B) {
	d, _ := dbtest.SQLite(b)
	v := vaulttest.Open(b, d)
	consents, err := consent.New(child.Families{}, names{}, v, i18n.DefaultZone())
	if err != nil {
		b.Fatal(err)
	}
	s := child.New(d, child.Options{Vault: v, Blobs: blob.New(v), Consents: consents, People: persons{}, Names: names{}, Zone: i18n.DefaultZone()})
	ctx := access.With(b.Context(), access.Actor{PersonID: worker, Roles: grants[worker]})
	var ids []int64
	for range 50 {
		in := enrolment()
		in.Sure = true
		err := d.Write(ctx, func(tx *db.Tx) error { return enrolOne(ctx, tx, s, consents, in, &ids) })
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		all, err := s.OpenAll(ctx, ids, access.Care, access.Name, access.Alerts, access.Collection)
		if err != nil || len(all) != 50 || all[49].Name.Name == "" {
			b.Fatal(len(all), err)
		}
	}
}

func enrolOne(ctx context.Context, tx *db.Tx, s *child.Service, consents *consent.Service, in child.Enrolment, ids *[]int64) error {
	r, err := s.Enrol(ctx, tx, in)
	if err != nil {
		return err
	}
	families, err := child.Families{}.Families(ctx, tx, []int64{r.ID}, tx.Now())
	if err != nil {
		return err
	}
	f, err := consents.Form(ctx, tx, r.ID, consent.For(consent.Enrol), i18n.ZH, tx.Now())
	if err != nil {
		return err
	}
	_, err = s.Answer(ctx, tx, consent.Said{Record: r.ID, Guardian: families[r.ID].Guardians[0], Matter: f.Matter, Given: true,
		Route: consent.Paper, Lang: i18n.ZH, Hash: f.Hash()})
	if err != nil {
		return err
	}
	*ids = append(*ids, r.ID)
	return s.Accept(ctx, tx, r.ID)
}
