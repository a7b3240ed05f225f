package applyweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/programme/applyweb"
	"manyhands/internal/web/webtest"
)

// handedIn takes an application from the first form to the verifiers, and returns its two addresses.
func (h *house) handedIn(org8 string) (own, desk string) {
	h.Helper()
	me := h.as("applicant")
	me.Get("/apply").Status(200)
	me.Submit("form#begin", with("kind", "centre", "name_zh", "晨读书房", "credit_code", "5231")).Status(422)
	me.Submit("form#begin", with("credit_code", code(h, org8))).Follow().Status(200).Must("#gaps")
	own = me.Path()
	me.Submit("form#edit", with("name_en", "Morning Room", "about_zh", "清早开门。<script>x</script>", "place_zh", "上海", "purpose_zh", "陪孩子读书")).Follow().Status(200)
	me.Submit(`form[action$="/account"]`, with("account", "12")).Status(422)
	me.Submit(`form[action$="/account"]`, with("account", "6222021001123456789")).Follow().Status(200).Contains("6789").Lacks("6222021001123456789")
	for _, post := range []string{"head", "safeguarding"} {
		me.Submit(`form[action$="/people"]`, with("post", post, "email", "head@example.org", "name", "")).Follow().Status(200)
	}
	if !strings.Contains(me.Text("main"), "head@example.org") {
		h.Error("who was named is shown by another name than the one that was typed")
	}
	head := h.as("head")
	head.Get(own).Status(200).Lacks("6789")
	if head.Find("form#edit").Length() != 0 {
		h.Error("who has not confirmed can write")
	}
	head.Post(own+"/hand-in", nil).Status(403)
	head.Get(own).Submit("form#confirm", with("answer", "yes")).Follow().Status(200).Must("form#edit")
	for _, part := range []string{"registration", "bank_account", "child_protection"} {
		fields := []string{}
		if part == "registration" {
			fields = []string{"reference", "52310000-1"}
		}
		if got := h.upload("applicant", own, part, scan(h), fields...); got != http.StatusSeeOther {
			h.Errorf("%s: %d", part, got)
		}
	}
	me.Get(own).Submit(`form[action$="/hand-in"]`, nil).Follow().Status(200)
	if me.Find("form#edit, #gaps").Length() != 0 {
		h.Error("what is being judged can be changed")
	}
	return own, strings.Replace(own, "/apply/", "/desk/verification/", 1)
}

func TestFromTheFirstFormToTheLastWord(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			_, desk := h.handedIn("61002100")
			one, two := h.as("one", verifier).Lang(lang), h.as("two", verifier).Lang(lang)
			one.Get("/desk/verification").Status(200).Click(`.card a[href="` + desk + `"]`).Status(200)
			if one.Find("script:not([src])").Length() != 0 {
				t.Error("what was typed runs as a script")
			}
			if one.Find(`form[action$="/approve"]`).Length() != 0 {
				t.Error("an unchecked organisation can be let in")
			}
			one.Post(desk+"/approve", nil).Status(409)
			refuse := func() { one.Get(desk).Submit(`#registration details form[action*="/items/"]`, nil) }
			if refuse(); one.Find("#registration .bad").Length() != 1 {
				t.Error("refused without a reason")
			}
			for _, item := range []string{"registration", "child_protection", "bank_account"} {
				one.Get(desk).Submit("#"+item+` form.inline[action*="/items/"]`, nil).Follow().Status(200)
			}
			one.Submit(`#representative form`, nil).Follow().Status(200)
			two.Get(desk).Submit(`#bank_account form.inline[action*="/items/"]`, nil).Follow().Status(200)
			one.Get(desk).Submit(`form[action$="/approve"]`, nil).Follow().Status(200)
			if one.Find(`form[action$="/approve"]`).Length() != 0 {
				t.Error("one verifier can say yes twice")
			}
			one.Post(desk+"/approve", nil).Status(403)
			two.Get(desk).Submit(`form[action$="/account"]`, nil).Status(200).Contains("6222021001123456789")
			two.Get(desk).Lacks("6222021001123456789").Submit(`form[action$="/approve"]`, nil).Follow().Status(200)

			two.Submit(`form[action$="/suspend"]`, nil).Status(422)
			two.Submit(`form[action$="/suspend"]`, with("suspend_reason", "money")).Follow().Status(200)
			two.Post(desk+"/uphold", nil).Status(403)
			one.Get("/desk/verification").Status(200)
			one.Get(desk).Submit(`form[action$="/uphold"]`, nil).Follow().Status(200).Submit(`form[action$="/lift"]`, nil).Follow().Status(200)
			one.Post(desk+"/lift", nil).Status(403)
			two.Get(desk).Submit(`form[action$="/lift"]`, nil).Follow().Status(200).Must("#suspend")
		})
	}
}

func TestReturnedWithReasonsAndAppealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, desk := h.handedIn("61002100")
	one, me := h.as("one", verifier).Lang(i18n.EN), h.as("applicant").Lang(i18n.EN)
	one.Get(desk).Submit(`form[action$="/return"]`, nil).Status(422)
	evidence := strings.TrimPrefix(one.Get(desk).Must(`#registration form.inline`).AttrOr("action", ""), desk+"/items/")
	one.Post(desk+"/items/"+evidence, with(evidence+"_verdict", "refused", evidence+"_reason", "unreadable", evidence+"_note", "page <b>two</b>")).Follow().Status(200)
	one.Post(desk+"/items/"+evidence, with(evidence+"_verdict", "accepted")).Status(409) // in another tab
	one.Get(desk).Submit(`form[action$="/return"]`, nil).Follow().Status(200)
	me.Get(own).Status(200).Contains("The document cannot be read: page <b>two</b>")
	me.Submit(`form[action$="/appeal"]`, nil).Status(422)
	me.Submit(`form[action$="/appeal"]`, with("appeal", "Every page is clear.")).Follow().Status(200)
	one.Get(desk).Contains("Every page is clear.").Submit(`form[action$="/return"]`, with("return_note", "No.")).Status(403)
}

// An id in an address opens nothing: an application is there for who answers for it, and for verifiers
// once it was handed in.
func TestWhomAnApplicationConcerns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, desk := h.handedIn("61002100")
	document := h.as("one", verifier).Get(desk).Must(`#registration a[href*="/documents/"]`).AttrOr("href", "")
	document = strings.TrimSuffix(document, "/look")
	file := document[strings.LastIndex(document, "/"):]
	stranger, admin := h.as("stranger"), h.as("admin", access.Grant{Role: access.Administrator})
	elsewhere := h.as("elsewhere", access.Grant{Role: access.Coordinator, Organisation: 7})
	guest := h.as("nobody").Header("X-Actor", "")
	for _, path := range []string{own, own + "/documents" + file} {
		stranger.Get(path).Status(404)
		elsewhere.Get(path).Status(404)
		guest.Get(path).Status(303) // to the sign-in page
	}
	for _, path := range []string{own, own + "/account", own + "/people", own + "/people/end", own + "/papers/registration", own + "/hand-in", own + "/appeal"} {
		stranger.Post(path, nil).Status(404)
		elsewhere.Post(path, nil).Status(404)
		guest.Post(path, nil).Status(401)
	}
	here := h.as("here", access.Grant{Role: access.Verifier, Organisation: id(t, own)}) // verifies its programmes, not itself
	for _, path := range []string{"/items/" + file[1:], "/found/representative", "/withdraw/registration", "/conflict", "/return", "/approve", "/account", "/suspend", "/uphold", "/lift"} {
		stranger.Post(desk+path, nil).Status(403)
		here.Post(desk+path, nil).Status(403)
	}
	admin.Post(desk+"/approve", nil).Status(403) // an administrator suspends and does not verify
	admin.Get(desk + "/documents" + file).Status(403)
	stranger.Get(desk).Status(403)

	// A picture is shown within a page, to whoever may have it.
	for _, who := range []*webtest.Client{admin, here, stranger} {
		who.Get(document + "/look").Status(403)
	}
	if src := h.as("one", verifier).Get(document+"/look").Status(200).Must("img.paper").AttrOr("src", ""); src != document {
		t.Errorf("the picture is %q, want %q", src, document)
	}

	// A document is a download, of this organisation alone, and its reading is noted.
	r := httptest.NewRequest(http.MethodGet, desk+"/documents"+file, nil)
	r.Header.Set("X-Actor", "one")
	answer := httptest.NewRecorder()
	h.handler.ServeHTTP(answer, r)
	if answer.Code != 200 || !strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment") ||
		answer.Header().Get("Content-Type") != "image/png" || answer.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", answer.Code, answer.Header())
	}
	notes := 0
	err := h.db.Read(t.Context(), func(q *db.Reader) error {
		return q.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM audit_row WHERE kind = 'document.read'").Scan(&notes)
	})
	if err != nil || notes != 1 {
		t.Errorf("%d notes, %v", notes, err)
	}
	_, other := h.handedIn("61002101")
	h.as("one", verifier).Get(other + "/documents" + file).Status(404)
	h.as("one", verifier).Get(other + "/documents" + file + "/look").Status(404)
	h.as("one", verifier).Post(other+"/items/"+file[1:], nil).Status(422) // no verdict
}

func id(t *testing.T, path string) int64 {
	t.Helper()
	n, err := clock.ParseID(strings.TrimPrefix(path, "/apply/"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestConflictsAndDrafts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	own, desk := h.handedIn("61002100")
	applicant := h.as("applicant", verifier) // a verifier who approves their own organisation
	applicant.Get(desk).Status(200)
	if applicant.Find(`form[action*="/items/"], form[action$="/approve"], form[action$="/return"]`).Length() != 0 {
		t.Error("who applied is offered to judge")
	}
	applicant.Post(desk+"/approve", nil).Status(403)
	one := h.as("one", verifier)
	one.Get(desk).Submit(`form[action$="/conflict"]`, nil).Status(422)
	one.Submit(`form[action$="/conflict"]`, with("conflict_reason", "family")).Follow().Status(200)
	one.Post(desk+"/return", with("return_note", "x")).Status(403)
	one.Post(desk+"/account", nil).Status(403)
	applicant.Get(own).Submit(`form[action$="/people"]`, with("post", "finance", "email", "two@example.org"))
	two := h.as("two", verifier) // named by another to shut them out
	two.Get(desk).Status(200).Must(`form[action$="/conflict"]`)
	two.Get(own).Submit("form#confirm", with("answer", "no")).Follow().Status(200)
	two.Get(own).Status(404)

	me := h.as("writer")
	me.Get("/apply").Submit("form#begin", with("kind", "shop", "name_zh", "面包房", "credit_code", "9144030071526726XG")).Follow().Status(200)
	draft := strings.Replace(me.Path(), "/apply/", "/desk/verification/", 1)
	h.as("two", verifier).Get(draft).Status(404) // nobody looks over their shoulder
	me.Get(own).Status(404)
	for name, bad := range map[string]string{"empty": "", "polyglot": "GIF89a/*<script>*/", "text": "%PDF-1.4 <html>"} {
		if got := h.upload("writer", me.Get("/apply").Must(".card a").AttrOr("href", ""), "business_licence", []byte(bad), "reference", "1"); got != 422 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// The desk opens the application of an organisation that it wrote; twice is a conflict.
func TestTheDeskOpensAnApplication(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var path string
	h.must(func(ctx context.Context, tx *db.Tx) error {
		o, err := h.draft(ctx, tx)
		path = "/desk/organisations/" + clock.FormatID(o) + "/application"
		return err
	})
	desk := h.as("desk", access.Grant{Role: access.Coordinator})
	h.as("elsewhere", access.Grant{Role: access.Coordinator, Organisation: 7}).Post(path, nil).Status(403)
	desk.Post(path, nil).Follow().Status(200).Must("#gaps")
	desk.Post(path, nil).Status(409)
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, applyweb.Texts(), "applyweb.")
}
