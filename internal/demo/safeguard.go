package demo

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/concern"
	"manyhands/internal/db"
	"manyhands/internal/safeguard"
)

// safeguarding is what the sample's lead has on the desk: emergencies, reports, a hold, an erasure.
func (b *builder) safeguarding() error {
	for _, step := range []func() error{b.erasure, b.emergencies, b.reports} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// lead returns a context in which the safeguarding lead of the network acts.
func (b *builder) lead() context.Context {
	return access.With(b.ctx, access.Actor{PersonID: b.staff[string(access.SafeguardingLead)], Roles: []access.Grant{{Role: access.SafeguardingLead}}})
}

// colleague returns a context in which a worker of an organisation acts who was assigned to nobody.
func (b *builder) colleague(email, org string) (ctx context.Context, err error) {
	err = b.DB.Read(b.ctx, func(r *db.Reader) error {
		p, err := b.People.PersonByEmail(b.ctx, r, email)
		ctx = access.With(b.ctx, access.Actor{PersonID: p.ID, Roles: []access.Grant{{Role: access.Worker, Organisation: b.orgs[org]}}})
		return err
	})
	return ctx, err
}

// erasure destroys the record of a child who was never enrolled, because the family asked, and keeps another
// from being destroyed.
func (b *builder) erasure() error {
	b.Clock.Set(b.now.Add(-40 * day))
	k, err := b.enrol(family{key: "gone", org: "linjia", name: "小客", age: 8, alerts: asked, sex: child.Girl, school: "河边小学", relation: "mother", proof: "household_register"}, 40)
	if err != nil {
		return err
	}
	b.Clock.Set(b.now.Add(-33 * day))
	return b.write(func(tx *db.Tx) error {
		if _, err := b.Safeguard.Erase(b.lead(), tx, k.record); err != nil {
			return err
		}
		return b.Safeguard.PutHold(b.lead(), tx, b.kept["shu"].record, "法院正在审理监护权，结案前不得销毁。")
	})
}

// emergencies are one that was reviewed and one that waits.
func (b *builder) emergencies() error {
	ctx, err := b.colleague("zhou.ning@example.org", "nightlight")
	if err != nil {
		return err
	}
	for _, x := range []struct {
		before      time.Duration
		key, reason string
		reviewed    bool
	}{
		{20 * day, "deng", "晚上七点没有人来接，负责的同事电话打不通，需要监护人的号码。", true},
		{26 * time.Hour, "qiao", "孩子发烧，要问家长有没有药物过敏。", false},
	} {
		b.Clock.Set(b.now.Add(-x.before))
		err := b.write(func(tx *db.Tx) error {
			g, err := b.Safeguard.Break(ctx, tx, b.kept[x.key].record, x.reason)
			if err != nil || !x.reviewed {
				return err
			}
			return b.Safeguard.Review(b.lead(), tx, g.ID, true, "已与同事和家长核实，情况属实，用时七分钟。")
		})
		if err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
		if x.before < safeguard.ReviewWithin {
			if _, err := b.Children.Open(ctx, b.kept[x.key].record, access.Safeguarding, access.Guardians, access.Alerts); err != nil {
				return err
			}
		}
	}
	return nil
}

// reports are one that an authority was told of, one about staff, and one that waits for a second person.
func (b *builder) reports() error {
	for i, x := range []struct {
		before time.Duration
		in     concern.Report
		after  func(ctx context.Context, tx *db.Tx, id int64) error
	}{
		{9 * day, concern.Report{What: "连续两周看到一个孩子晚上十点还在网吧门口，手臂上有淤青。", Where: "兰溪街道，晚上", Organisation: b.orgs["linjia"]}, func(ctx context.Context, tx *db.Tx, id int64) error {
			return b.Concerns.Tell(ctx, tx, id, concern.Step{Authority: "police", Told: tx.Now(), Reference: "接警单 0417", Words: "民警已到场，民政部门同时知悉。"})
		}},
		{4 * day, concern.Report{What: "有志愿者单独把孩子留在房间里，门是关着的。", Allegation: true, Organisation: b.orgs["nightlight"]}, nil},
		{2 * day, concern.Report{What: "孩子说不想回家，后来弄清楚是因为没写完作业。", Organisation: b.orgs["linjia"]}, func(ctx context.Context, tx *db.Tx, id int64) error {
			return b.Concerns.Close(ctx, tx, id, "和孩子、家长分别谈过，没有受到伤害的迹象。")
		}},
	} {
		b.Clock.Set(b.now.Add(-x.before))
		x.in.FormKey = fmt.Sprintf("demo-%d", i)
		if err := b.Concerns.Report(b.ctx, x.in); err != nil {
			return err
		}
		if x.after == nil {
			continue
		}
		b.Clock.Advance(20 * time.Minute)
		ctx := b.lead()
		err := b.write(func(tx *db.Tx) error {
			list, _, err := b.Concerns.List(ctx, tx, false, 0)
			if err != nil || len(list) == 0 {
				return err
			}
			return x.after(ctx, tx, list[0].ID)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
