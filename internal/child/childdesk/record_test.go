package childdesk_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// TestAPurposeShowsWhatItNeeds walks from a code to what a purpose gives, and reads why the rest is not
// there.
func TestAPurposeShowsWhatItNeeds(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker)
	typed := strings.ToLower(strings.ReplaceAll(r.Code, "-", " ")) // "k 114"
	w.Get("/desk/children").Status(200).Contains(r.Code).Lacks(secret)
	w.Submit("#find-code", url.Values{"code": {typed}}).RedirectsTo(at(r.ID))
	w.Follow().Status(200).Contains(r.Code, "Meals").Lacks(secret)
	before := len(h.looks(r.ID))
	w.Get(at(r.ID, "meals")).Status(200).Contains(secret+"苗", secret+"花生", "This purpose does not need these fields").Lacks(secret+"奶奶", secret+"街", "2016")
	rows := h.looks(r.ID)
	if len(rows) != before+1 || rows[0].Kind != "record.read" || rows[0].Purpose != "meals" || rows[0].Person != worker {
		t.Fatalf("the look is not in the trail: %+v", rows[0])
	}
	w.Get(at(r.ID, "casework")).Status(200).Contains(secret+"苗苗", secret+"奶奶", secret+"街", "Girl")
	w.Lang(i18n.ZH).Get(at(r.ID, "care")).Contains("这个用途用不到这些内容")
	if got := w.Response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a record may lie in a cache: %q", got)
	}
	if title := w.Find("title").Text(); strings.Contains(title, secret) {
		t.Errorf("the title holds a name: %s", title)
	}
}

// TestNothingWithoutATrail breaks the trail and sees that the page shows nothing.
func TestNothingWithoutATrail(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TRIGGER broken BEFORE INSERT ON audit_row BEGIN SELECT RAISE(ABORT, 'no'); END")
		return err
	})
	h.visitor(worker).Get(at(r.ID, "casework")).Status(500).Lacks(secret)
	h.visitor(worker).Get("/desk/children/list/care").Status(500).Lacks(secret)
}

// TestWhoIsLetIn is the table of persons and addresses: who may not know of a record gets the answer
// about one that is not there.
func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	g := h.guardian(worker, r.ID)
	var note, collector, assignment int64
	h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		if note, err = h.s.AddNote(ctx, tx, r.ID, access.Care, "talk", secret+"话"); err != nil {
			return err
		}
		collector, err = h.s.AddCollector(ctx, tx, r.ID, access.Care, child.NewCollector{Who: child.Relative{Name: secret + "叔", Relation: "uncle"}, Until: tx.Now().Add(72 * time.Hour)})
		return err
	})
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Assignments(ctx, tx, r.ID)
		assignment = list[0].ID
		return err
	})
	id := clock.FormatID
	pages := []string{"", "/care", "/casework", "/meals/edit/alerts", "/casework/edit/name", "/care/notes/" + id(note), "/care/collectors", "/casework/guardians", "/casework/consents",
		"/casework/consents/meals", "/casework/consents/meals/print", "/casework/consents/share_partner?about=" + id(clinic), "/casework/household", "/casework/workers", "/referral/handover",
		"/casework/end", "/casework/requests", "/safeguarding", "/safeguarding/override", "/safeguarding/requests"}
	posts := []string{"/meals/edit/alerts", "/care/notes", "/care/notes/" + id(note), "/care/collectors", "/care/collectors/" + id(collector) + "/end", "/casework/guardians",
		"/casework/guardians/" + id(g) + "/change", "/casework/guardians/" + id(g) + "/end", "/casework/guardians/" + id(g) + "/authority", "/casework/guardians/" + id(g) + "/invite", "/casework/guardians/" + id(g) + "/family",
		"/casework/consents/ask", "/casework/consents/meals", "/casework/consents/meals/withdraw", "/casework/accept", "/casework/end", "/casework/workers",
		"/casework/workers/" + id(assignment) + "/end", "/casework/household", "/casework/household/leave", "/referral/handover", "/safeguarding/override"}
	for _, who := range []int64{clinicBoss, clinicWorker, colleague} {
		v := h.visitor(who)
		before := len(h.looks(r.ID))
		for _, p := range pages {
			if p == "" && who == colleague {
				v.Get(at(r.ID)).Status(200).Contains("Open in an emergency").Lacks(secret)
				continue
			}
			if v.Get(at(r.ID) + p); v.Response.StatusCode != 404 {
				t.Errorf("%d sees %s: %d", who, p, v.Response.StatusCode)
			}
			v.Lacks(secret)
		}
		for _, p := range posts {
			v.Post(at(r.ID)+p, answers(g)).Lacks(secret)
			if s := v.Response.StatusCode; s != 404 {
				t.Errorf("%d posts %s: %d", who, p, s)
			}
		}
		if got := len(h.looks(r.ID)); got != before {
			t.Errorf("%d left %d rows", who, got-before)
		}
	}
	for _, who := range []int64{coordinator, nobody} {
		h.visitor(who).Get(at(r.ID, "care")).Status(403).Lacks(secret)
	}
	h.visitor(lapsed).Get(at(r.ID, "care")).Status(403).Contains("a check has run out").Lacks(secret)
	guest := h.visitor(0).Get(at(r.ID, "care"))
	if guest.Response.StatusCode != 303 || !strings.HasPrefix(guest.Response.Header.Get("Location"), "/sign-in") {
		t.Error("a guest is not asked to sign in")
	}
	h.visitor(worker).Get(at(r.ID+1, "care")).Status(404)
	h.visitor(worker).Get("/desk/children/%3Cscript%3E/care").Status(404)
	h.visitor(worker).Get(at(r.ID, "guardian")).Status(404)
	h.visitor(worker).Get(at(r.ID, "safeguarding")).Status(404)
}

// answers are values for the fields of every form.
func answers(guardian int64) url.Values {
	return url.Values{"text": {"x"}, "kind": {"talk"}, "guardian_name": {"x"}, "relation": {"aunt"}, "phone": {"13800000001"}, "until": {"2026-12-01"}, "guardian": {clock.FormatID(guardian)},
		"said": {"yes"}, "route": {"paper"}, "words": {"zh"}, "matter": {"meals"}, "person": {clock.FormatID(worker)}, "code": {"K-999"}, "to": {clock.FormatID(clinic)}, "reason": {"x"},
		"version": {"1"}, "name": {"x"}, "allergies": {"none"}}
}

// TestPartsBelongToTheirRecord takes the number of another record's part.
func TestPartsBelongToTheirRecord(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	other := enrolment()
	other.Name.Name, other.Identity.Birth = secret+"舟舟", "2015-05-05"
	o := h.enrol(colleague, other)
	var note, file int64
	h.must(colleague, func(ctx context.Context, tx *db.Tx) (err error) {
		if note, err = h.s.AddNote(ctx, tx, o.ID, access.Casework, "talk", secret+"别人的"); err != nil {
			return err
		}
		up, err := h.s.CleanFile(ctx, upload(picture()))
		if err != nil {
			return err
		}
		_, err = h.s.Attach(ctx, tx, o.ID, access.Casework, secret+"信", up)
		return err
	})
	opened, err := h.s.Open(h.as(colleague), o.ID, access.Casework, access.Attachments)
	if err != nil {
		t.Fatal(err)
	}
	file = opened.Attachments[0].File.ID
	var assignment int64
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Assignments(ctx, tx, o.ID)
		assignment = list[0].ID
		return err
	})
	g := h.guardian(colleague, o.ID)
	w := h.visitor(worker)
	for _, p := range []string{at(r.ID, "casework", "notes", clock.FormatID(note)), at(r.ID, "casework", "files", clock.FormatID(file)), at(o.ID, "casework", "files", clock.FormatID(file))} {
		w.Get(p).Status(404).Lacks(secret)
	}
	w.Post(at(r.ID, "casework", "notes", clock.FormatID(note)), answers(g)).Status(404)
	w.Post(at(r.ID, "casework", "guardians", clock.FormatID(g), "change"), answers(g)).Status(404)
	h.visitor(boss).Post(at(r.ID, "casework", "workers", clock.FormatID(assignment), "end"), nil).Status(404)
	h.visitor(colleague).Get(at(o.ID, "casework", "notes", clock.FormatID(note))).Status(200).Contains(secret + "别人的")
}

// TestTwoTabs has two people change the same group: nothing of either is lost.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	a, b := h.visitor(worker), h.visitor(boss)
	page := at(r.ID, "casework", "edit", "alerts")
	a.Get(page)
	b.Get(page)
	a.Submit("#group-form", url.Values{"allergy": {"鸡蛋"}}).RedirectsTo(at(r.ID, "casework"))
	b.Submit("#group-form", url.Values{"allergy": {"牛奶"}}).Status(409).Contains("Somebody has just changed this part", "鸡蛋")
	if got := b.Text("textarea[name=allergy]"); got != "牛奶" {
		t.Errorf("what was typed is lost: %q", got)
	}
	b.Submit("#group-form", url.Values{"allergy": {"鸡蛋、牛奶"}}).RedirectsTo(at(r.ID, "casework"))
	a.Get(at(r.ID, "meals")).Contains("鸡蛋、牛奶")
	b.Post(page, url.Values{"version": {"-"}, "allergies": {"none"}}).Status(409)
	b.Get(page).Submit("#group-form", url.Values{"allergies": {""}}).Status(422).Contains("please choose")
}

// TestADoubleClickWritesOnce sends the same form twice.
func TestADoubleClickWritesOnce(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker).Get(at(r.ID, "care"))
	form := url.Values{"kind": {"talk"}, "text": {"说了一次"}, "form_key": {w.Must("#note-form [name=form_key]").AttrOr("value", "")}}
	for range 2 {
		w.Post(at(r.ID, "care", "notes"), form).RedirectsTo(at(r.ID, "care"))
	}
	if n := strings.Count(w.Follow().Body, "说了一次"); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// TestNotesAreOnesOwnForADay follows a note from its writing to its fading.
func TestNotesAreOnesOwnForADay(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w, b := h.visitor(worker), h.visitor(boss)
	w.Get(at(r.ID, "care")).Submit("#note-form", url.Values{"text": {""}}).Status(422).Contains("Fill this in")
	w.Get(at(r.ID, "care")).Submit("#note-form", url.Values{"kind": {"talk"}, "text": {"第一句"}}).Follow().Contains("第一句")
	edit := w.Must("#notes article a").AttrOr("href", "")
	b.Get(edit).Status(403)
	b.Get(at(r.ID, "care")).Contains("第一句")
	w.Get(edit).Submit("#note-form", url.Values{"text": {"第二句"}}).Follow().Contains("第二句").Lacks("第一句")
	h.c.Advance(25 * time.Hour)
	w.Get(edit).Status(403).Contains("within 24 hours")
	w.Post(edit, url.Values{"kind": {"talk"}, "text": {"第三句"}}).Lacks("第三句")
	h.c.Advance(28 * 24 * time.Hour)
	w.Get(at(r.ID, "care")).Lacks("第二句").Contains("for supervisors alone")
	b.Get(at(r.ID, "care")).Contains("第二句")
}

// TestAConsentEndsMidSession takes consent back between two requests of an open page.
func TestAConsentEndsMidSession(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.agree(worker, r.ID, consent.For(consent.Medical), true)
	w := h.visitor(worker).Get(at(r.ID, "health", "edit", "health")).Status(200)
	h.agree(worker, r.ID, consent.For(consent.Medical), false)
	w.Get(at(r.ID, "health")).Contains("have not agreed that medical details are read")
	w.Get(at(r.ID, "health", "edit", "health")).Status(403)
	h.agree(worker, r.ID, consent.For(consent.Enrol), false)
	w.Get(at(r.ID, "care")).Status(200).Contains(r.Code, "no longer do").Lacks(secret)
	w.Post(at(r.ID, "care", "notes"), url.Values{"kind": {"talk"}, "text": {"迟到的"}}).Status(403)
	h.c.Advance(366 * 24 * time.Hour)
	w.Get(at(r.ID, "casework", "consents")).Status(200)
}

// TestNothingTypedRuns puts a script into every field.
func TestNothingTypedRuns(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.agree(worker, r.ID, consent.For(consent.Medical), true)
	h.agree(worker, r.ID, consent.Matter{Purpose: consent.SharePartner, About: clinic}, true)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	w := h.visitor(worker)
	for group, purpose := range map[string]string{"contact": "casework", "alerts": "casework", "health": "health", "education": "school", "situation": "casework", "plan": "casework", "identity": "casework"} {
		w.Get(at(r.ID, purpose, "edit", group)).Status(200)
		fields := url.Values{}
		for _, n := range w.Find("#group-form textarea, #group-form input[type=text]").Nodes {
			for _, a := range n.Attr {
				if a.Key == "name" {
					fields[a.Val] = []string{evil}
				}
			}
		}
		w.Submit("#group-form", fields).RedirectsTo(at(r.ID, purpose))
	}
	w.Get(at(r.ID, "casework", "edit", "name")).Submit("#group-form", url.Values{"name": {evil}}).Status(422)
	w.Get(at(r.ID, "casework")).Submit("#note-form", url.Values{"text": {evil}}).Status(303)
	post := func(path, form string, v url.Values) { w.Get(path).Submit(form, v).Status(303) }
	post(at(r.ID, "casework", "guardians"), "#guardian-form", url.Values{"guardian_name": {"测"}, "relation": {"aunt"}, "remark": {evil}})
	post(at(r.ID, "casework", "collectors"), "#collector-form", url.Values{"guardian_name": {"测"}, "relation": {"aunt"}, "remark": {evil}, "until": {"2026-12-01"}})
	post(at(r.ID, "referral", "handover"), "#refer-form", url.Values{"to": {clock.FormatID(clinic)}, "reason": {evil}})
	kind, body := multipartOf(evil, "x.png", picture())
	w.PostBody(at(r.ID, "casework", "files"), kind, body).Status(303)
	for _, p := range []string{"casework", "health", "school", "casework/guardians", "casework/collectors", "referral/handover", "casework/edit/plan", "care"} {
		w.Get(at(r.ID)+"/"+p).Status(200).Lacks("<script>alert", "<img src=x")
	}
	h.visitor(clinicBoss).Get("/desk/children/received").Contains("<script>alert(1)").Lacks("<script>alert", "<img src=x")
}

var anID = regexp.MustCompile(`files/([0-9a-z]+)/look"`)

// TestFiles hands files in, good and bad, and one out.
func TestFiles(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker)
	for name, bad := range map[string][]byte{"empty.pdf": nil, "page.png": []byte("<html><script>alert(1)</script>"), "active.pdf": []byte("%PDF-1.7\n1 0 obj<</OpenAction 2 0 R/JS(x)>>endobj"),
		"bomb.png": bomb(), "big.png": make([]byte, 11<<20)} {
		kind, body := multipartOf("学校的信", name, bad)
		w.PostBody(at(r.ID, "casework", "files"), kind, body)
		if s := w.Response.StatusCode; s != 422 && s != 413 {
			t.Errorf("%s: %d", name, s)
		}
	}
	kind, body := multipartOf("学校的信", "letter.html", picture())
	w.PostBody(at(r.ID, "casework", "files"), kind, body).RedirectsTo(at(r.ID, "casework"))
	w.Follow().Contains("学校的信")
	link := anID.FindStringSubmatch(w.Body)
	if link == nil {
		t.Fatal("no link to the file")
	}
	file := at(r.ID, "casework", "files", link[1])
	w.Get(file).Status(200)
	head := w.Response.Header
	if !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || head.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || head.Get("Content-Type") != "image/png" {
		t.Errorf("the file can be shown as a page: %v", head)
	}
	if rows := h.looks(r.ID); rows[0].Kind != "file.read" {
		t.Errorf("the last row is %s", rows[0].Kind)
	}
	h.visitor(colleague).Get(file).Status(404)
	w.Get(at(r.ID, "meals", "files", link[1])).Status(403)
}

func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))) // a buffer takes everything
	return b.Bytes()
}

// bomb is a small picture that says it is 60,000 by 60,000.
func bomb() []byte {
	b := picture()
	copy(b[16:24], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	return b
}

func multipartOf(title, name string, data []byte) (contentType, body string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("title", title)
	p, _ := m.CreateFormFile("file", name)
	_, _ = p.Write(data)
	_ = m.Close()
	return m.FormDataContentType(), b.String()
}

// TestNothingIsLogged looks for what was typed in the log after refusals of every kind.
func TestNothingIsLogged(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	w := h.visitor(worker)
	w.Get("/desk/children").Submit("#find-name", url.Values{"name": {secret + "苗苗"}, "birth": {"2016-03-09"}}).Status(200).Contains(r.Code)
	w.Submit("#find-name", url.Values{"name": {secret + "无"}, "birth": {"2016-03-09"}}).Status(200).Contains("was not found")
	w.Submit("#find-name", url.Values{"name": {secret + "无"}, "birth": {"2016-02-30"}}).Status(422)
	h.visitor(clinicWorker).Get("/desk/children").Submit("#find-name", url.Values{"name": {secret + "苗苗"}, "birth": {"2016-03-09"}}).Status(200).Contains("was not found").Lacks(r.Code)
	h.visitor(clinicWorker).Get("/desk/children").Submit("#find-code", url.Values{"code": {r.Code}}).Status(200).Contains("was not found")
	h.visitor(clinicWorker).Get("/desk/children").Submit("#find-code", url.Values{"code": {"K-1"}}).Status(200).Contains("was not found")
	w.Post(at(r.ID, "casework", "edit", "name"), url.Values{"name": {secret + "<>"}, "version": {"1"}}).Status(422)
	if strings.Contains(h.log.String(), secret) {
		t.Errorf("the log holds what was typed:\n%s", h.log)
	}
}

// TestFoundByNumber looks for the number of an identity document: the same answer for none and for one that
// is not the asker's, what is wrong said beside the field, and the number nowhere but in the form.
func TestFoundByNumber(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	const number = "110101201603091246"
	e := enrolment()
	e.Number = child.Number{Kind: child.ResidentID, Number: number}
	r := h.enrol(worker, e)
	h.agree(worker, r.ID, consent.For(consent.Enrol), true)
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) })
	look := func(who int64, typed string) *webtest.Client {
		return h.visitor(who).Get("/desk/children").Submit("#find-number", url.Values{"number_kind": {"resident_id"}, "number": {typed}})
	}
	look(worker, number).Status(200).Contains(r.Code).Lacks(number)
	look(worker, "１１０１０１２０１６０３０９１２４６").Status(200).Contains(r.Code)
	look(colleague, number).Status(200).Contains(r.Code, "In an emergency")
	none := look(worker, "110101201603092118").Status(200).Contains("was not found").Text("#found")
	if other := look(clinicWorker, number).Status(200).Lacks(r.Code).Text("#found"); other != none {
		t.Errorf("not yours: %q, none: %q", other, none)
	}
	for typed, said := range map[string]string{"110101201603091247": "The last character does not fit", "110101160309124": "15", "": "18", "110101201602301248": "birth"} {
		look(worker, typed).Status(422).Contains(said)
	}
	h.visitor(worker).Post("/desk/children", url.Values{"number": {number}}).Status(422)
	h.visitor(coordinator).Post("/desk/children", url.Values{"number_kind": {"resident_id"}, "number": {number}}).Status(403)
	if strings.Contains(h.log.String(), number[:17]) {
		t.Error("the log holds a number")
	}
	searches := 0
	err := h.d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := audit.Search(t.Context(), r, audit.Filter{})
		for _, x := range rows {
			if x.Kind == "record.searched" {
				searches++
			}
			if strings.Contains(string(x.Data), number[:17]) {
				t.Errorf("the trail holds a number: %s", x.Data)
			}
		}
		return err
	})
	if err != nil || searches < 5 { // a search that finds nothing of one's own is made for each purpose
		t.Errorf("%d searches in the trail, %v", searches, err)
	}
}

func upload(data []byte) blob.Upload { return blob.Upload{Name: "x.png", Bytes: data} }
