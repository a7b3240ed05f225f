package programmeweb_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

func (h *house) detail(id int64, d programme.Detail) {
	h.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error { return programme.SetDetail(ctx, tx, id, d, 0) })
}

// another publishes one more programme of an organisation.
func (h *house) another(of, verifier int64, theme string, name i18n.Text) (p programme.Programme) {
	h.Helper()
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = programme.CreateProgramme(ctx, tx, of, programme.ProgrammeInput{Theme: theme, Name: name, Place: both("浦东", "Pudong")}, 0)
		if err != nil {
			return err
		}
		for _, step := range programme.Steps() {
			if err := programme.Verify(ctx, tx, nobody, p.ID, programme.VerifyInput{Step: step, Note: both("看过", "Seen")}, verifier); err != nil {
				return err
			}
		}
		return programme.PublishProgramme(ctx, tx, p.ID, 0)
	})
	return p
}

func hall(lat, lng int64) programme.Place {
	return programme.Place{Kind: programme.Physical, Name: both("会所", "Hall"), Line: both("柳街 7 号", "7 Will Street"), Town: both("晨镇", "Dawn"),
		Placed: true, At: programme.Position{Latitude: lat, Longitude: lng}}
}

func TestDirectoryNearestFirstWithMap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	who := h.verifier()
	s := h.shown(who)
	far := h.another(s.organisation.ID, who, "meals", both("远处", "Far away"))
	near := h.another(s.organisation.ID, who, "meals", both(`<script>alert(1)</script>近`, `<script>alert("x")</script>`))
	h.detail(s.programme.ID, programme.Detail{Cost: programme.Free, AgeFrom: 6, AgeTo: 12, Languages: []string{"zh", "ii"},
		Times:  []programme.Schedule{{Days: 31, EveryWeeks: 1, Opens: 990, Closes: 1140}},
		Places: []programme.Place{hall(31_100_000, 121_400_000)}})
	h.detail(far.ID, programme.Detail{Places: []programme.Place{hall(32_100_000, 121_400_000)}})
	h.detail(near.ID, programme.Detail{Places: []programme.Place{hall(31_000_000, 121_400_000)}})
	v := h.visitor().Lang(i18n.EN)
	v.Get("/programmes?near=31,121.4").Status(200).Contains("within 1 km", "about 11 km", "about 122 km", "Monday to Friday 16:30–19:00", "ages 6–12", "Mandarin, Yi", "Free", "1 more is not on the map").Lacks("<script>alert", "open.street", `style="`)
	var names []string
	v.Find("article.card h3 a").Each(func(_ int, x *goquery.Selection) { names = append(names, x.Text()) })
	if got := strings.Join(names, ";"); got != `<script>alert("x")</script>;Wednesday homework;Far away` {
		t.Errorf("order %s", got)
	}
	if n := v.Find(".map svg a").Length(); n != 2 || v.Find(".map svg[aria-hidden=true]").Length() != 1 {
		t.Errorf("%d dots", n)
	}
	for _, tag := range []string{"image", "script", "style", "foreignObject", "use"} {
		if v.Find(".map "+tag).Length() != 0 {
			t.Errorf("the map holds a %s", tag)
		}
	}
	if !strings.Contains(v.Response.Header.Get("Permissions-Policy"), "geolocation=(self)") {
		t.Error("the page cannot ask where the reader is")
	}
	h.visitor().Lang(i18n.ZH).Get("/programmes?near=31,121.4").Contains("1 公里以内", "约 11 公里", "周一至周五 16:30–19:00", "6–12 岁", "普通话、彝语", "免费")
	v.Get("/programmes?near=31,121.4&age=7&language=ii&free=1").Contains("Wednesday homework").Lacks("Far away")
	v.Get("/programmes?near=-40,10").Contains("Nothing matches")
	v.Get("/programmes").Contains("Far away", "Wednesday homework").Must(`select[name=near] option[value="31.55,121.4"]`)
	part := h.visitor().Lang(i18n.EN).Header("HX-Request", "true").Get("/programmes?near=31,121.4").Status(200).Lacks("<html")
	part.Must(".map svg")
	v.Get("/programmes/"+s.programme.Slug).Contains("7 Will Street", "Monday to Friday 16:30–19:00").Must(`a[href="geo:31.1,121.4"]`)
}

func TestPositionsAreRounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor()
	v.Get("/programmes?near=31.23456,121.4737&theme=meals&after=x").RedirectsTo("/programmes?near=31.23%2C121.47&theme=meals")
	v.Get("/programmes?at=31.23456,+121.4737&near=1,1").RedirectsTo("/programmes?near=31.23%2C121.47")
	v.Get("/programmes?near=31.23,121.47").Status(200).Must(`option[value="31.23,121.47"][selected]`)
	h.visitor().Header("HX-Request", "true").Get("/programmes?at=31.23456,121.4737").Status(200)
	for _, bad := range []string{"91,0", "a,b", "31", "1e9,1", "<b>,1"} {
		v.Lang(i18n.EN).Get("/programmes?at=" + url.QueryEscape(bad)).Status(200).Contains("Give latitude and longitude").Lacks("<b>,")
		v.Get("/programmes?near=" + url.QueryEscape(bad)).Status(200)
	}
	v.Get("/programmes?after=zzzzzzzzzzzzzzzz-1&age=99999999999999999999&language=%25&open=never&kind=x&theme=%27").Status(200)
}

func TestSealedPlacesAreNotOnPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	p := hall(31_111_111, 121_222_222)
	p.Sealed, p.Name = true, both("柳树庇护所", "Willow refuge")
	h.detail(s.programme.ID, programme.Detail{Places: []programme.Place{p}})
	for _, path := range []string{"/programmes", "/programmes?near=31.11,121.22", "/programmes/" + s.programme.Slug, "/organisations/" + s.organisation.Slug, "/programmes?words=willow"} {
		for _, lang := range i18n.Langs() {
			h.visitor().Lang(lang).Get(path).Status(200).Lacks("Will Street", "柳街", "柳树", "refuge", "31.111", "121.222", "Dawn", "晨镇")
		}
	}
	h.visitor().Lang(i18n.EN).Get("/programmes/" + s.programme.Slug).Contains("the address is not public")
}

func TestManyPlacesClusterAndStaySmall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	who := h.verifier()
	s := h.shown(who)
	for i := range int64(30) {
		p := h.another(s.organisation.ID, who, "meals", both(fmt.Sprint("餐食", i), fmt.Sprint("Meals ", i)))
		h.detail(p.ID, programme.Detail{Places: []programme.Place{hall(31_000_000+i%3*100_000, 121_400_000+i*200)}})
	}
	v := h.visitor().Lang(i18n.EN).Get("/programmes?near=31,121.4").Status(200)
	if n := v.Find(".map svg a").Length(); n == 0 || n > 6 || !strings.Contains(v.Text(".map svg"), "×") {
		t.Errorf("%d dots: %s", n, v.Text(".map svg"))
	}
	var b strings.Builder
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(v.Body))
	_ = z.Close()
	if b.Len() > 60<<10 {
		t.Errorf("the page has %d bytes", b.Len())
	}
	if n := v.Find("article.card").Length(); n != 24 {
		t.Errorf("%d cards", n)
	}
	next := v.Must(`a[rel=next]`).AttrOr("href", "")
	if v.Get(next).Status(200); v.Find("article.card").Length() != 6 {
		t.Errorf("%d cards on the second page", v.Find("article.card").Length())
	}
}

func TestDeskWritesWhatFamiliesNeed(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s := h.shown(h.verifier())
			desk := h.as("coordinator", access.Grant{Role: access.Coordinator}).Lang(lang)
			path := "/desk/programmes/" + clock.FormatID(s.programme.ID)
			desk.Get(path).Submit("form#edit", with("cost", "amount", "place1_at", "91,0", "place1_name_zh", "会所", "time1_opens", "noon", "time1_closes", "19:00", "age_from", "12",
				"age_to", "6", "phone", "<b>")).Status(422)
			for _, name := range []string{"cost_amount", "place1_at", "time1_opens"} {
				if desk.Find("#f-"+name+"-bad").Length() != 1 {
					t.Errorf("%s is not explained", name)
				}
			}
			if desk.Find("details[open] #f-place1_at").Length() != 1 {
				t.Error("the group with the mistake is shut")
			}
			form := with("cost_amount", "12.50", "place1_at", "31.2304, 121.4737", "time1_opens", "22:00", "time1_closes", "2:00")
			form["time1_days"] = []string{"SA", "SU"}
			form["languages"] = []string{"zh", "ii"}
			desk.Submit("form#edit", form).Status(422) // ages and phone are still wrong
			if desk.Find("#f-age_to-bad, #f-phone-bad").Length() != 2 {
				t.Error("ages and phone are not explained")
			}
			desk.Submit("form#edit", with("age_to", "14", "phone", "021-5550")).Follow().Status(200)
			d := h.detailOf(s.programme.ID)
			if len(d.Places) != 1 || d.Places[0].At.String() != "31.2304,121.4737" || d.CostMinor != 1250 || d.AgeTo != 14 || len(d.Languages) != 2 {
				t.Errorf("%+v", d)
			}
			if len(d.Times) != 2 || d.Times[0].Closes != 1440 || d.Times[1].Days != 1|64 {
				t.Errorf("%+v", d.Times)
			}
			id := d.Places[0].ID
			desk.Submit("form#edit", with("place1_sealed", "1", "place2_town_zh", "晨镇", "time1_remove", "1")).Follow().Status(200)
			d = h.detailOf(s.programme.ID)
			if len(d.Places) != 2 || d.Places[0].ID != id || d.Places[0].Placed || !d.Places[0].Sealed || d.Places[1].Town.ZH != "晨镇" || len(d.Times) != 1 || d.Times[0].Opens != 0 {
				t.Errorf("%+v", d)
			}
			desk.Submit("form#edit", with("place1_remove", "1")).Follow().Status(200)
			if d = h.detailOf(s.programme.ID); len(d.Places) != 1 || d.Places[0].ID == id {
				t.Errorf("%+v", d.Places)
			}
		})
	}
}

func (h *house) detailOf(id int64) (d programme.Detail) {
	h.Helper()
	err := h.db.Read(h.Context(), func(r *db.Reader) (err error) {
		d, err = programme.DetailOf(h.Context(), r, id)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return d
}

func TestDeskDetailIsNotForOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	path := "/desk/programmes/" + clock.FormatID(s.programme.ID)
	form := with("theme", "meals", "name_zh", "甲", "detail_kind", "programme", "phone", "110")
	h.as("elsewhere", access.Grant{Role: access.Coordinator, Organisation: 7}).Post(path, form).Status(403)
	h.as("auditor", access.Grant{Role: access.Auditor}).Post(path, form).Status(403)
	h.visitor().Post(path, form).Status(401)
	if h.detailOf(s.programme.ID).Phone != "" {
		t.Error("somebody else wrote")
	}
	desk := h.as("own", access.Grant{Role: access.Coordinator, Organisation: s.organisation.ID})
	desk.Get(path).Must(`input[name=place1_sealed]:not([checked])`)
	private := h.another(s.organisation.ID, h.verifier(), "listening", both("倾听", "Listening"))
	desk.Get("/desk/programmes/" + clock.FormatID(private.ID)).Must(`input[name=place1_sealed][checked]`)
}
