package guardianweb_test

import (
	"context"
	"net/http"
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
	"manyhands/internal/vault"
)

// addresses fills the table of routes with the numbers of a record, or of its parts.
func addresses(h *house, record, file, collector, answer int64) map[string]string {
	out := map[string]string{}
	fill := strings.NewReplacer("{id}", clock.FormatID(record), "{file}", clock.FormatID(file), "{collector}", clock.FormatID(collector),
		"{answer}", clock.FormatID(answer), "{matter}", "meals", "{group}", "contact")
	for _, r := range h.mux.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if strings.Contains(path, "{id}") {
			out[r.Pattern] = method + " " + fill.Replace(path)
		}
	}
	return out
}

// parts makes one of each part of the mother's record.
func (h *house) parts(at string, id int64) (collector, answer int64) {
	h.t.Helper()
	h.say(h.visitor(mother), at, "meals", "yes")
	h.write(mother, func(ctx context.Context, tx *db.Tx) (err error) {
		if collector, err = h.s.AddCollector(ctx, tx, id, access.Guardian, child.NewCollector{Who: child.Relative{Name: "测试姨", Relation: "aunt"},
			Until: tx.Now().Add(24 * time.Hour)}); err != nil {
			return err
		}
		list, err := h.s.ConsentHistory(ctx, tx, id, access.Guardian)
		answer = list[0].ID
		return err
	})
	return collector, answer
}

// TestNobodyElseGetsIn tries every route that names a record: as another guardian, as staff without
// being its guardian, as a guest, and with numbers of another child's parts.
func TestNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	collector, answer := h.parts(at, id)
	all := addresses(h, id, collector, collector, answer)
	if len(all) < 20 {
		t.Fatalf("%d routes name a record", len(all))
	}
	form := url.Values{"answer": {"yes"}, "kind": {"erasure"}, "words": {"x"}, "guardian_name": {"甲"}, "relation": {"aunt"}, "until": {"2027-01-01"}, "area": {"x"}}
	for person, want := range map[int64]int{stranger: 404, worker: 404, boss: 404, 0: 401} {
		c := h.visitor(person)
		for pattern, x := range all {
			method, path, _ := strings.Cut(x, " ")
			if method == http.MethodGet {
				c.Get(path)
			} else {
				c.Post(path, form)
			}
			want := want
			if person == 0 && method == http.MethodGet {
				want = http.StatusSeeOther // to sign in
			}
			if c.Response.StatusCode != want {
				t.Errorf("%s by %d: %d, want %d", pattern, person, c.Response.StatusCode, want)
			}
			if got := c.Response.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s: Cache-Control %q", pattern, got)
			}
		}
	}
	if got := h.standing(id, consent.For(consent.Meals)); got != consent.Given {
		t.Errorf("meals: %s", got)
	}
	mine := h.enrol(h.visitor(stranger)) // of one's own child, with another's parts
	c := h.visitor(stranger)
	c.Post(mine+"/collectors/"+clock.FormatID(collector)+"/end", nil).Status(404)
	c.Get(mine + "/answers/" + clock.FormatID(answer)).Status(404)
	c.Get(mine + "/files/" + clock.FormatID(answer)).Status(404)
	c.Get(mine + "/consents/share_partner-" + clock.FormatID(sponsor)).Status(404)
	for _, odd := range []string{"/me/children/x", "/me/children/0", "/me/children/-1", mine + "/fill/situation", mine + "/consents/enrol-" + clock.FormatID(5)} {
		c.Get(odd).Status(404)
	}
}

// TestAnotherSiteCannotAnswer sends each form from another origin.
func TestAnotherSiteCannotAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	collector, answer := h.parts(at, id)
	c := h.visitor(mother).Header("Origin", "https://other.example").Header("Sec-Fetch-Site", "cross-site")
	for pattern, x := range addresses(h, id, collector, collector, answer) {
		if method, path, _ := strings.Cut(x, " "); method == http.MethodPost {
			if c.Post(path, url.Values{"answer": {"no"}}).Response.StatusCode != http.StatusForbidden {
				t.Errorf("%s from another site: %d", pattern, c.Response.StatusCode)
			}
		}
	}
	if got := h.standing(id, consent.For(consent.Meals)); got != consent.Given {
		t.Errorf("meals: %s", got)
	}
}

// TestWhatWasTypedStaysText types mark-up into every field of text and opens every page.
func TestWhatWasTypedStaysText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	evil := `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	c := h.visitor(mother)
	at := h.enrol(c)
	c.Get(at+"/fill/contact").Submit("#fill", url.Values{"area": {evil}, "address": {evil}}).Status(303)
	c.Get(at+"/fill/alerts").Submit("#fill", url.Values{"allergies": {"listed"}, "allergy": {evil}, "medicine": {evil}, "watch": {evil}, "emergency": {evil}}).Status(303)
	c.Get(at+"/fill/education").Submit("#fill", url.Values{"school": {evil}, "class": {evil}, "help": {evil}}).Status(303)
	c.Get(at+"/requests").Submit("#ask", url.Values{"kind": {"correction"}, "words": {evil}}).Status(303)
	c.Get(at+"/collectors/never").Submit("#add", url.Values{"guardian_name": {"甲"}, "relation": {"uncle"}, "remark": {evil}}).Status(303)
	for _, page := range []string{"", "/fill/contact", "/fill/alerts", "/fill/education", "/requests", "/collectors", "/collectors/never", "/copy", "/looked"} {
		c.Get(at+page).Status(200).Lacks("<script>alert", "<img src=x", "<img")
	}
	for page, field := range map[string]string{"/collectors": "guardian_name", "/guardians": "phone", "/fill/name": "name", "/fill/number": "number"} {
		form, values := "#add", url.Values{field: {evil}}
		if strings.HasPrefix(page, "/fill") {
			form = "#fill"
		}
		if field == "number" {
			values.Set("number_kind", "resident_id")
		}
		c.Get(at+page).Submit(form, values).Status(422).Lacks("<script>alert", "<img")
	}
}

// TestTitlesAddressesAndLogsHoldNoName walks over every page of a child.
func TestTitlesAddressesAndLogsHoldNoName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	collector, answer := h.parts(at, id)
	c := h.visitor(mother).Lang(i18n.ZH)
	c.Get(at + "/fill/name").Status(404) // a worker has seen the register: by request from now on
	for _, x := range addresses(h, id, collector, collector, answer) {
		method, path, _ := strings.Cut(x, " ")
		if method != http.MethodGet || strings.Contains(path, "/files/") {
			continue
		}
		c.Get(path).Status(200)
		if got := c.Response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q: the back button shows it after signing out", path, got)
		}
		head := c.Find("head").Text()
		for _, m := range c.Find("head meta").EachIter() {
			head += m.AttrOr("content", "")
		}
		for _, s := range secrets {
			if strings.Contains(head, s) || strings.Contains(path, url.PathEscape(s)) {
				t.Errorf("%s: the head of the page or its address holds %q", path, s)
			}
		}
		for _, a := range c.Find("a, form").EachIter() {
			to := a.AttrOr("href", "") + a.AttrOr("action", "")
			if to, err := url.PathUnescape(to); err == nil {
				for _, s := range secrets {
					if strings.Contains(to, s) {
						t.Errorf("%s links to %q", path, to)
					}
				}
			}
		}
	}
	c.Post(at+"/collectors", url.Values{"guardian_name": {"测试妈"}, "phone": {"测试爸"}}).Status(422)
	h.log.Lock()
	defer h.log.Unlock()
	for _, s := range secrets {
		if strings.Contains(h.log.String(), s) {
			t.Errorf("the log holds %q", s)
		}
	}
	if h.log.Len() == 0 {
		t.Error("nothing is logged at all")
	}
}

// TestTwoTabs has one guardian change the same group twice, from pages of the same version.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, _ := h.active()
	one, two := h.visitor(mother).Get(at+"/fill/contact"), h.visitor(mother).Get(at+"/fill/contact")
	one.Submit("#fill", url.Values{"area": {"甲街"}}).RedirectsTo(at)
	two.Submit("#fill", url.Values{"area": {"乙街"}}).Status(409).Contains("Somebody")
	if got := two.Must("#f-area").AttrOr("value", ""); got != "乙街" {
		t.Errorf("what was typed is lost: %q", got)
	}
}

// TestASessionThatEndedKeepsNothing sends a form without a session: nothing is kept, and nothing of what
// was typed comes back.
func TestASessionThatEndedKeepsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	c := h.visitor(mother).Get(at + "/consents/meals")
	c.Header("Cookie", "").Submit("#answer", url.Values{"answer": {"yes"}}).Status(401).Lacks("小测")
	if got := h.standing(id, consent.For(consent.Meals)); got != consent.NotAsked {
		t.Errorf("meals: %s", got)
	}
}

// TestWithoutTheMasterKey: names cannot be read, and a yes can be taken back all the same. A copy that
// would be empty is refused.
func TestWithoutTheMasterKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	h.say(h.visitor(mother), at, "meals", "yes")
	h.serve(vault.Shut(h.d))
	c := h.visitor(mother)
	sentence := c.Get("/me/children").Status(200).Lacks("小测").Must(".notice").Text()
	if sentence == "" || !strings.Contains(c.Body, "K-") {
		t.Error("the page does not say that names cannot be read")
	}
	for _, page := range []string{"", "/consents", "/consents/meals", "/looked"} {
		c.Get(at + page).Status(200).Lacks("小测").Must(".notice")
	}
	c.Get(at+"/consents/meals").Submit("#withdraw", nil).Status(303).Follow().Status(200)
	if got := h.standing(id, consent.For(consent.Meals)); got != consent.Withdrawn {
		t.Errorf("meals: %s", got)
	}
	for _, page := range []string{"/copy", "/copy.json", "/guardians", "/collectors", "/fill/alerts"} {
		c.Get(at + page).Status(503)
	}
	for _, page := range []string{"", "/consents", "/consents/meals", "/looked"} {
		h.visitor(stranger).Get(at + page).Status(404)
	}
}

// TestTheChildsWishOnThePage: a guardian reads that the child wishes them to know, and nothing otherwise.
func TestTheChildsWishOnThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	note := func(kind consent.RemarkKind, yes bool) {
		h.write(worker, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Remark(ctx, tx, consent.Remark{Record: id, Kind: kind, Matter: consent.For(consent.Outings), Yes: yes, Words: "测试街旁边"})
			return err
		})
	}
	c := h.visitor(mother)
	note(consent.Competence, true)
	note(consent.TellParents, false)
	c.Get(at+"/consents/outings").Lacks("own part", "understands it")
	note(consent.TellParents, true)
	c.Get(at+"/consents/outings").Contains("wishes you to know", "understands it").Lacks("测试街旁边")
	c.Get(at + "/consents/meals").Lacks("own part")
	c.Get(at + "/looked").Lacks("测试街旁边")
	c.Get(at + "/copy").Lacks("测试街旁边")
}
