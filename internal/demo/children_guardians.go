package demo

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people/signin"
)

// familyCode is the one of the sample's guardians: the console says it beside their links.
const familyCode = "48291517"

// childrenOfGuardians has two guardians do on the website what guardians do.
func (b *builder) childrenOfGuardians() error {
	then := b.Clock.Now()
	defer func() { b.Clock.Set(then) }()
	var mother, father int64
	err := b.write(func(tx *db.Tx) error {
		for email, id := range map[string]*int64{Guardian: &mother, otherGuardian: &father} {
			p, err := b.People.EnsurePerson(b.ctx, tx, email, b.called(email))
			if err != nil {
				return err
			}
			*id = p.ID
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, person := range []int64{mother, father} {
		n := signin.Session{PersonID: person, Way: signin.ByConsole, Proven: b.Clock.Now()}
		if err := b.SignIn.SetFamily(b.ctx, n, familyCode, "", time.Time{}); err != nil {
			return fmt.Errorf("family code: %w", err)
		}
	}
	record, err := b.enrolledBy(mother, father)
	if err != nil {
		return fmt.Errorf("enrolled: %w", err)
	}
	if err := b.guardiansYear(mother, father, record); err != nil {
		return fmt.Errorf("since then: %w", err)
	}
	if err := b.door(mother, record); err != nil {
		return fmt.Errorf("going home: %w", err)
	}
	if err := b.halfEnrolled(mother); err != nil {
		return fmt.Errorf("half enrolled: %w", err)
	}
	return nil
}

// by returns a context in which a guardian acts.
func (b *builder) by(person int64) context.Context {
	return access.With(b.ctx, access.Actor{PersonID: person})
}

// enrolledBy has the mother enrol a child almost a year ago, and a supervisor check both guardians.
func (b *builder) enrolledBy(mother, father int64) (record int64, err error) {
	b.Clock.Set(b.now.Add(-350 * day))
	err = b.write(func(tx *db.Tx) error {
		r, err := b.Children.Enrol(b.by(mother), tx, child.Enrolment{Organisation: b.orgs["linjia"], Name: child.Name{Name: "小苗", Other: "苗苗"},
			Identity: child.Identity{Birth: "2017-04-18", Sex: child.Girl}, Contact: child.Contact{Area: "兰溪街道", Address: "示例路 8 号"},
			Alerts:    child.Alerts{Allergies: child.Listed, Allergy: "虾、蟹", Watch: "跑急了会喘，坐下歇一会儿就好。"},
			Education: child.Education{School: "河边小学", Class: "三年级 2 班"},
			Guardians: []child.NewGuardian{{Who: child.Relative{Name: "苗苗妈妈", Phone: "13800000301", Relation: "mother"}, Authority: true}}})
		record = r.ID
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := b.answers(mother, record, true, consent.Enrol, consent.PhotosInternal); err != nil {
		return 0, err
	}
	ctx := b.supervisor()
	b.Clock.Advance(2 * day)
	o, err := b.Children.Open(ctx, record, access.Casework, access.Guardians)
	if err != nil {
		return 0, err
	}
	return record, b.write(func(tx *db.Tx) error {
		if err := b.Children.Prove(ctx, tx, record, o.Guardians[0].ID, "household_register"); err != nil {
			return err
		}
		_, err := b.Children.AddGuardian(ctx, tx, record, access.Casework, child.NewGuardian{Person: father, Authority: true, Proof: "household_register",
			Who: child.Relative{Name: "苗苗爸爸", Phone: "13800000302", Relation: "father"}})
		if err != nil {
			return err
		}
		return b.Children.Accept(ctx, tx, record)
	})
}

// guardiansYear is what happened since: answers for this school year, two guardians who see something
// differently, somebody who collects, looks by the worker, a wish that was granted and one that waits.
func (b *builder) guardiansYear(mother, father, record int64) error {
	b.Clock.Set(b.now.Add(-25 * day))
	err := b.write(func(tx *db.Tx) error {
		_, err := b.Children.Assign(b.supervisor(), tx, record, b.staff[string(access.Worker)], time.Time{})
		return err
	})
	if err != nil {
		return err
	}
	if err := b.answers(mother, record, true, consent.Enrol, consent.Meals, consent.FirstAid, consent.Collection, consent.Outings, consent.Statistics); err != nil {
		return err
	}
	if err := b.answers(mother, record, false, consent.PhotosPublic); err != nil {
		return err
	}
	if err := b.answers(father, record, false, consent.Outings); err != nil {
		return err
	}
	if _, err := b.Children.Open(b.worker(), record, access.Care, access.Name, access.Alerts, access.Collection); err != nil {
		return err
	}
	err = b.write(func(tx *db.Tx) error {
		_, err := b.Children.AddCollector(b.by(mother), tx, record, access.Guardian, child.NewCollector{Until: b.now.Add(60 * day),
			Who: child.Relative{Name: "示例外公", Phone: "13800000303", Relation: "grandfather"}})
		if err != nil {
			return err
		}
		id, err := b.Children.Ask(b.by(mother), tx, record, child.Correction, "班级写错了，现在是三年级 2 班。")
		if err != nil {
			return err
		}
		return b.Children.Decide(b.supervisor(), tx, id, access.Casework, true, "改好了，谢谢您告诉我们。")
	})
	if err != nil {
		return err
	}
	b.Clock.Set(b.now.Add(-20 * time.Hour))
	if _, err := b.Children.Open(b.worker(), record, access.Meals, access.Name, access.Alerts); err != nil {
		return err
	}
	return b.write(func(tx *db.Tx) error {
		own, err := b.Children.Mine(b.by(mother), tx, record)
		if err != nil {
			return err
		}
		if err := b.Children.AskConsent(b.worker(), tx, record, []int64{own}, []consent.Matter{consent.For(consent.TutoringOnline), consent.For(consent.Medical)}); err != nil {
			return err
		}
		_, err = b.Children.Ask(b.by(mother), tx, record, child.Copy, "下次来的时候给我就行。")
		return err
	})
}

// halfEnrolled is a record that the mother has begun and not finished.
func (b *builder) halfEnrolled(mother int64) error {
	b.Clock.Set(b.now.Add(-2 * time.Hour))
	var record int64
	err := b.write(func(tx *db.Tx) error {
		r, err := b.Children.Enrol(b.by(mother), tx, child.Enrolment{Organisation: b.orgs["nightlight"], Name: child.Name{Name: "小舟"},
			Identity: child.Identity{Birth: "2019-09-02", Sex: child.Boy}, Contact: child.Contact{Area: "兰溪街道"},
			Guardians: []child.NewGuardian{{Who: child.Relative{Name: "小舟妈妈", Phone: "13800000301", Relation: "mother"}, Authority: true}}})
		record = r.ID
		return err
	})
	if err != nil {
		return err
	}
	return b.answers(mother, record, true, consent.Enrol)
}

// answers has a guardian answer questions on the website; a yes that would have ended by now is given for
// the school year after as well.
func (b *builder) answers(person, record int64, given bool, purposes ...consent.Purpose) error {
	ctx := b.by(person)
	return b.write(func(tx *db.Tx) error {
		guardian, err := b.Children.Mine(ctx, tx, record)
		if err != nil {
			return err
		}
		for _, p := range purposes {
			form, err := b.Consents.Form(ctx, tx, record, consent.For(p), i18n.ZH, tx.Now())
			if err != nil {
				return err
			}
			said := consent.Said{Record: record, Guardian: guardian, Matter: consent.For(p), Given: given, Route: consent.Website, Lang: i18n.ZH, Hash: form.Hash()}
			a, err := b.Children.Answer(ctx, tx, said)
			if err != nil {
				return err
			}
			if said.From = a.Expires; given && !a.Expires.After(b.now) {
				if _, err := b.Children.Answer(ctx, tx, said); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
