package childdesk_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
)

// paper is what stands on a sheet that a worker types.
func paper() url.Values {
	return url.Values{"name": {"测·𠮷"}, "birth": {"2016-03-09"}, "sex": {"f"}, "number_kind": {"resident_id"}, "number": {""}, "allergies": {"none"},
		"guardian_name": {"测奶奶"}, "relation": {"grandmother"}, "phone": {"１３８ ００００ ００００"}}
}

// TestOnPaper takes a child down from paper, sees the proof, notes the answer and takes the child up.
func TestOnPaper(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	w := h.visitor(worker).Get("/desk/children/new").Status(200)
	bad := paper()
	bad["number"], bad["birth"], bad["name"] = []string{"11010519491231002Ｘ"}, []string{"2016-02-30"}, []string{"<b>"}
	w.Submit("#enrol-form", bad).Status(422).Contains("The name holds a character", "Enter a date")
	bad = paper()
	bad["number"] = []string{"110105194912310021"}
	w.Submit("#enrol-form", bad).Status(422).Contains("The last character does not fit")
	bad = paper()
	bad["number_kind"], bad["phone"] = []string{""}, []string{""}
	w.Submit("#enrol-form", bad).Status(422).Contains("at least one guardian who can be reached")
	good := paper()
	good["number_kind"] = []string{""}
	w.Submit("#enrol-form", good).Status(303)
	record := w.Response.Header.Get("Location")
	w.Follow().Status(200).Contains("测·𠮷", "This record is being filled in")
	w.Post(record+"/accept", nil).Status(403).Contains("Nobody has seen proof")
	w.Get(record+"/guardians").Submit("form[action$=prove]", url.Values{"proof": {""}})
	w.Status(422)
	kind, body := multipartProof("household_register", picture())
	w.Get(record + "/guardians")
	w.PostBody(w.Must("form[action$=prove]").AttrOr("action", ""), kind, body).Status(303)
	w.Get(record+"/guardians").Contains("Household register", "The paper")
	w.Submit("form[action$=invite]", nil).Status(200)
	code := w.Text("#invitation")
	if len(code) < 12 {
		t.Errorf("the code is %q", code)
	}
	w.Get(record + "/guardians").Lacks(code)
	w.Post(record+"/accept", nil).Status(403).Contains("The guardians have not agreed")
	w.Get(record+"/consents/enrol/print").Status(200).Contains("Signature", "☐").Lacks("测")
	w.Get(record + "/consents/enrol?words=zh").Status(200)
	w.Submit("#answer-form", url.Values{"said": {"yes"}, "route": {"paper"}}).Status(303)
	w.Get(record+"/consents/enrol").Contains("Agreed", "On a signed sheet")
	w.Post(record+"/accept", nil).RedirectsTo(record)
	w.Follow().Contains("Active").Lacks("being filled in")
	again := paper()
	again["number_kind"] = []string{""}
	w.Get("/desk/children/new").Submit("#enrol-form", again).Status(409).Contains("a child of the same name and birthday")
	w.Submit("#enrol-form", url.Values{"sure": {"1"}}).Status(303)
}

func multipartProof(proof string, data []byte) (contentType, body string) {
	kind, body := multipartOf("", "p.png", data)
	return kind, strings.Replace(body, "name=\"title\"\r\n\r\n", "name=\"proof\"\r\n\r\n"+proof, 1)
}

// TestWordsThatChanged has the words of a consent change while a worker reads them aloud.
func TestWordsThatChanged(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker).Get(at(r.ID, "casework", "consents", "meals"))
	w.Submit("#answer-form", url.Values{"said": {"yes"}, "route": {"phone"}, "hash": {strings.Repeat("0", 64)}}).Status(409).Contains("words on this page have just changed")
	w.Submit("#answer-form", nil).Status(422).Contains("Fill this in") // what they answered to other words is not an answer
	w.Submit("#answer-form", url.Values{"said": {"yes"}}).Status(303)
}

// TestAskAndTakeBack asks a family, notes a yes by telephone and takes it back.
func TestAskAndTakeBack(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	page := at(r.ID, "casework", "consents")
	w := h.visitor(worker).Get(page)
	w.Submit("#ask-form", nil).Status(422).Contains("Choose at least one")
	w.Get(page).Submit("#ask-form", url.Values{"matter": {"meals", "outings"}}).RedirectsTo(page)
	w.Follow().Contains("Waiting for an answer")
	w.Get(page+"/meals").Submit("#answer-form", url.Values{"said": {"yes"}, "route": {"phone"}}).RedirectsTo(page + "/meals")
	w.Follow().Contains("Agreed", "By telephone. Noted by P901.")
	w.Submit("#withdraw-form", url.Values{"route": {"phone"}}).RedirectsTo(page + "/meals")
	w.Follow().Contains("Taken back").Lacks("withdraw-form")
	w.Get(page + "/nonsense").Status(404)
	w.Get(page + "/share_partner").Status(404)
	w.Get(page + "/share_partner?about=%00").Status(404)
	w.Get(page + "/share_partner?about=" + clock.FormatID(77)).Status(404)
	w.Get(page + "/share_partner?about=" + clock.FormatID(clinic)).Status(200).Contains("asking another organisation to help: Clinic")
}

// TestAssigning gives a child to a colleague and takes it back, which counts from the next request on.
func TestAssigning(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	c := h.visitor(colleague)
	c.Get(at(r.ID, "care")).Status(404)
	h.visitor(worker).Get(at(r.ID, "casework", "workers")).Status(403)
	b := h.visitor(boss).Get(at(r.ID, "casework", "workers")).Contains("P901")
	b.Submit("#assign-form", url.Values{"person": {clock.FormatID(nobody)}}).Status(422).Contains("may work with children")
	b.Submit("#assign-form", url.Values{"person": {clock.FormatID(colleague)}, "until": {"2020-01-01"}}).Status(422)
	b.Submit("#assign-form", url.Values{"person": {clock.FormatID(colleague)}, "until": {""}}).Status(303)
	c.Get(at(r.ID, "care")).Status(200).Contains(secret + "苗")
	b.Follow().Submit("li:has(b:contains(P902)) form", nil).Status(303)
	c.Get(at(r.ID, "care")).Status(404)
}

// TestReferral follows a child from one organisation to another: refused without consent, asked, sent,
// accepted, closed by a consent that is taken back, and done.
func TestReferral(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w, k := h.visitor(worker), h.visitor(clinicBoss)
	page := at(r.ID, "referral", "handover")
	send := url.Values{"to": {clock.FormatID(clinic)}, "kind": {"referral"}, "reason": {secret + "请帮忙"}}
	w.Get(page).Submit("#refer-form", send).Status(403).Contains("have not agreed to this yet", "Ask the guardians first", secret+"请帮忙")
	k.Get("/desk/children/received").Contains("Nothing here")
	w.Click("a[href*='consents/share_partner']").Status(200).Submit("#answer-form", url.Values{"said": {"yes"}, "route": {"in_person"}}).Status(303)
	w.Get(page).Submit("#refer-form", send).RedirectsTo(page)
	w.Follow().Contains("Waiting for an answer")
	w.Submit("#refer-form", send).Status(409).Contains("in hand already")
	before := len(h.looks(r.ID))
	k.Get("/desk/children").Contains("1 referral waits").Lacks(secret)
	if got := len(h.looks(r.ID)); got != before {
		t.Errorf("a count left %d rows", got-before)
	}
	k.Get("/desk/children/received").Contains(r.Code, secret+"请帮忙").Lacks(secret + "苗")
	w.Post("/desk/children/received", url.Values{"referral": {k.Must("[name=referral]").AttrOr("value", "")}, "state": {"accepted"}}).Status(404)
	k.Get(at(r.ID, "care")).Status(404)
	k.Get("/desk/children/received").Submit("article form", url.Values{"state": {"rejected"}, "answer": {""}}).Status(422).Contains("Fill this in")
	k.Get("/desk/children/received").Submit("article form", url.Values{"state": {"accepted"}}).Status(303)
	k.Get("/desk/children/received?state=accepted").Click("article a.btn").Status(200).Contains(secret+"苗苗", secret+"奶奶", secret+"街")
	k.Get(at(r.ID, "casework")).Status(404)
	k.Get(at(r.ID, "casework", "workers")).Submit("#assign-form", url.Values{"person": {clock.FormatID(clinicWorker)}, "until": {""}}).Status(303)
	c := h.visitor(clinicWorker).Get(at(r.ID, "care")).Status(200).Contains(secret + "苗")
	h.agree(worker, r.ID, consent.Matter{Purpose: consent.SharePartner, About: clinic}, false)
	c.Get(at(r.ID, "care")).Status(404).Lacks(secret)
	k.Get(at(r.ID, "referral")).Status(404).Lacks(secret)
	h.agree(worker, r.ID, consent.Matter{Purpose: consent.SharePartner, About: clinic}, true)
	k.Get("/desk/children/received?state=accepted").Submit("article form", nil).Status(303)
	k.Get("/desk/children/received?state=done").Contains(r.Code)
	c.Get(at(r.ID, "care")).Status(404)
	w.Get(page).Contains("Done").Submit("#refer-form", send).Status(303)
	w.Follow().Submit("form[action$=revoke]", nil).RedirectsTo(page)
	w.Follow().Contains("Taken back")
}

// TestALeadsDecision lets a referral go on without consent, for a while.
func TestALeadsDecision(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.visitor(worker).Get(at(r.ID, "safeguarding", "override")).Status(404)
	l := h.visitor(lead).Get(at(r.ID, "safeguarding", "override")).Status(200)
	form := url.Values{"matter": {"share_partner"}, "about": {clock.FormatID(clinic)}, "ground": {"life"}, "reason": {secret + "联系不上"}}
	long := url.Values{"until": {h.d.Now().Add(100 * time.Hour).In(i18n.DefaultZone()).Format("2006-01-02T15:04")}}
	l.Submit("#override-form", merged(form, long)).Status(422).Contains("at most 72 hours")
	l.Submit("#override-form", merged(form, url.Values{"about": {""}, "until": {h.d.Now().Add(time.Hour).In(i18n.DefaultZone()).Format("2006-01-02T15:04")}})).Status(422)
	bare := merged(form)
	bare.Del("ground")
	l.Get(at(r.ID, "safeguarding", "override")).Submit("#override-form", bare).Status(422)
	w := h.visitor(worker).Get(at(r.ID, "referral", "handover"))
	w.Submit("#refer-form", url.Values{"to": {clock.FormatID(clinic)}, "kind": {"referral"}, "reason": {"x"}}).Contains("Who may decide: P904")
	l.Get(at(r.ID, "safeguarding", "override")).Submit("#override-form", form).Status(303)
	l.Follow().Contains("Life or health in danger", "In force", "P904").Lacks(secret + "联系不上")
	why := l.Must("#decisions a").AttrOr("href", "")
	l.Get(why).Status(200).Contains(secret + "联系不上")
	for _, who := range []int64{worker, boss, colleague, clinicBoss} {
		h.visitor(who).Get(why).Status(404).Lacks(secret + "联系不上")
	}
	other := h.enrol(worker, another())
	l.Get(strings.Replace(why, clock.FormatID(r.ID), clock.FormatID(other.ID), 1)).Status(404).Lacks(secret + "联系不上")
	w.Get(at(r.ID, "referral", "handover")).Submit("#refer-form", url.Values{"to": {clock.FormatID(clinic)}, "kind": {"referral"}, "reason": {"x"}}).Status(303)
	w.Follow().Contains("Life or health in danger. Decided by the safeguarding lead P904").Lacks(secret + "联系不上")
	l.Get("/desk/children").Status(200).Contains(r.Code)
	l.Get(at(r.ID, "safeguarding")).Status(200).Contains(secret + "苗苗")
}

// another is a child who is not the first one.
func another() child.Enrolment {
	e := enrolment()
	e.Name.Name = secret + "禾禾"
	return e
}

// TestTheChildsOwnPart notes, reads and ends what the child understands and wishes.
func TestTheChildsOwnPart(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	page := at(r.ID, "casework", "consents", "medical")
	w := h.visitor(worker).Get(page).Status(200)
	w.Submit("#remark-form", url.Values{"words": {"x"}}).Status(422)
	w.Get(page).Submit("#remark-form", url.Values{"kind": {"tell_parents"}, "yes": {"no"}, "words": {secret + "怕挨骂"}}).RedirectsTo(page)
	w.Follow().Contains("does not wish the parents to be told", secret+"怕挨骂", "Talk with the child")
	w.Get(at(r.ID, "casework", "consents")).Contains("does not wish the parents to be told")
	w.Get(page+"/print").Lacks("wish", secret+"怕挨骂")
	end := w.Get(page).Must("#remarks form[action$=end]").AttrOr("action", "")
	for _, who := range []int64{colleague, lead, clinicBoss} {
		h.visitor(who).Post(end, nil).Status(404)
		h.visitor(who).Get(page).Status(404).Lacks(secret)
	}
	other := h.enrol(worker, another())
	w.Post(strings.Replace(end, clock.FormatID(r.ID), clock.FormatID(other.ID), 1), nil).Status(404)
	l := h.visitor(lead).Get(at(r.ID, "safeguarding", "override")).Contains(secret + "怕挨骂")
	w.Get(page).Submit("#remarks form[action$=end]", nil).RedirectsTo(page)
	w.Follow().Contains("ended by P901").Lacks("Talk with the child")
	l.Get(at(r.ID, "safeguarding", "override")).Lacks(secret + "怕挨骂")
	w.Post(end, nil).Status(404)
}

func merged(all ...url.Values) url.Values {
	out := url.Values{}
	for _, v := range all {
		for k, x := range v {
			out[k] = x
		}
	}
	return out
}

// TestRequestsAreAnswered answers what a guardian asked for.
func TestRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	g := h.guardian(worker, r.ID)
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, nobody) })
	h.must(nobody, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Ask(ctx, tx, r.ID, child.Correction, secret+"名字写错了")
		return err
	})
	h.visitor(worker).Get(at(r.ID, "casework", "requests")).Status(403)
	b := h.visitor(boss).Get("/desk/children").Contains("A guardian waits for an answer")
	b.Get(at(r.ID, "casework", "requests")).Contains(secret + "名字写错了")
	b.Submit("article form", url.Values{"decision": {"refuse"}, "answer": {""}}).Status(422)
	b.Submit("article form", url.Values{"decision": {"accept"}, "answer": {"改好了"}}).Status(303)
	b.Follow().Contains("Agreed", "改好了")
	b.Get("/desk/children").Lacks("waits for an answer")
}

// TestTheChildLeaves ends a record, and joins siblings before.
func TestTheChildLeaves(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	other := enrolment()
	other.Name.Name, other.Identity.Birth = secret+"舟舟", "2015-05-05"
	o := h.enrol(worker, other)
	w := h.visitor(worker).Get(at(r.ID, "casework", "household"))
	w.Submit("#household-form", url.Values{"code": {"K-1"}}).Status(422).Contains("was not found")
	w.Submit("#household-form", url.Values{"code": {r.Code}}).Status(422)
	w.Submit("#household-form", url.Values{"code": {o.Code}}).Status(303)
	w.Get(at(r.ID, "care")).Contains("Same household", o.Code)
	w.Get(at(r.ID, "casework", "household")).Submit("form[action$=leave]", nil).Status(303)
	w.Get(at(r.ID, "care")).Lacks("Same household")
	w.Get(at(r.ID, "casework", "end")).Status(403)
	b := h.visitor(boss).Get(at(r.ID, "casework", "end")).Status(200)
	b.Submit(".narrow form", nil).RedirectsTo("/desk/children")
	b.Follow().Lacks(r.Code)
	b.Get("/desk/children?state=ended").Contains(r.Code)
	w.Get(at(r.ID, "care")).Status(404)
}

// TestTheDoor shows who may collect the child and who must not.
func TestTheDoor(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker).Get(at(r.ID, "care", "collectors"))
	w.Submit("#collector-form", url.Values{"guardian_name": {secret + "姑姑"}, "relation": {"aunt"}}).Status(422)
	w.Submit("#collector-form", url.Values{"until": {"2030-01-01"}}).Status(422).Contains("At most one school year")
	w.Submit("#collector-form", url.Values{"until": {h.d.Now().AddDate(0, 2, 0).Format(time.DateOnly)}}).Status(303)
	w.Get(at(r.ID, "care", "collectors")).Submit("#collector-form", url.Values{"guardian_name": {secret + "某人"}, "relation": {"other"}, "forbidden": {"1"}}).Status(303)
	w.Get("/desk/children/list/care").Contains(secret+"苗", "Guardians alone", "Must not collect the child", secret+"某人").Lacks(secret + "姑姑")
	h.agree(worker, r.ID, consent.For(consent.Collection), true)
	w.Get("/desk/children/list/care").Contains(secret + "姑姑")
	w.Get("/desk/children/list/meals").Contains(secret + "花生").Lacks(secret + "姑姑")
	w.Get("/desk/children/list/guardian").Status(404)
	w.Get(at(r.ID, "care", "collectors")).Submit("article:has(h2:contains(姑姑)) form", nil).Status(303)
	w.Get("/desk/children/list/care").Lacks(secret + "姑姑")
}

// TestGuardiansAreKept changes, adds and ends guardianships.
func TestGuardiansAreKept(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	page := at(r.ID, "casework", "guardians")
	w := h.visitor(worker).Get(page)
	w.Submit("form[action$=end]", nil).Status(409).Contains("the only guardian who can be reached")
	w.Get(page).Submit("form[action$=authority]", url.Values{}).Status(409)
	w.Get(page).Submit("form[action$=change]", url.Values{"phone": {"12"}}).Status(422).Contains("telephone number")
	w.Submit("form[action$=change]", url.Values{"phone": {"021 6000 0000"}}).Status(303)
	w.Follow().Contains("02160000000")
	w.Submit("#guardian-form", url.Values{"guardian_name": {secret + "爸爸"}, "relation": {"father"}, "phone": {"13900000000"}, "proof": {"birth_certificate"}}).Status(303)
	w.Follow().Submit("article:has(h2:contains(爸爸)) form[action$=end]", nil).Status(303)
	w.Follow().Contains("Ended", secret+"爸爸")
	w.Post(page+"/"+clock.FormatID(h.guardian(worker, r.ID))+"/nonsense", nil).Status(404)
}

// TestNothingOfAnEveningStays signs out, or loses the session, and goes back.
func TestNothingOfAnEveningStays(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	v := h.visitor(worker).Get(at(r.ID, "casework", "edit", "situation"))
	v.Header(asPerson, "")
	v.Submit("#group-form", url.Values{"words": {secret + "话"}}).Status(401).Lacks(secret + "苗")
	v.Get(at(r.ID, "casework")).Status(303)
	v.Header(asPerson, "901").Get(at(r.ID, "casework")).Lacks(secret + "话")
	v.Header("Sec-Fetch-Site", "cross-site").Header("Origin", "https://evil.example")
	if _, err := h.s.Open(h.as(worker), r.ID, access.Care, access.Name); err != nil {
		t.Fatal(err)
	}
	if v.Post(at(r.ID, "care", "notes"), url.Values{"kind": {"talk"}, "text": {"x"}}); v.Response.StatusCode < 400 {
		t.Error("a form of another site was taken")
	}
}

// TestWhoLooked reads the trail as a supervisor: it does not tell what a lead looks into.
func TestWhoLooked(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.visitor(worker).Get(at(r.ID, "meals")).Status(200)
	h.visitor(lead).Get(at(r.ID, "safeguarding")).Status(200)
	h.visitor(worker).Get(at(r.ID, "casework", "trail")).Status(403)
	h.visitor(boss).Get(at(r.ID, "casework", "trail")).Status(200).Contains("P901 looked", "Meals: What the child is called").Lacks("P904", secret)
	h.visitor(lead).Get(at(r.ID, "safeguarding", "trail")).Status(200).Contains("P901 looked", "P904 looked").Lacks(secret)
	h.visitor(clinicBoss).Get(at(r.ID, "casework", "trail")).Status(404)
}
