package guardianweb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// TestAGuardianEnrolsAChild walks through every step as a grandparent does, in Chinese.
func TestAGuardianEnrolsAChild(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.visitor(mother).Lang(i18n.ZH)
	c.Get("/me/children").Status(200).Contains("这里还没有孩子").Click("a[href='/me/children/new']").Status(200).Contains("河边中心")
	at := h.enrol(c)
	c.Follow().Status(200).Contains("第 1 步，共 7 步", "小测")
	if again := h.enrol(h.visitor(mother)); again != at {
		t.Errorf("the same form twice is two records: %s, %s", at, again)
	}
	for _, bad := range []struct{ number, says string }{
		{"11010120160309124", "现在是 17 位"}, {"110101201603091241", "最后一位对不上"}, {"110101201602301248", "不是真实的出生日期"},
	} {
		c.Submit("#fill", url.Values{"number_kind": {"resident_id"}, "number": {bad.number}}).Status(422).Contains(bad.says)
	}
	c.Submit("#fill", url.Values{"number_kind": {"resident_id"}, "number": {wide("110101201603091246")}}).RedirectsTo(at + "/fill/contact")
	c.Follow().Submit("#fill", url.Values{"area": {"测试街"}}).RedirectsTo(at + "/fill/alerts")
	c.Follow().Submit("#fill", url.Values{"allergies": {"listed"}}).Status(422).Contains("此项必填")
	c.Submit("#fill", url.Values{"allergies": {"listed"}, "allergy": {"花生"}}).RedirectsTo(at + "/fill/education")
	c.Follow().Submit("#fill", url.Values{"school": {"河边小学"}}).RedirectsTo(at + "/guardians")
	c.Get(at).Status(200).Contains("接着填：同意和不同意")
	if waiting := c.Get(at + "/consents").Contains("等您答复").Find("h2 + ul").First().Text(); strings.Contains(waiting, "自己回家") {
		t.Error("a child of ten is asked about going home alone")
	}
	c.Click("a.btn.wide").Status(200).Contains("您同意孩子来河边中心吗", "我同意", "我不同意")
	for range 30 {
		here, answer := c.Path()[strings.LastIndex(c.Path(), "/")+1:], "no"
		if here == "enrol" {
			answer = "yes"
		}
		c.Submit("#answer", url.Values{"answer": {answer}}).Follow().Status(200)
		if c.Response.Request.URL.Path == at+"/consents/"+here {
			break // no other question waits
		}
	}
	c.Get(at).Contains("都填好了")
	if got := h.standing(h.record(at), consent.For(consent.Meals)); got != consent.Refused {
		t.Errorf("meals: %s", got)
	}
	if got := h.standing(h.record(at), consent.For(consent.Enrol)); got != consent.Given {
		t.Errorf("enrol: %s", got)
	}
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

// TestNamesOfEveryKind are taken and shown as they were written.
func TestNamesOfEveryKind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.visitor(mother)
	for _, name := range []string{"𠀀𫝀", "阿依古丽•买买提", "卓玛", "嬴"} {
		c.Get("/me/children/new?at="+clock.FormatID(centre)).Submit("#enrol", url.Values{"name": {name}, "birth": {"2017-01-02"},
			"guardian_name": {name}, "relation": {"grandmother"}}).Status(303)
		c.Get("/me/children").Contains(strings.ReplaceAll(name, "•", "·"))
	}
	c.Get("/me/children/new?at="+clock.FormatID(centre)).Submit("#enrol", url.Values{"name": {"Robert<b>"}, "birth": {"2050-01-02"},
		"guardian_name": {"A"}, "relation": {"mother"}}).Status(422).Contains("a character that names do not have", "check the birthday")
	c.Submit("#enrol", url.Values{"name": {""}, "relation": {""}}).Status(422).Contains("Fill this in.")
	c.Get("/me/children/new?at=" + clock.FormatID(sponsor)).Status(404) // takes no children
}

func TestConsentIsTakenBackByOneTap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	c := h.visitor(mother)
	other := h.visitor(mother).Get(at + "/consents/meals").Status(200) // a second tab
	h.say(c, at, "meals", "yes").Follow().Contains("Noted.", "You agreed.", "It may be done now.")
	other.Submit("#answer", url.Values{"answer": {"yes"}}).Status(303) // the same form again
	if n := c.Get(at + "/consents/meals").Find(".tasks li").Length(); n != 1 {
		t.Errorf("%d answers in the history, want 1", n)
	}
	if err := h.may(id, consent.Meals); err != nil {
		t.Fatal(err)
	}
	stale := h.visitor(mother).Get(at + "/consents/meals")
	c.Submit("#withdraw", nil).Status(303)
	if err := h.may(id, consent.Meals); err == nil {
		t.Error("the next request after taking back is still allowed")
	}
	c.Follow().Contains("You took your yes back", "I agree")
	stale.Submit("#withdraw", nil).Status(303).Follow().Contains("You took your yes back") // by the back button
	h.say(c, at, "meals", "yes")
	if err := h.may(id, consent.Meals); err != nil {
		t.Error(err)
	}
	c.Get(at+"/consents/meals").Contains("taken back").Click("a[href*='/answers/']").Status(200).Contains("The exact words", "at Riverside Centre")
}

func (h *house) may(record int64, p consent.Purpose) error {
	return h.d.Read(h.t.Context(), func(r *db.Reader) error {
		return h.consents.Needed(h.t.Context(), r, record, consent.For(p), h.c.Now())
	})
}

// TestWithdrawnConsentClosesTheRecord takes the consent to come back while a worker is at work.
func TestWithdrawnConsentClosesTheRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	if o, err := h.s.Open(h.as(worker), id, access.Care, access.Name); err != nil || o.Name == nil {
		t.Fatal(err, o.Closed)
	}
	h.visitor(mother).Get(at+"/consents/enrol").Submit("#withdraw", nil).Status(303)
	if o, err := h.s.Open(h.as(worker), id, access.Care, access.Name); err != nil || o.Name != nil {
		t.Errorf("the worker still reads the name (%v)", err)
	}
	h.visitor(mother).Get(at).Status(200).Contains("小测") // the guardian still sees their child
}

func TestGuardiansAreKeptApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	m, f := h.visitor(mother), h.visitor(father)
	h.say(m, at, "photos_internal", "yes")
	h.say(f, at, "photos_internal", "no").Follow().Contains("not of one mind")
	if got := h.standing(id, consent.For(consent.PhotosInternal)); got != consent.Conflict {
		t.Errorf("standing: %s", got)
	}
	f.Lacks("测试妈", "You agreed")
	if n := f.Find(".tasks li").Length(); n != 1 {
		t.Errorf("the father sees %d answers, his own is one", n)
	}
	own := m.Get(at+"/consents/photos_internal").Must("a[href*='/answers/']").AttrOr("href", "")
	f.Get(own).Status(404)
	f.Get(at + "/guardians").Status(200).Contains("测试妈").Lacks("13800001111")
	m.Get(at+"/collectors/never").Submit("#add", url.Values{"guardian_name": {"测试爸"}, "relation": {"father"}, "remark": {"判决"}}).RedirectsTo(at + "/collectors/never")
	m.Follow().Contains("测试爸", "判决").Lacks("/end")
	f.Get(at + "/collectors/never").Status(200).Lacks("判决")
	m.Get(at+"/requests").Submit("#ask", url.Values{"kind": {"erasure"}, "words": {"请销毁"}}).Status(303)
	f.Get(at + "/requests").Status(200).Lacks("请销毁")
	f.Get(at+"/looked").Status(200).Contains("Another guardian").Lacks("Changed who collects", "Asked for something", "测试妈")
	f.Get(at+"/copy").Status(200).Lacks("13800001111", "判决", "请销毁")
	f.Get(at+"/copy.json").Status(200).Lacks("13800001111", "判决", "请销毁")
}

func TestCollectors(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, _ := h.active()
	c := h.visitor(mother).Get(at + "/collectors").Status(200)
	c.Submit("#add", url.Values{"guardian_name": {"测试姨"}, "relation": {"aunt"}, "until": {"2020-01-01"}}).Status(422).Contains("end")
	form := url.Values{"guardian_name": {"测试姨"}, "relation": {"aunt"}}
	again := h.visitor(mother).Get(at + "/collectors")
	c.Get(at+"/collectors").Submit("#add", form).RedirectsTo(at + "/collectors")
	again.Submit("#add", form).Status(303)
	if n := c.Follow().Contains("测试姨").Find("form.inline").Length(); n != 1 {
		t.Errorf("%d collectors, want 1", n)
	}
	end := c.Must("form.inline").AttrOr("action", "")
	h.visitor(stranger).Post(end, nil).Status(404)
	late := h.visitor(mother).Get(at + "/collectors")
	c.Submit("form.inline", nil).RedirectsTo(at + "/collectors")
	c.Follow().Lacks("测试姨")
	late.Submit("form.inline", nil).Status(303) // a second tap
}

// TestSomebodyElseComes makes a code for one day, on a telephone, and takes it back.
func TestSomebodyElseComes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	c := h.visitor(mother).Get(at + "/send").Status(200)
	form := url.Values{"guardian_name": {"测试叔"}, "relation": {"uncle"}}
	c.Submit("#send", form).Status(403)
	h.say(c, at, "collection", "yes")
	c.Get(at+"/send").Submit("#send", url.Values{"guardian_name": {""}, "relation": {"uncle"}}).Status(422)
	c.Submit("#send", url.Values{"guardian_name": {"测试叔"}, "day": {"2020-01-01"}}).Status(422)
	c.Get(at+"/send").Submit("#send", form).RedirectsTo(at + "/send")
	code := strings.ReplaceAll(c.Follow().Contains("测试叔").Text(".say"), " ", "")
	if len(code) != 6 {
		t.Fatalf("the code is %q", code)
	}
	h.visitor(father).Get(at + "/send").Status(200).Lacks(code[:3] + " " + code[3:])
	end := c.Must(".card form[action$=end]").AttrOr("action", "")
	for _, who := range []int64{father, stranger} {
		h.visitor(who).Post(end, nil).Status(404)
	}
	c.Post(end, nil).RedirectsTo(at + "/send")
	if _, err := h.s.UsePickup(h.as(boss), id, "", code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a code that was taken back: %v", err)
	}
	c.Get(at+"/send").Submit("#send", form)
	code = strings.ReplaceAll(c.Follow().Text(".say"), " ", "")
	if _, err := h.s.UsePickup(h.as(boss), id, "", code); err != nil {
		t.Error(err)
	}
	c.Get(at + "/send").Contains("the child was collected").Lacks(code[:3] + " " + code[3:])
	h.visitor(stranger).Get(at + "/send").Status(404)
	if strings.Contains(h.log.String(), code) {
		t.Error("the log holds a code")
	}
}

// photo is a small picture.
func photo(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAFaceForTheDoor keeps a photo of somebody who collects the child.
func TestAFaceForTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, _ := h.active()
	c := h.visitor(mother).Get(at + "/collectors")
	c.Submit("#add", url.Values{"guardian_name": {"测试姨"}, "relation": {"aunt"}}).Status(303)
	page := c.Follow().Must("a[href$=photo]").AttrOr("href", "")
	c.Get(page).Status(200).Contains("up to 10 MB")
	upload(c, page, "", "p.pdf", "%PDF-1.4").Status(422).Contains("PDF cannot be shown")
	upload(c, page, "", "p.png", photo(t)).RedirectsTo(at + "/collectors")
	face := c.Follow().Must("img.portrait").AttrOr("src", "")
	c.Get(face).Status(200)
	h.visitor(father).Get(face).Status(200)
	for _, x := range []string{page, face} {
		h.visitor(stranger).Get(x).Status(404)
	}
	upload(h.visitor(stranger), page, "", "p.png", photo(t)).Status(404)
	c.Get(at+"/collectors").Submit("form.inline", nil).Status(303)
	c.Get(face).Status(404)
}

func TestWhoLooked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	h.c.Advance(time.Hour)
	if _, err := h.s.Open(h.as(worker), id, access.Care, access.Name, access.Alerts); err != nil {
		t.Fatal(err)
	}
	h.visitor(mother).Get(at+"/looked").Status(200).Contains("Worker Wang", "Riverside Centre", "Looked at the record.", "for:", "Supervisor")
}

func TestRequestsAndCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	c := h.visitor(mother)
	c.Get(at+"/requests").Submit("#ask", url.Values{"kind": {"correction"}}).Status(422)
	c.Submit("#ask", url.Values{"kind": {"correction"}, "words": {"班级错了"}}).RedirectsTo(at + "/requests?sent=1")
	c.Follow().Contains("班级错了", "We have it")
	var request int64
	h.write(boss, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Requests(ctx, tx, id, access.Casework)
		request = list[0].ID
		return err
	})
	h.write(boss, func(ctx context.Context, tx *db.Tx) error {
		return h.s.Decide(ctx, tx, request, access.Casework, true, "改好了")
	})
	c.Get(at + "/requests").Contains("改好了")
	c.Get(at+"/copy").Status(200).Contains("测试苗", "Coming to Riverside Centre")
	c.Get(at + "/copy.json").Status(200)
	var file struct {
		Name    child.Name `json:"name"`
		Answers []struct {
			Words string `json:"words"`
		} `json:"answers"`
	}
	if err := json.Unmarshal([]byte(c.Body), &file); err != nil || file.Name.Name != "测试苗" || len(file.Answers) != 1 || file.Answers[0].Words == "" {
		t.Errorf("%v %s", err, c.Body)
	}
	if got := c.Response.Header.Get("Content-Disposition"); got != `attachment; filename="record.json"` {
		t.Error(got)
	}
}

func TestASlipOfPaperConnectsAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var code string
	var r child.Record
	h.write(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.s.Enrol(ctx, tx, child.Enrolment{Organisation: centre, Name: child.Name{Name: "测试苗"}, Identity: child.Identity{Birth: "2016-03-09"},
			Guardians: []child.NewGuardian{{Who: child.Relative{Name: "测试奶", Phone: "13700003333", Relation: "grandmother"}, Authority: true, Proof: "court"}}})
		return err
	})
	o, err := h.s.Open(h.as(worker), r.ID, access.Casework, access.Guardians)
	if err != nil {
		t.Fatal(err)
	}
	h.write(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = h.s.Invite(ctx, tx, r.ID, o.Guardians[0].ID)
		return err
	})
	c := h.visitor(mother)
	c.Get("/me/children/join").Submit("#join", url.Values{"code": {"AAAA-BBBB-CCCC"}}).Status(422).Must("#f-code-bad")
	c.Submit("#join", url.Values{"code": {strings.ToLower(code)}}).RedirectsTo("/me/children?joined=1")
	c.Follow().Contains("测试苗")
	h.visitor(father).Get("/me/children/join").Submit("#join", url.Values{"code": {code}}).Status(422)
	h.visitor(father).Get("/me/children").Lacks("测试苗")
}

func TestPapersAreHandedInOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.visitor(mother)
	at := h.enrol(c)
	c.Get(at + "/guardians").Status(200)
	key := c.Must("#hand-in input[name=form_key]").AttrOr("value", "")
	pdf := "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
	for range 2 {
		upload(c, at+"/guardians/papers", key, "x.pdf", pdf).Status(303)
	}
	links := c.Get(at + "/guardians").Find("#papers a[download]")
	if links.Length() != 1 {
		t.Fatalf("%d papers, want 1", links.Length())
	}
	href := links.AttrOr("href", "")
	c.Get(href).Status(200)
	if got := c.Response.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Error(got)
	}
	h.visitor(stranger).Get(href).Status(404)
	upload(c.Get(at+"/guardians"), at+"/guardians/papers", "", "x.html", "<script>alert(1)</script>").Status(422).Must("#f-file-bad")
	upload(h.visitor(stranger), at+"/guardians/papers", "", "x.pdf", pdf).Status(404)
}

func upload(c *webtest.Client, to, key, name, content string) *webtest.Client {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	_ = w.WriteField("form_key", key)
	f, _ := w.CreateFormFile("file", name)
	_, _ = f.Write([]byte(content))
	_ = w.Close()
	return c.PostBody(to, w.FormDataContentType(), b.String())
}

func TestAnEndingYesIsGivenForTheTimeAfter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	c := h.visitor(mother)
	h.say(c, at, "meals", "yes")
	ends := consent.Meals.Expires(h.c.Now(), i18n.DefaultZone())
	h.c.Set(ends.Add(-10 * 24 * time.Hour))
	c.Get("/me/children").Contains("yeses end soon")
	c.Get(at+"/consents/meals").Submit("#renew", nil).Status(303).Follow().Contains("for the time after, too.")
	h.c.Set(ends.Add(time.Hour))
	if err := h.may(id, consent.Meals); err != nil {
		t.Error(err)
	}
	c.Get(at+"/consents/enrol").Contains("come to its end", "I agree") // not renewed: asked again
}
