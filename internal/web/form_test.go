package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/web"
)

func post(body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func form(t *testing.T, v url.Values) *web.Form {
	t.Helper()
	f, err := web.ReadForm(httptest.NewRecorder(), post(v.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFormReadsValues(t *testing.T) {
	t.Parallel()
	id := clock.NewIDs(clock.System{}, 1).Next()
	f := form(t, url.Values{
		"name": {"  林\n老师 "}, "words": {"a\r\nb\rc"}, "email": {"Lin@Example.ORG"}, "amount": {"￥1,234.5"}, "n": {"12"},
		"day": {"2026-11-23"}, "at": {"2026-11-23T16:30"}, "id": {clock.FormatID(id)}, "kind": {"time"}, "tick": {"1"}, "nfd": {"e\u0301"},
	})
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, i18n.DefaultZone())
	for name, ok := range map[string]bool{
		"text":  f.Text("name", 10) == "林 老师",
		"lines": f.Lines("words", 10) == "a\nb\nc",
		"email": f.Email("email") == "Lin@example.org",
		"money": f.Money("amount", money.CNY) == money.Yuan(123450),
		"int":   f.Int("n", 1, 12) == 12,
		"date":  f.Date("day").Equal(day),
		"at":    f.DateTimeLocal("at").Equal(day.Add(16*time.Hour + 30*time.Minute)),
		"id":    f.ID("id") == id,
		"kind":  f.Choice("kind", "money", "time") == "time",
		"empty": f.Choice("absent", "", "x") == "",
		"bool":  f.Bool("tick") && !f.Bool("untick"),
		"nfc":   f.Text("nfd", 1) == "é",
	} {
		if !ok {
			t.Errorf("%s is read wrongly", name)
		}
	}
	if f.Err() != nil {
		t.Error(f.Err())
	}
}

func TestFormNotesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, want string
		read        func(f *web.Form)
	}{
		{"", "form.required", func(f *web.Form) { f.Required("x") }},
		{"四个汉字", "form.too_long", func(f *web.Form) { f.Text("x", 3) }},
		{"", "form.required", func(f *web.Form) { f.Email("x") }},
		{"lin", "form.email", func(f *web.Form) { f.Email("x") }},
		{"Lin <lin@example.org>", "form.email", func(f *web.Form) { f.Email("x") }},
		{"lin@localhost", "form.email", func(f *web.Form) { f.Email("x") }},
		{"a@[127.0.0.1]", "form.email", func(f *web.Form) { f.Email("x") }},
		{strings.Repeat("a", 250) + "@example.org", "form.email", func(f *web.Form) { f.Email("x") }},
		{"", "money.empty", func(f *web.Form) { f.Money("x", money.CNY) }},
		{"12,50", "money.comma", func(f *web.Form) { f.Money("x", money.CNY) }},
		{"many", "form.number", func(f *web.Form) { f.Int("x", 1, 5) }},
		{"0", "form.too_small", func(f *web.Form) { f.Int("x", 1, 5) }},
		{"6", "form.too_big", func(f *web.Form) { f.Int("x", 1, 5) }},
		{"99999999999999999999", "form.too_big", func(f *web.Form) { f.Int("x", 1, 5) }},
		{"-99999999999999999999", "form.too_small", func(f *web.Form) { f.Int("x", 1, 5) }},
		{"2026-02-30", "form.date", func(f *web.Form) { f.Date("x") }},
		{"0001-01-01", "form.date", func(f *web.Form) { f.Date("x") }},
		{"tomorrow", "form.date_time", func(f *web.Form) { f.DateTimeLocal("x") }},
		{"17", "form.id", func(f *web.Form) { f.ID("x") }},
		{"other", "form.choice", func(f *web.Form) { f.Choice("x", "money") }},
		{"", "form.file", func(f *web.Form) { f.File("x", 10) }},
	} {
		f := form(t, url.Values{"x": {c.value}})
		c.read(f)
		got, _ := f.Errs.Get("x")
		if got.Key != c.want || f.View().Value("x") != c.value {
			t.Errorf("%q: %q, want %q", c.value, got.Key, c.want)
		}
	}
}

func TestFormRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r    *http.Request
		kind fault.Kind
		key  string
	}{
		"not UTF-8": {post("x=%ff"), fault.Invalid, "form.encoding"},
		"NUL":       {post("x=a%00b"), fault.Invalid, "form.encoding"},
		"torn":      {post("x=%zz"), fault.Invalid, "form.unreadable"},
		"too large": {post("x=" + strings.Repeat("a", 1<<20)), fault.TooLarge, "form.too_large"},
		"no form":   {httptest.NewRequest("POST", "/", strings.NewReader("{}")), fault.Invalid, "form.unreadable"},
	} {
		_, err := web.ReadForm(httptest.NewRecorder(), c.r)
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "aaa") {
			t.Errorf("%s: what was typed is in the error", name)
		}
	}
}

func TestFormMergeAndView(t *testing.T) {
	t.Parallel()
	f := form(t, url.Values{"title": {"t"}, "tag": {"a", "b"}})
	if err := f.Merge(fault.Fields{{Name: "title", Key: "form.required"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Merge(nil); err != nil {
		t.Fatal(err)
	}
	f.Bad("title", "form.choice") // the first one stays
	ctx := i18n.With(context.Background(), i18ntest.Bundle(t), i18n.EN, nil)
	v := f.View()
	if v.Bad(ctx, "title") != "Fill this in." || v.Bad(ctx, "tag") != "" || !v.Is("tag", "b") || v.Is("tag", "c") || !v.Failed() {
		t.Errorf("%+v", v)
	}
	if err := f.Merge(fault.New(fault.Conflict, "x")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another fault was swallowed: %v", err)
	}
}

func upload(t *testing.T, size int) *http.Request {
	t.Helper()
	var buf bytes.Buffer
	mw := multipart.NewWriter(&buf)
	_ = mw.WriteField("note", "n")
	part, err := mw.CreateFormFile("invoice", `C:\fakepath\invoice.pdf`)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("%PDF-1.7 " + strings.Repeat("x", size)))
	_ = mw.Close()
	r := httptest.NewRequest("POST", "/", &buf)
	r.Header.Set("Content-Type", mw.FormDataContentType())
	return r
}

func TestUpload(t *testing.T) {
	t.Parallel()
	f, err := web.ReadUpload(httptest.NewRecorder(), upload(t, 100), 4<<10)
	if err != nil {
		t.Fatal(err)
	}
	file, ok := f.File("invoice", 1<<10)
	if !ok || file.Type != "application/pdf" || len(file.Data) != 109 || f.Text("note", 5) != "n" || !f.HasFile("invoice") {
		t.Errorf("%v %+v", ok, file)
	}
	if _, ok := f.File("invoice", 10); ok || f.Errs[0].Key != "form.file_too_large" {
		t.Errorf("a file over its limit was taken: %v", f.Errs)
	}
	if _, err := web.ReadUpload(httptest.NewRecorder(), upload(t, 8<<10), 4<<10); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("over the whole limit: %v", err)
	}
}

// A handler may ask for more than the chain's own body limit, and plain readers may not.
func TestBodyLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *web.Options) { o.BodyLimit = 1 << 10 })
	s.mux.Handle("POST /upload", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ReadUpload(w, r, 64<<10)
		if err != nil {
			return err
		}
		if _, ok := f.File("invoice", 64<<10); !ok {
			return f.Err()
		}
		return says("taken")(w, r)
	})
	s.mux.Handle("POST /raw", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := new(bytes.Buffer).ReadFrom(r.Body)
		return err
	})
	up := upload(t, 8<<10)
	rec := httptest.NewRecorder()
	h := web.Chain(s.mux, s.opt)
	up.URL.Path = "/upload"
	h.ServeHTTP(rec, up)
	if rec.Code != 200 {
		t.Errorf("upload: %d %s", rec.Code, rec.Body)
	}
	s.client(t).PostBody("/raw", "text/plain", strings.Repeat("a", 4<<10)).Status(413)
}

func FuzzForm(f *testing.F) {
	f.Add("x=1&y=%E6%9E%97&x=2")
	f.Add("x=%ff")
	f.Add("x=2026-11-23T16:30")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := web.ReadForm(httptest.NewRecorder(), post(body))
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		for name := range form.Values {
			if v := form.Text(name, 20); utf8.RuneCountInString(v) > 20 || strings.ContainsAny(v, "\n\x00") {
				t.Errorf("text %q", v)
			}
			form.Email(name)
			form.Int(name, 1, 9)
			form.Date(name)
			form.DateTimeLocal(name)
			form.ID(name)
			if a := form.Money(name, money.CNY); a.Minor < 0 {
				t.Errorf("money %v", a)
			}
		}
	})
}
