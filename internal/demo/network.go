package demo

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/programme/creditcode"
)

func text(t tx) i18n.Text { return i18n.Text{ZH: t.zh, EN: t.en} }

func (b *builder) people() error {
	b.staff = map[string]int64{}
	return b.write(func(tx *db.Tx) error {
		for _, s := range Staff() {
			if people.WithChildren(access.Role(s.Role)) {
				continue // see careTeam
			}
			p, err := b.People.EnsurePerson(b.ctx, tx, s.Email, b.called(s.Email))
			if err != nil {
				return err
			}
			b.staff[s.Role] = p.ID
			if _, err := b.People.Appoint(b.ctx, tx, people.Appointment{PersonID: p.ID, Role: access.Role(s.Role), Starts: tx.Now()}); err != nil {
				return err
			}
		}
		_, err := b.People.EnsurePerson(b.ctx, tx, Giver, b.called(Giver))
		return err
	})
}

func (b *builder) organisations() error {
	return b.write(func(tx *db.Tx) error {
		for i, o := range organisations {
			code, err := creditcode.Make(registry(o.kind), fmt.Sprintf("5000%04d", 1200+37*i))
			if err != nil {
				return err
			}
			in := programme.OrganisationInput{Kind: o.kind, Name: text(o.name), About: text(o.about), CreditCode: code, Place: text(o.place)}
			made, err := programme.CreateOrganisation(b.ctx, tx, in, b.staff[string(access.Coordinator)])
			if err != nil {
				return fmt.Errorf("%s: %w", o.key, err)
			}
			if err := b.admit(tx, o.key, made, o.about, apply.Accepted); err != nil {
				return fmt.Errorf("%s: %w", o.key, err)
			}
			if o.certified {
				if err := b.certify(tx, made.ID, o.certDaysAhead); err != nil {
					return fmt.Errorf("%s: %w", o.key, err)
				}
			}
			b.orgs[o.key] = made.ID
		}
		return nil
	})
}

// registry is the beginning of a credit code: who registers such a body, and where.
func registry(kind string) string {
	switch kind {
	case "charity":
		return "53310000"
	case "centre", "school", "hospital":
		return "52310000"
	case "government":
		return "12510000"
	}
	return "91310000"
}

const day = 24 * time.Hour

func (b *builder) programmesAndChecks() error {
	for i, x := range programmes {
		b.Clock.Advance(time.Duration(2+i%5) * time.Hour)
		if err := b.publish(x); err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
	}
	return nil
}

// publish makes a programme, has it checked and shows it.
func (b *builder) publish(x programmeItem) error {
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	return b.write(func(tx *db.Tx) error {
		p, err := programme.CreateProgramme(b.ctx, tx, b.orgs[x.of], programme.ProgrammeInput{Theme: x.theme, Name: text(x.name), Summary: text(x.summary), Place: text(x.place)}, b.staff[string(access.Coordinator)])
		if err != nil {
			return err
		}
		b.programmes[x.key] = p.ID
		for _, step := range programme.Steps() {
			if err := programme.Verify(b.ctx, tx, nobody, p.ID, programme.VerifyInput{Step: step, Note: text(checkNotes[step])}, b.staff[string(access.Verifier)]); err != nil {
				return err
			}
		}
		return programme.PublishProgramme(b.ctx, tx, p.ID, b.staff[string(access.Verifier)])
	})
}

func (b *builder) funds() error {
	return b.write(func(tx *db.Tx) error {
		f, err := giving.OpenFund(b.ctx, tx, giving.FundInput{Name: i18n.Text{ZH: "网络儿童公共基金", EN: "Children's common fund"}})
		b.fallback = f.ID
		return err
	})
}
