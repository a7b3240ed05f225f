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
)

// sent is a child for whom a guardian made a code today.
func (h *house) sent() (r child.Record, code string) {
	h.t.Helper()
	r = h.active()
	h.agree(worker, r.ID, consent.For(consent.Collection), true)
	g := h.guardian(worker, r.ID)
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, nobody) })
	h.must(nobody, func(ctx context.Context, tx *db.Tx) error {
		p, err := h.s.SendOnce(ctx, tx, r.ID, child.NewPickup{Who: child.Relative{Name: secret + "表叔", Relation: "uncle"}, Day: tx.Now()})
		code = p.Code
		return err
	})
	return r, code
}

// TestACodeAtTheDoor checks a code: wrong, right, sent twice, in another tab, a day late.
func TestACodeAtTheDoor(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, code := h.sent()
	door := at(r.ID, "care", "door")
	w := h.visitor(worker).Get("/desk/children/list/care").Status(200).Contains("Comes once, with a code", secret+"表叔").Lacks(code)
	w.Get(door).Status(200).Contains(secret + "表叔").Lacks(code)
	w.Submit("#door-form", url.Values{"code": {"12"}}).Status(422).Contains("does not open the door").Lacks(`value="12"`)
	form := w.Must("#door-form input[name=form_key]").AttrOr("value", "")
	other := h.visitor(worker).Get(door)
	w.Submit("#door-form", url.Values{"code": {code}}).RedirectsTo(door)
	w.Follow().Contains("The code is right", "P901").Lacks("door-form")
	w.Post(door, url.Values{"code": {code}, "form_key": {form}}).RedirectsTo(door) // a double click
	other.Submit("#door-form", url.Values{"code": {code}}).Status(422).Contains("was used at")
	for _, who := range []int64{colleague, clinicBoss} {
		h.visitor(who).Get(door).Status(404).Lacks(secret)
		h.visitor(who).Post(door, url.Values{"code": {code}}).Status(404)
	}
	if strings.Contains(h.log.String(), code) {
		t.Error("the log holds a code")
	}
	for _, x := range h.looks(r.ID) {
		if strings.Contains(string(x.Data), code) {
			t.Errorf("the trail holds a code: %s", x.Data)
		}
	}
	h.c.Advance(24 * time.Hour)
	w.Get(door).Contains("Nobody comes with a code today").Lacks(secret + "表叔")
}

// TestTheFaceOfWhoCollects keeps a photo and shows it in the evening.
func TestTheFaceOfWhoCollects(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	h.agree(worker, r.ID, consent.For(consent.Collection), true)
	id := int64(0)
	h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.s.AddCollector(ctx, tx, r.ID, access.Casework, child.NewCollector{Who: child.Relative{Name: secret + "姑姑", Relation: "aunt"}, Until: tx.Now().AddDate(0, 1, 0)})
		return err
	})
	page := at(r.ID, "casework", "collectors", clock.FormatID(id), "photo")
	w := h.visitor(worker).Get(at(r.ID, "casework", "collectors")).Contains("Add a photo")
	kind, body := multipartOf("", "p.pdf", []byte("%PDF-1.4"))
	w.PostBody(page, kind, body).Status(422).Contains("PDF cannot be shown")
	kind, body = multipartOf("", "p.png", picture())
	w.PostBody(page, kind, body).Status(303)
	face := h.visitor(worker).Get("/desk/children/list/care").Must("img.portrait").AttrOr("src", "")
	w.Get(face).Status(200)
	if got := w.Response.Header.Get("Content-Type"); got != "image/png" {
		t.Errorf("the photo is %q", got)
	}
	for _, who := range []int64{colleague, clinicBoss} {
		h.visitor(who).Get(face).Status(404)
		h.visitor(who).PostBody(page, kind, body).Status(404)
	}
	w.Get(at(r.ID, "meals")).Lacks("portrait")
	w.Get(strings.Replace(page, clock.FormatID(id), "0", 1)).Status(404)
}

// TestLookingWithoutSaving shows a picture of a record within a page, and says of a PDF why not.
func TestLookingWithoutSaving(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	files := map[string]int64{}
	for name, body := range map[string][]byte{"picture": picture(), "pdf": []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")} {
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			up, err := h.s.CleanFile(ctx, upload(body))
			if err != nil {
				return err
			}
			_, err = h.s.Attach(ctx, tx, r.ID, access.Casework, secret+name, up)
			return err
		})
	}
	o, err := h.s.Open(h.as(worker), r.ID, access.Casework, access.Attachments)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range o.Attachments {
		files[strings.TrimPrefix(a.Title, secret)] = a.File.ID
	}
	look := func(file int64, purpose string) string {
		return at(r.ID, purpose, "files", clock.FormatID(file), "look")
	}
	reads := func() (n int) {
		for _, x := range h.looks(r.ID) {
			if x.Kind == "file.read" {
				n++
			}
		}
		return n
	}
	w := h.visitor(worker).Get(at(r.ID, "casework")).Status(200)
	w.Get(w.Must("#files a").AttrOr("href", "")).Status(200)
	w.Get(look(files["pdf"], "casework")).Status(200).Contains("not opened within a page").Lacks("<img class=\"paper")
	src := w.Get(look(files["picture"], "casework")).Must("img.paper").AttrOr("src", "")
	if reads() != 0 {
		t.Error("a page without the picture counts as a look")
	}
	w.Get(src).Status(200)
	head := w.Response.Header
	if head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(head.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(head.Get("Cache-Control"), "no-store") {
		t.Errorf("the heads: %v", head)
	}
	if reads() != 1 {
		t.Errorf("%d looks in the trail", reads())
	}
	h.visitor(worker).Get(look(files["picture"], "meals")).Status(403)
	for _, who := range []int64{colleague, lead, clinicBoss} {
		h.visitor(who).Get(look(files["picture"], "casework")).Status(404)
	}
	other := h.enrol(worker, another())
	w.Get(strings.Replace(look(files["picture"], "casework"), clock.FormatID(r.ID), clock.FormatID(other.ID), 1)).Status(404)
}
