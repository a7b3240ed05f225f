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
)

// family is a child of the sample with one guardian on paper. Nobody of them exists, and what they are
// called stands nowhere but in what is sealed.
type family struct {
	key, org string
	name     string
	age      int // in years, today
	sex      child.Sex
	alerts   child.Alerts
	school   string
	relation child.Relation
	proof    child.Proof
	yes      []consent.Purpose // what the guardian agreed to on paper
	no       []consent.Purpose
	active   bool
}

var (
	usual = []consent.Purpose{consent.Enrol, consent.Meals, consent.FirstAid, consent.Collection, consent.Statistics}
	asked = child.Alerts{Allergies: child.None}
)

var families = []family{
	{"he", "linjia", "小禾", 9, child.Girl, child.Alerts{Allergies: child.Listed, Allergy: "花生、腰果，碰到也不行", Medicine: "肾上腺素笔，在前台第一个抽屉", Emergency: "先打 120，再打奶奶的电话"},
		"河边小学", "grandmother", "household_register", append(usual, consent.Medical), nil, true},
	{"man", "linjia", "小满", 10, child.Boy, asked, "河边小学", "mother", "household_register", usual, []consent.Purpose{consent.PhotosPublic}, true},
	{"xue", "linjia", "小雪", 13, child.Girl, asked, "河边中学", "mother", "household_register", append(usual, consent.WalkingHome), nil, true},
	{"shu", "linjia", "小树", 11, child.Boy, child.Alerts{}, "河边小学", "grandfather", "committee", usual, nil, true},
	{"yu", "linjia", "小雨", 8, child.Girl, child.Alerts{}, "", "aunt", child.NotProven, nil, nil, false},
	{"shi", "linjia", "小石", 11, child.Boy, asked, "河边小学", "father", "household_register", nil, []consent.Purpose{consent.Enrol}, false},
	{"xing", "linjia", "小星", 10, child.Girl, asked, "河边小学", "mother", "household_register", append(usual, consent.PhotosInternal), nil, true},
	{"xi", "linjia", "小溪", 14, child.Boy, asked, "河边中学", "grandmother", "household_register", usual, nil, true},
	{"zhu", "linjia", "小竹", 11, child.Boy, asked, "河边小学", "father", "household_register", usual, nil, true},
	{"mai", "linjia", "小麦", 10, child.Girl, child.Alerts{Allergies: child.Listed, Allergy: "鸡蛋"}, "河边小学", "mother", "birth_certificate", usual, nil, true},
	{"ye", "linjia", "小叶", 9, child.Boy, asked, "河边小学", "grandmother", "household_register", usual, nil, true},
	{"feng", "linjia", "小枫", 12, child.Girl, asked, "河边小学", "foster", "civil_affairs", usual, nil, true},
	{"deng", "nightlight", "小灯", 11, child.Boy, asked, "虹口小学", "mother", "household_register", usual, nil, true},
	{"qiao", "nightlight", "小桥", 10, child.Girl, child.Alerts{Allergies: child.Listed, Allergy: "牛奶"}, "虹口小学", "father", "household_register", usual, nil, true},
}

// kept is a family whose record stands.
type kept struct {
	family
	record   int64
	guardian int64
}

// childrenOfWorkers enrols the sample's children on paper and tells what happened to them since.
func (b *builder) childrenOfWorkers() error {
	then := b.Clock.Now()
	defer func() { b.Clock.Set(then) }()
	b.Clock.Set(b.now.Add(-60 * day))
	all := map[string]kept{}
	for i, f := range families {
		b.Clock.Advance(5 * time.Hour)
		k, err := b.enrol(f, i)
		if err != nil {
			return fmt.Errorf("%s: %w", f.key, err)
		}
		all[f.key] = k
	}
	b.kept = all
	for _, step := range []func(map[string]kept) error{b.evenings, b.households, b.referrals, b.lately} {
		if err := step(all); err != nil {
			return err
		}
	}
	return nil
}

// acting returns a context in which somebody of the sample's staff acts at places.
func (b *builder) acting(role access.Role, orgs ...string) context.Context {
	a := access.Actor{PersonID: b.staff[string(role)]}
	for _, o := range orgs {
		a.Roles = append(a.Roles, access.Grant{Role: role, Organisation: b.orgs[o]})
	}
	return access.With(b.ctx, a)
}

func (b *builder) worker() context.Context { return b.acting(access.Worker, "linjia", "nightlight") }

func (b *builder) supervisor() context.Context { return b.acting(access.Supervisor, "linjia") }

func (b *builder) enrol(f family, i int) (k kept, err error) {
	k.family = f
	ctx := b.worker()
	err = b.write(func(tx *db.Tx) error {
		r, err := b.Children.Enrol(ctx, tx, child.Enrolment{Organisation: b.orgs[f.org], Name: child.Name{Name: f.name}, Identity: child.Identity{Birth: b.now.AddDate(-f.age, -i%11, -i-1).Format(time.DateOnly), Sex: f.sex},
			Contact: child.Contact{Area: "兰溪街道", Address: fmt.Sprintf("示例路 %d 号", 10+i)}, Alerts: f.alerts, Education: child.Education{School: f.school},
			Guardians: []child.NewGuardian{{Who: child.Relative{Name: f.name + "家长", Phone: fmt.Sprintf("1380000%04d", 100+i), Relation: f.relation}, Authority: true, Proof: f.proof}}})
		k.record = r.ID
		return err
	})
	if err != nil {
		return k, err
	}
	o, err := b.Children.Open(ctx, k.record, access.Casework, access.Guardians)
	if err != nil {
		return k, err
	}
	k.guardian = o.Guardians[0].ID
	return k, b.write(func(tx *db.Tx) error {
		for _, p := range f.yes {
			if err := b.said(ctx, tx, k, consent.For(p), true); err != nil {
				return err
			}
		}
		for _, p := range f.no {
			if err := b.said(ctx, tx, k, consent.For(p), false); err != nil {
				return err
			}
		}
		if !f.active {
			return nil
		}
		return b.Children.Accept(ctx, tx, k.record)
	})
}

// said notes what a guardian answered on paper, so that it holds today.
func (b *builder) said(ctx context.Context, tx *db.Tx, k kept, m consent.Matter, given bool) error {
	form, err := b.Consents.Form(ctx, tx, k.record, m, i18n.ZH, tx.Now())
	if err != nil {
		return err
	}
	in := consent.Said{Record: k.record, Guardian: k.guardian, Matter: m, Given: given, Route: consent.Paper, Lang: i18n.ZH, Hash: form.Hash()}
	a, err := b.Children.Answer(ctx, tx, in)
	if err != nil || !given || a.Expires.After(b.now) {
		return err
	}
	in.From = a.Expires // the school year has ended since: they said yes to the next one as well
	_, err = b.Children.Answer(ctx, tx, in)
	return err
}

// evenings are the weeks after: notes, plans, who collects.
func (b *builder) evenings(all map[string]kept) error {
	ctx, s := b.worker(), b.Children
	b.Clock.Set(b.now.Add(-45 * day))
	return b.write(func(tx *db.Tx) error {
		for _, n := range []struct{ key, kind, text string }{
			{"he", "observation", "第一周来得很准时，吃饭前会自己看配料表。"}, {"man", "talk", "说想学画画，周六美术课还有位置。"},
			{"shu", "family", "爷爷腿脚不便，下雨天由邻居送来。"}, {"xing", "school", "乘法口诀背到七。"},
		} {
			if _, err := s.AddNote(ctx, tx, all[n.key].record, access.Casework, child.NoteKind(n.kind), n.text); err != nil {
				return err
			}
		}
		if err := s.Change(ctx, tx, all["he"].record, access.Casework, 0, child.Plan{Goal: "期末前能独立读完一本书。", Steps: []string{"每周二、四陪读二十分钟", "月底和奶奶通一次电话"}, Review: b.now.Add(30 * day).Format(time.DateOnly)}); err != nil {
			return err
		}
		if err := s.Change(ctx, tx, all["he"].record, access.Health, 0, child.Health{Conditions: "哮喘，冬天较重。", Medicines: "吸入剂，书包侧袋。", Doctor: "社区卫生服务中心"}); err != nil {
			return err
		}
		for _, c := range []struct {
			key string
			in  child.NewCollector
		}{
			{"he", child.NewCollector{Who: child.Relative{Name: "示例姑姑", Phone: "13800000201", Relation: "aunt"}, Until: b.now.Add(120 * day)}},
			{"man", child.NewCollector{Who: child.Relative{Name: "示例邻居", Phone: "13800000202", Relation: "neighbour"}, Until: b.now.Add(20 * day)}},
			{"shu", child.NewCollector{Who: child.Relative{Name: "示例某人", Relation: "other", Remark: "法院裁定，见文书。"}, Forbidden: true}},
		} {
			if _, err := s.AddCollector(ctx, tx, all[c.key].record, access.Care, c.in); err != nil {
				return err
			}
		}
		return nil
	})
}

// households are siblings, guardians who disagree, and a consent that was taken back.
func (b *builder) households(all map[string]kept) error {
	ctx, s := b.worker(), b.Children
	b.Clock.Set(b.now.Add(-30 * day))
	return b.write(func(tx *db.Tx) error {
		if err := s.Join(ctx, tx, all["man"].record, all["xue"].record); err != nil {
			return err
		}
		father, err := s.AddGuardian(ctx, tx, all["xing"].record, access.Casework, child.NewGuardian{Who: child.Relative{Name: "小星爸爸", Phone: "13800000210", Relation: "father"},
			Authority: true, Proof: "household_register"})
		if err != nil {
			return err
		}
		if err := b.said(ctx, tx, kept{record: all["xing"].record, guardian: father}, consent.For(consent.PhotosInternal), false); err != nil {
			return err
		}
		m := all["mai"]
		return s.Withdraw(ctx, tx, consent.Taken{Record: m.record, Guardian: m.guardian, Matter: consent.For(consent.Collection), Route: consent.Phone})
	})
}

// referrals are one in each state, one of them without consent by a lead's decision.
func (b *builder) referrals(all map[string]kept) error {
	b.Clock.Set(b.now.Add(-12 * day))
	ctx, s, lead := b.worker(), b.Children, b.acting(access.SafeguardingLead, "linjia")
	refer := func(tx *db.Tx, key, to string, kind child.ReferralKind, reason string, agreed bool) (int64, error) {
		m := consent.Matter{Purpose: consent.SharePartner, About: b.orgs[to]}
		if agreed {
			if err := b.said(ctx, tx, all[key], m, true); err != nil {
				return 0, err
			}
		} else if _, err := s.Override(lead, tx, consent.Overriding{Record: all[key].record, Matter: m, Ground: consent.Life, Until: tx.Now().Add(consent.LongestOverride),
			Reason: "监护人三天联系不上，孩子今晚没有人照看。"}); err != nil {
			return 0, err
		}
		return s.Refer(ctx, tx, child.NewReferral{Record: all[key].record, Kind: kind, To: b.orgs[to], Reason: reason})
	}
	err := b.write(func(tx *db.Tx) error {
		for _, x := range []struct {
			key, to string
			kind    child.ReferralKind
			reason  string
			steps   []child.ReferralState
		}{
			{"zhu", "nightlight", child.ReferralOut, "请周一到周五留一个晚读的位置。", nil},
			{"mai", "nightlight", child.ReferralOut, "请每周三次陪读，妈妈上夜班。", []child.ReferralState{child.Accepted}},
			{"ye", "nightlight", child.ReferralOut, "请安排周末的热饭。", []child.ReferralState{child.Rejected}},
			{"feng", "nightlight", child.TransferOut, "已随寄养家庭搬到虹口，请接过档案。", []child.ReferralState{child.Accepted, child.Done}},
			{"man", "nightlight", child.ReferralOut, "请借一套画具。", []child.ReferralState{child.Revoked}},
			{"deng", "linjia", child.ReferralOut, "周六美术课能否多收一个孩子？", nil},
			{"qiao", "linjia", child.ReferralOut, "搬到普陀，请安排放学后的晚饭。", []child.ReferralState{child.Accepted}},
		} {
			id, err := refer(tx, x.key, x.to, x.kind, x.reason, true)
			if err != nil {
				return fmt.Errorf("%s: %w", x.key, err)
			}
			for _, to := range x.steps {
				if err := b.take(tx, id, to); err != nil {
					return fmt.Errorf("%s: %w", x.key, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.Clock.Set(b.now.Add(-20 * time.Hour))
	return b.write(func(tx *db.Tx) error {
		_, err := refer(tx, "xue", "nightlight", child.ReferralOut, "今晚起请照看三天，家里暂时没有大人。", false)
		return err
	})
}

func (b *builder) take(tx *db.Tx, referral int64, to child.ReferralState) error {
	if to == child.Revoked {
		return b.Children.Revoke(b.worker(), tx, referral)
	}
	answer := ""
	if to == child.Rejected {
		answer = "周末厨房不开，下个月可以再问。"
	}
	return b.Children.Take(b.worker(), tx, referral, to, answer)
}

// lately is what happened today: a child who leaves, a child who is assigned, a note that can still be
// changed.
func (b *builder) lately(all map[string]kept) error {
	b.Clock.Set(b.now.Add(-3 * time.Hour))
	return b.write(func(tx *db.Tx) error {
		if err := b.Children.End(b.supervisor(), tx, all["xi"].record, access.Casework); err != nil {
			return err
		}
		if _, err := b.Children.Assign(b.supervisor(), tx, all["qiao"].record, b.staff[string(access.Worker)], time.Time{}); err != nil {
			return err
		}
		_, err := b.Children.AddNote(b.worker(), tx, all["he"].record, access.Care, "observation", "今天把一本绘本读完了，很高兴。")
		return err
	})
}
