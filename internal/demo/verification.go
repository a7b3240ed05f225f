package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/programme/creditcode"
)

// applicants are organisations that are on their way into the network, one in each state.
var applicants = []struct {
	key, kind string
	name      tx
	place     tx
	about     tx
	state     apply.State
}{
	{"morning", "centre", tx{"晨读社区书房", "Morning Reading Room"}, tx{"上海 宝山", "Baoshan, Shanghai"}, tx{"清早开门，等着上学的孩子来读书。", "Opens early for children on their way to school."}, apply.Draft},
	{"ferry", "charity", tx{"渡口儿童服务社", "Ferry Landing Children's Service"}, tx{"江苏 镇江", "Zhenjiang, Jiangsu"}, tx{"陪跑船人家的孩子放学。", "Looks after the children of boat families after school."}, apply.HandedIn},
	{"orchard", "shop", tx{"果园食堂", "Orchard Kitchen"}, tx{"上海 嘉定", "Jiading, Shanghai"}, tx{"愿意每天供二十份热饭。", "Offers twenty hot meals a day."}, apply.Returned},
	{"swallow", "charity", tx{"燕归公益中心", "Swallows' Return"}, tx{"安徽 六安", "Lu'an, Anhui"}, tx{"给留守的孩子一个周末能去的地方。", "Gives children who stayed behind a place for the weekend."}, apply.Second},
	{"paper", "centre", tx{"纸船美育工作室", "Paper Boat Art Studio"}, tx{"上海 闵行", "Minhang, Shanghai"}, tx{"周末带孩子做纸、印画。", "Makes paper and prints with children at weekends."}, apply.Accepted},
}

// papersOf are the papers that a kind of organisation has to hand in.
func papersOf(kind string) []checklist.Requirement {
	var out []checklist.Requirement
	for _, r := range checklist.Requirements(checklist.Organisation, kind) {
		if !r.Optional && !r.Found() {
			out = append(out, r)
		}
	}
	return out
}

// scan is what every document of the sample network looks like: a sheet with a frame.
func scan() []byte {
	sheet := image.NewGray(image.Rect(0, 0, 210, 297))
	for y := range 297 {
		for x := range 210 {
			shade := uint8(250)
			if min(x, y, 209-x, 296-y) == 12 || (y%18 == 0 && y > 60 && y < 240 && x > 30 && x < 180) {
				shade = 120
			}
			sheet.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, sheet) // a buffer takes everything
	return b.Bytes()
}

// verifiers makes the second verifier and returns both.
func (b *builder) verifiers(t *db.Tx) (one, two int64, err error) {
	p, err := b.People.EnsurePerson(b.ctx, t, secondVerifier, b.called(secondVerifier))
	if err != nil {
		return 0, 0, err
	}
	held, err := b.People.AppointmentsOf(b.ctx, t, p.ID, t.Now())
	if err == nil && len(held) == 0 {
		_, err = b.People.Appoint(b.ctx, t, people.Appointment{PersonID: p.ID, Role: access.Verifier, Starts: t.Now()})
	}
	return b.staff[string(access.Verifier)], p.ID, err
}

// admit brings an organisation into the network on the way that every organisation goes. key names it in
// the sample, and its head's address.
func (b *builder) admit(t *db.Tx, key string, o programme.Organisation, about tx, until apply.State) error {
	one, two, err := b.verifiers(t)
	if err != nil {
		return err
	}
	head, err := b.People.EnsurePerson(b.ctx, t, addressOf(key), b.pick(tx{o.Name.ZH + "负责人", "Head of " + o.Name.EN}))
	if err != nil {
		return err
	}
	if err := b.Apply.Open(b.ctx, t, o.ID, head.ID); err != nil {
		return err
	}
	if until == apply.Draft {
		return nil
	}
	if err := b.writeApplication(t, o, about, head); err != nil {
		return err
	}
	if err := b.Apply.HandIn(b.ctx, t, o.ID, head.ID); err != nil {
		return err
	}
	return b.judge(t, o, until, one, two)
}

// writeApplication writes the application of an organisation, with every paper that is asked of it.
func (b *builder) writeApplication(t *db.Tx, o programme.Organisation, about tx, head people.Person) error {
	by := head.ID
	if err := b.Apply.Save(b.ctx, t, o.ID, o.Input(), text(about), by); err != nil {
		return err
	}
	if err := b.Apply.SetAccount(b.ctx, t, o.ID, fmt.Sprintf("62220210%011d", o.ID%100_000_000_000), by); err != nil {
		return err
	}
	for _, post := range []string{"head", "safeguarding"} {
		if err := b.Apply.AddPerson(b.ctx, t, o.ID, head.Email, "", post, by); err != nil {
			return err
		}
	}
	for _, r := range papersOf(o.Kind) {
		if err := b.paper(t, o, r, checklist.Evidence{}, by); err != nil {
			return fmt.Errorf("%s: %w", r.Code, err)
		}
	}
	return nil
}

func (b *builder) paper(t *db.Tx, o programme.Organisation, r checklist.Requirement, e checklist.Evidence, by int64) error {
	if r.Reference == checklist.Required && e.Reference == "" {
		e.Reference = o.CreditCode[:8] + "-" + o.CreditCode[12:]
	}
	if r.Until == checklist.Required && e.Until.IsZero() {
		e.Until = b.now.Add(700 * day)
	}
	return b.Apply.HandInPaper(b.ctx, t, o.ID, r.Code, e, blob.Upload{Name: "scan.png", Bytes: scan(), By: by}, by)
}

// judge has the verifiers look at an application until it stands where the story wants it.
func (b *builder) judge(t *db.Tx, o programme.Organisation, until apply.State, one, two int64) error {
	if until == apply.HandedIn {
		return nil
	}
	for _, r := range papersOf(o.Kind) {
		d := checklist.Decision{Verdict: checklist.Accept}
		if until == apply.Returned && r.Code == "business_licence" {
			d = checklist.Decision{Verdict: checklist.Refuse, Reason: "unreadable", Note: "右下角的登记机关印章看不清，请重新拍照。"}
		}
		if err := b.accept(t, o.ID, r.Code, d, one, two); err != nil {
			return err
		}
	}
	if until == apply.Returned {
		return b.Apply.Return(b.ctx, t, o.ID, "其他材料都已通过，只差营业执照。", one)
	}
	if err := b.Apply.RecordItem(b.ctx, t, o.ID, "representative", checklist.Evidence{}, one); err != nil {
		return err
	}
	for _, by := range []int64{one, two} {
		if _, err := b.Apply.Approve(b.ctx, t, o.ID, by); err != nil || until == apply.Second {
			return err
		}
	}
	return nil
}

// accept has what waits for a word under a code decided, by two people where that is asked.
func (b *builder) accept(t *db.Tx, organisation int64, code string, d checklist.Decision, one, two int64) error {
	for _, by := range []int64{one, two} {
		v, err := b.Apply.View(b.ctx, t, organisation)
		if err != nil {
			return err
		}
		for _, i := range v.Items {
			if i.Code != code || i.Open.ID == 0 {
				continue
			}
			if err := b.Apply.DecideItem(b.ctx, t, organisation, i.Open.ID, d, by); err != nil {
				return err
			}
		}
	}
	return nil
}

// certify hands in the public-fundraising certificate of an organisation that has one, and has it accepted.
// One of them is about to run out.
func (b *builder) certify(t *db.Tx, organisation int64, daysAhead int) error {
	return b.again(t, organisation, "fundraising", checklist.Evidence{Until: b.now.Add(time.Duration(daysAhead) * day).Truncate(day)})
}

// again hands a paper in after an organisation was accepted, and has it accepted.
func (b *builder) again(t *db.Tx, organisation int64, code string, e checklist.Evidence) error {
	one, two, err := b.verifiers(t)
	if err != nil {
		return err
	}
	v, err := b.Apply.View(b.ctx, t, organisation)
	if err != nil {
		return err
	}
	want, _ := checklist.Find(checklist.Organisation, code)
	if err := b.paper(t, v.Organisation, want, e, v.Application.By); err != nil {
		return fmt.Errorf("%s: %w", code, err)
	}
	return b.accept(t, organisation, code, checklist.Decision{Verdict: checklist.Accept}, one, two)
}

// renew has every organisation renew what would run out: who signs, and its child protection policy.
func (b *builder) renew() error {
	for _, x := range organisations {
		err := b.write(func(t *db.Tx) error {
			one, _, err := b.verifiers(t)
			if err != nil {
				return err
			}
			if err := b.Apply.RecordItem(b.ctx, t, b.orgs[x.key], "representative", checklist.Evidence{}, one); err != nil {
				return err
			}
			policy := func(r checklist.Requirement) bool { return r.Code == "child_protection" }
			if !slices.ContainsFunc(papersOf(x.kind), policy) {
				return nil
			}
			return b.again(t, b.orgs[x.key], "child_protection", checklist.Evidence{})
		})
		if err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
	}
	return nil
}

// applications adds the organisations that are on their way, and one that was suspended.
func (b *builder) applications() error {
	for n, x := range applicants {
		err := b.write(func(t *db.Tx) error {
			code, err := creditcode.Make(registry(x.kind), fmt.Sprintf("6100%04d", 2100+41*n))
			if err != nil {
				return err
			}
			o, err := programme.CreateOrganisation(b.ctx, t, programme.OrganisationInput{Kind: x.kind, Name: text(x.name), About: text(x.about), CreditCode: code, Place: text(x.place)}, 0)
			if err != nil {
				return err
			}
			if err := b.admit(t, x.key, o, x.about, x.state); err != nil || x.key != "paper" {
				return err
			}
			return b.Apply.Suspend(b.ctx, t, o.ID, "certificate", "登记证书上的地址已经换了单位，等待机构说明。", b.staff[string(access.Verifier)])
		})
		if err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
		b.Clock.Advance(7 * time.Minute)
	}
	return nil
}
