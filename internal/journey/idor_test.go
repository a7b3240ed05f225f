package journey_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/app/apptest"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/fault"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/web"
)

// guarded are the pages that are about one child, one report, one application or one person's work.
var guarded = regexp.MustCompile(`^/(me/children|desk/children|desk/concerns|desk/glass|desk/retention|apply|desk/verification|desk/people)/[0-9a-z]{10,}`)

// seen is what all readers together are led to.
type seen struct {
	paths []string             // guarded addresses
	forms map[string][]*filled // guarded forms, and those that take files, by reader
}

func seenByAll(t *testing.T, r *apptest.Running) (s seen) {
	t.Helper()
	all := map[string]bool{}
	s.forms = map[string][]*filled{}
	for _, email := range everybody() {
		if email == "" || email == demo.Giver {
			continue
		}
		c := newReader(t, r, 2)
		c.signIn(r.SignInLink(t, email))
		found := c.forms(r, func(p page) {
			if p.status == http.StatusOK && guarded.MatchString(p.path) {
				all[p.path] = true
			}
		}, "/me/children", "/desk/children", "/desk/concerns", "/desk/glass", "/desk/audit", "/desk/retention", "/desk/verification", "/desk/people", "/apply", "/desk")
		for _, f := range found {
			if f.file || guarded.MatchString(f.path) {
				s.forms[email] = append(s.forms[email], f)
			}
		}
	}
	s.paths = slices.Sorted(maps.Keys(all))
	return s
}

// TestWhatBelongsToOthers collects all addresses and forms that are about a child, a report, an application
// or a person, and tries them as others.
func TestWhatBelongsToOthers(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	tell(t, r)
	s := seenByAll(t, r)
	t.Run("forms", func(t *testing.T) { s.formsChangeNothing(t, r) })
	t.Run("addresses", func(t *testing.T) { s.addressesOpenNothing(t, r) })
	t.Run("files", func(t *testing.T) { s.noFileButPapers(t, r) })
}

// addressesOpenNothing asks for every address as everybody: what answers must be what the policies let that
// reader see.
func (s seen) addressesOpenNothing(t *testing.T, r *apptest.Running) {
	if len(s.paths) < 40 {
		t.Fatalf("only %d addresses", len(s.paths))
	}
	all := maySee(t, r, lead)
	maps.Copy(all, reported(t, r, lead))
	secrets := searchFor(slices.Collect(maps.Keys(all))...)
	opened := map[string]int{}
	for _, email := range everybody() {
		c := newReader(t, r, 1)
		mine := map[string]bool{}
		if email != "" {
			c.signIn(r.SignInLink(t, email))
			mine = maySee(t, r, email)
			maps.Copy(mine, reported(t, r, email))
		}
		for _, path := range s.paths {
			p := c.get(path)
			for _, secret := range secrets.in(p.body) {
				if !mine[secret] {
					t.Errorf("%s shows %s to %s", path, secret, email)
				}
			}
			switch {
			case p.status != http.StatusOK:
			case p.doc != nil && p.doc.Find("#sign-in").Length() > 0: // asked to sign in first
			case mayAsk(t, r, email, path):
				opened[email]++
			default:
				t.Errorf("%s answers %q", path, email)
			}
		}
	}
	t.Logf("%d addresses; opened: %v", len(s.paths), opened)
	if opened[lead] == 0 || opened[demo.Guardian] == 0 || opened[demo.Giver] != 0 || opened[restsNow] != 0 || opened[""] != 0 {
		t.Errorf("opened: %v", opened)
	}
}

// aRecord is the address of a page about one child.
var aRecord = regexp.MustCompile(`^/(me|desk)/children/([0-9a-z]{10,})(?:/([a-z]+))?`)

// mayAsk says by the policies alone whether a page may answer somebody.
func mayAsk(t *testing.T, r *apptest.Running, email, path string) bool {
	t.Helper()
	if email == "" {
		return false
	}
	ctx := as(t, r, email)
	req, err := http.NewRequestWithContext(ctx, "GET", r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	pattern, _ := r.App.Mux.Match(req)
	for _, route := range r.App.Mux.Routes() {
		if route.Pattern == pattern && (route.Need == web.Public || peopleweb.Gate(ctx, route.Need) != nil) {
			return false
		}
	}
	if m := ofARecord.FindStringSubmatch(path); m != nil {
		return mayDo(t, r, ctx, m[2], map[string]access.Permission{"glass": access.RecordGlass, "retention": access.RecordErase}[m[1]])
	}
	m := aRecord.FindStringSubmatch(path)
	if m == nil {
		return true
	}
	id, err := clock.ParseID(m[2])
	if err != nil {
		t.Fatal(err)
	}
	if m[1] == "me" {
		_, err = r.App.Children.Open(ctx, id, access.Guardian)
		return err == nil
	}
	purposes := access.Purposes()
	if p := access.Purpose(m[3]); slices.Contains(purposes, p) {
		purposes = []access.Purpose{p}
	}
	for _, p := range purposes {
		if _, err := r.App.Children.Open(ctx, id, p); err == nil {
			return true
		}
	}
	return false
}

// ofARecord is the address of a page by which something is done with a record that is not open.
var ofARecord = regexp.MustCompile(`^/desk/(glass|retention)/([0-9a-z]{10,})(?:/erase)?$`)

func mayDo(t *testing.T, r *apptest.Running, ctx context.Context, id string, p access.Permission) (may bool) {
	t.Helper()
	record, err := clock.ParseID(id)
	if err == nil {
		err = r.App.DB.Write(ctx, func(tx *db.Tx) error {
			_, res, err := r.App.Children.Resource(ctx, tx, record)
			if fault.KindOf(err) == fault.NotFound {
				return nil
			}
			may = err == nil && access.DecideRecord(ctx, p, res, access.Question{At: tx.Now(), Purpose: access.Safeguarding, Reason: true}).Allowed
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return may
}

// lasting is what the tables hold that a stranger's posts must not touch; what every request and every
// background job writes is left out.
func lasting(t *testing.T, r *apptest.Running) map[string][32]byte {
	t.Helper()
	rows := map[string]*bytes.Buffer{}
	for line := range strings.Lines(kept(t, r)) {
		table, rest, _ := strings.Cut(line, ": ")
		if strings.HasPrefix(table, "child_") || strings.HasPrefix(table, "consent") || strings.HasPrefix(table, "concern") || strings.HasPrefix(table, "appointment") ||
			strings.HasPrefix(table, "application") || strings.HasPrefix(table, "checklist") || strings.HasPrefix(table, "organisation") || table == "blob" || table == "glass" || strings.HasPrefix(table, "person_") {
			if rows[table] == nil {
				rows[table] = &bytes.Buffer{}
			}
			rows[table].WriteString(rest)
		}
	}
	sums := map[string][32]byte{}
	for table, b := range rows {
		sums[table] = sha256.Sum256(b.Bytes())
	}
	return sums
}

// formsChangeNothing sends every form as a guest, a giver and a worker whose check has run out.
func (s seen) formsChangeNothing(t *testing.T, r *apptest.Running) {
	before, n := lasting(t, r), 0
	if len(before) < 10 {
		t.Fatalf("only %d tables", len(before))
	}
	for _, email := range []string{"", demo.Giver, restsNow} {
		c := visitor(t, r, email)
		for _, of := range s.forms {
			for _, f := range of {
				n++
				if f.file {
					kind, body := upload(f, "letter.png", picture())
					c.PostBody(f.path, kind, body)
				} else {
					c.Post(f.path, f.with("typed"))
				}
				if s := c.Response.StatusCode; s != 401 && s != 403 && s != 404 {
					t.Errorf("%s sent by %q answers %d, %s", f.path, email, s, c.Response.Header.Get("Location"))
				}
			}
		}
	}
	for table, sum := range lasting(t, r) {
		if before[table] != sum {
			t.Errorf("%s has changed", table)
		}
	}
	t.Logf("%d forms", n)
	if n < 60 {
		t.Errorf("only %d forms were sent", n)
	}
}

// upload is a form with a file in the field that it has for one.
func upload(f *filled, name string, data []byte) (contentType, body string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for field, values := range f.values {
		for _, v := range values {
			_ = m.WriteField(field, v) // a buffer takes everything
		}
	}
	for _, field := range f.files {
		if w, err := m.CreateFormFile(field, name); err == nil {
			_, _ = w.Write(data)
		}
	}
	_ = m.Close()
	return m.FormDataContentType(), b.String()
}

func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))) // a buffer takes everything
	return b.Bytes()
}

// noFileButPapers sends what is no paper to every form of the house that takes one.
func (s seen) noFileButPapers(t *testing.T, r *apptest.Running) {
	flood := picture()
	copy(flood[16:24], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60}) // says that it is 60,000 by 60,000
	bad := map[string][]byte{
		"page.png": []byte("<html><script>alert(1)</script>"), "drawing.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "flood.png": flood,
		"active.pdf": []byte("%PDF-1.7\n1 0 obj<</OpenAction<</S/J#61vaScript/JS(app.alert(1))>>>>endobj\n%%EOF"), "papers.zip": []byte("PK\x03\x04"), "half.jpg": {0xff, 0xd8, 0xff, 0xe0},
		"both.gif": []byte("GIF89a/*\x00\x00*/=1;alert(1)"), "big.png": append(picture(), make([]byte, 12<<20)...), "../../etc/cron.d/x\r\nX-Planted: 1.png": []byte("x"),
		"page.pdf": []byte("%PDF-1.7\n<html><script>alert(1)</script>\n%%EOF"), "both.jpg": append(picture()[:40], "<script>"...),
	}
	done := map[string]bool{}
	files := func() int { return strings.Count(kept(t, r), "\nblob: ") }
	before := files()
	for email, forms := range s.forms {
		c := visitor(t, r, email)
		for _, f := range forms {
			if !f.file || done[f.kind] {
				continue
			}
			done[f.kind] = true
			for name, data := range bad {
				kind, body := upload(f, name, data)
				c.PostBody(f.path, kind, body)
				if s := c.Response.StatusCode; s != 422 && s != 413 && s != 400 {
					t.Errorf("%s sent to %s answers %d", name, f.path, s)
				}
			}
		}
	}
	if after := files(); after != before {
		t.Errorf("%d files were kept", after-before)
	}
	if t.Logf("%v", slices.Sorted(maps.Keys(done))); len(done) < 3 {
		t.Errorf("only %d forms take files", len(done))
	}
}
