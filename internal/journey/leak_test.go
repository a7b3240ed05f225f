package journey_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/event"
	"manyhands/internal/web/webtest"
)

const (
	worker     = "worker@example.org"
	supervisor = "supervisor@example.org"
	lead       = "safeguarding-lead@example.org"
	admin      = "administrator@example.org"
	restsNow   = "zhou.ning@example.org" // a worker whose check has run out
)

// everybody are the readers of the sample network; "" is a guest.
func everybody() []string {
	all := []string{"", demo.Giver, demo.Guardian, restsNow}
	for _, s := range demo.Staff() {
		all = append(all, s.Email)
	}
	return all
}

// visitor is somebody without script who has signed in; "" for a guest.
func visitor(t *testing.T, r *apptest.Running, email string) *webtest.Client {
	t.Helper()
	c := webtest.At(t, r.URL)
	if email != "" {
		c.Get(r.SignInLink(t, email)).Submit("form#use-link", nil).Status(http.StatusSeeOther)
	}
	return c
}

// family is told over the pages, on top of the sample: a name with a rare character, a number, words that
// stand nowhere else.
var family = struct{ name, other, guardian, phone, number, address, allergy, wish string }{
	"𠮷野试苗", "试苗苗", "试苗外婆", "13800001937", "110101201603091246", "试验弄 937 号", "试苗不吃的东西", "试苗的档案请给我一份",
}

var report = struct{ what, child, where, staff, contact string }{
	"试报：昨晚有人推了孩子", "试报里的孩子", "试报的地方", "试报里的人", "试报人 13800001938",
}

// tell enrols the family and reports a concern, as people do it.
func tell(t *testing.T, r *apptest.Running) {
	t.Helper()
	c := visitor(t, r, demo.Guardian)
	c.Get("/me/children/new")
	if at := c.Find("main a[href^='/me/children/new?at=']"); at.Length() > 0 {
		c.Get(at.First().AttrOr("href", ""))
	}
	f := family
	c.Submit("#enrol", url.Values{"name": {f.name}, "other": {f.other}, "birth": {"2016-03-09"}, "sex": {"f"}, "guardian_name": {f.guardian},
		"relation": {"grandmother"}, "phone": {f.phone}}).Status(303)
	at := strings.TrimSuffix(c.Response.Header.Get("Location"), "/fill/number")
	c.Follow().Submit("#fill", url.Values{"number_kind": {"resident_id"}, "number": {f.number}}).Status(303)
	c.Follow().Submit("#fill", url.Values{"area": {"兰溪街道"}, "address": {f.address}}).Status(303)
	c.Follow().Submit("#fill", url.Values{"allergies": {"listed"}, "allergy": {f.allergy}}).Status(303)
	c.Get(at+"/requests").Submit("#ask", url.Values{"kind": {"copy"}, "words": {f.wish}}).Status(303)

	g := visitor(t, r, "").Get("/concern")
	form := g.Must("form[action='/concern']")
	g.Post("/concern", url.Values{"form_key": {form.Find("[name=form_key]").AttrOr("value", "")}, "what": {report.what}, "child": {report.child},
		"where": {report.where}, "staff": {report.staff}, "contact": {report.contact}, "allegation": {"1"}}).Status(303)
}

// search looks for many secrets at once.
type search struct {
	first [1 << 16]bool       // whether any form begins with two bytes
	forms map[string][]string // by their first six bytes
	of    map[string]string   // the secret of a form
}

// searchFor returns a search for secrets as they are, in HTML, in JSON and in addresses.
func searchFor(secrets ...string) *search {
	s := &search{forms: map[string][]string{}, of: map[string]string{}}
	for _, secret := range secrets {
		ascii := strings.Trim(fmt.Sprintf("%+q", secret), `"`)
		for _, form := range []string{secret, html.EscapeString(secret), ascii, url.QueryEscape(secret), url.PathEscape(secret)} {
			if _, known := s.of[form]; !known {
				s.first[int(form[0])<<8|int(form[1])] = true
				s.forms[form[:short]] = append(s.forms[form[:short]], form)
				s.of[form] = secret
			}
		}
	}
	return s
}

// in lists which secrets stand in a text.
func (s *search) in(text string) (found []string) {
	for i := range max(0, len(text)-short+1) {
		if !s.first[int(text[i])<<8|int(text[i+1])] {
			continue
		}
		for _, form := range s.forms[text[i:i+short]] {
			if strings.HasPrefix(text[i:], form) && !slices.Contains(found, s.of[form]) {
				found = append(found, s.of[form])
			}
		}
	}
	return found
}

// leaks reads what one reader can reach, and lists what it shows of children that the policies do not
// let that reader see, and whatever stands in a title or an address.
func leaks(t *testing.T, r *apptest.Running, email string, secrets *search, most int) (found []string, pages int) {
	t.Helper()
	c := newReader(t, r, most)
	from := []string{"/", "/api/hsds/services", "/api/hsds/organizations", "/metrics"}
	var mine map[string]bool
	if email != "" {
		c.signIn(r.SignInLink(t, email))
		from = append(from, "/me", "/me/children", "/desk", "/desk/children")
		mine = maySee(t, r, email)
		maps.Copy(mine, reported(t, r, email))
	}
	c.get("/?lang=zh")
	c.walk(func(p page) {
		pages++
		for _, s := range secrets.in(p.body) {
			if !mine[s] {
				found = append(found, p.path+" shows "+s)
			}
		}
		for _, s := range secrets.in(addresses(p)) {
			found = append(found, p.path+" has in an address or title "+s)
		}
	}, from...)
	return found, pages
}

// addresses are a page's own address and title and all that it leads to.
func addresses(p page) string {
	all := []string{p.path}
	if p.html {
		all = append(all, p.doc.Find("title").Text())
		for _, attr := range []string{"href", "action", "src", "formaction"} {
			for _, n := range p.doc.Find("[" + attr + "]").EachIter() {
				to := n.AttrOr(attr, "")
				if plain, err := url.QueryUnescape(to); err == nil {
					to += " " + plain
				}
				all = append(all, to)
			}
		}
	}
	return strings.Join(all, "\n")
}

// kept is all that the database holds, as text, one table after the other.
func kept(t *testing.T, r *apptest.Running) string {
	t.Helper()
	var rows []byte
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		tables, err := q.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table'")
		if err != nil {
			return err
		}
		defer tables.Close()
		var names []string
		for tables.Next() {
			var name string
			if err := tables.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		for _, name := range names {
			if rows, err = pour(t.Context(), q, rows, name); err != nil {
				return err
			}
		}
		return tables.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(rows)
}

func pour(ctx context.Context, q *db.Reader, into []byte, table string) ([]byte, error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return into, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return into, err
	}
	values, at := make([][]byte, len(columns)), make([]any, len(columns))
	for i := range values {
		at[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return into, err
		}
		into = append(append(into, table...), ": "...)
		into = append(append(into, bytes.Join(values, []byte(" | "))...), '\n')
	}
	return into, rows.Err()
}

// sent is every mail and message that left the house, and all that it logged.
func sent(r *apptest.Running) string {
	return fmt.Sprint(r.Mail.Mails(), r.Mail.Messages(), r.Log.Text())
}

// TestNoWordAboutAChildGetsOut reads as everybody, dumps the database, reads mails and logs, and looks for
// all that any record of a child or any report of harm holds. The list of what is looked for is what the
// product itself unseals, so nothing can be forgotten on it.
func TestNoWordAboutAChildGetsOut(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	tell(t, r)
	all := maySee(t, r, lead)
	maps.Copy(all, reported(t, r, lead))
	f := family
	for _, s := range []string{f.name, f.other, f.guardian, f.phone, f.number, f.address, f.allergy, f.wish, report.what, report.child, report.where, report.staff, report.contact, "小禾"} {
		if !all[s] {
			t.Errorf("%s is nothing that the records hold: the search proves nothing", s)
		}
	}
	secrets := searchFor(slices.Collect(maps.Keys(all))...)
	for _, email := range everybody() {
		found, pages := leaks(t, r, email, secrets, 2)
		for _, l := range found {
			t.Errorf("%s: %s", email, l)
		}
		if pages < 20 {
			t.Errorf("%s read only %d pages", email, pages)
		}
	}
	rows := kept(t, r)
	if !strings.Contains(rows, demo.Guardian) || !strings.Contains(rows, "child_record: ") {
		t.Error("the dump is empty")
	}
	for line := range strings.Lines(rows) {
		if found := secrets.in(line); len(found) > 0 {
			table, _, _ := strings.Cut(line, ": ")
			t.Errorf("table %s holds %s: %.300q", table, found, line)
		}
	}
	for _, s := range secrets.in(sent(r)) {
		t.Errorf("a mail or the log holds %s", s)
	}
}

// TestLeaksAreFound plants what must not be where it must not be, and expects the search to find it.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	const child = "小禾"
	secrets := searchFor(child)
	err := r.App.DB.Write(t.Context(), func(tx *db.Tx) error {
		if err := event.Add(t.Context(), tx, "child.enrolled", 1, 0, map[string]string{"name": child}); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), "UPDATE programme SET summary_zh = $1 || summary_zh", child)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := secrets.in(kept(t, r)); len(found) == 0 {
		t.Error("a name in an event was not found")
	}
	if found, _ := leaks(t, r, "", secrets, 1); len(found) == 0 {
		t.Error("a name on a public page was not found")
	}
	for _, text := range []string{"name=" + child, `{"name":"\u5c0f\u79be"}`, "/desk/children?name=%E5%B0%8F%E7%A6%BE"} {
		if len(secrets.in(text)) == 0 {
			t.Errorf("not found in %s", text)
		}
	}
}
