package journey_test

import (
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// TestAReportIsHeard: a stranger reports, sees nothing again, and only a lead reads it.
func TestAReportIsHeard(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	const said = "<script>alert(1)</script> behind the gym"
	guest := webtest.At(t, r.URL).Lang(i18n.EN)
	guest.Get("/concern").Status(200).Submit("#concern-form", url.Values{"what": {""}}).Status(422).Contains("Fill this in")
	guest.Get("/concern").Submit("#concern-form", url.Values{"what": {said}, "danger": {"1"}, "child": {"the boy in the red jacket"}}).RedirectsTo("/concern/thanks").Follow().
		Status(200).Lacks("gym", "red jacket")
	if guest.Response.Header.Get("Set-Cookie") != "" {
		t.Error("the page sets a cookie")
	}
	guest.Get("/desk/concerns").Status(303)
	visitor(t, r, worker).Get("/desk/concerns").Status(403)

	l := visitor(t, r, lead).Lang(i18n.EN)
	l.Get("/desk/concerns").Status(200).Contains("Danger now").Lacks("gym")
	l.Click("main article:first-of-type h2 a").Status(200).Contains(said, "red jacket", "art. 11")
	page := l.Path()
	if l.Find("main script").Length() != 0 {
		t.Error("what was written came out as a script")
	}
	visitor(t, r, worker).Get(page).Status(403)
	visitor(t, r, "coordinator@example.org").Get(page).Status(403)
	l.Get(page).Submit("#close", url.Values{"words": {"nothing to it"}}).Follow()
	l.Get(page).Status(200).Contains("Somebody else has to agree")
	l.Post(page+"/close", url.Values{"words": {"nothing to it"}}).Status(200).Contains("Somebody else has to agree")
	l.Get(page).Submit("#told", url.Values{"authority": {"police"}, "told": {"2020-01-01T10:00"}, "reference": {""}}).Status(422)
	l.Get(page).Submit("#told", url.Values{"authority": {"police"}, "told": {"2020-01-01T10:00"}, "reference": {"No. 7"}}).Follow()
	l.Get(page).Contains("Authority told", "No. 7")
	if text := r.Log.Text(); strings.Contains(text, "gym") || strings.Contains(text, "No. 7") {
		t.Error("the log holds what was written")
	}
}

// TestAnEmergencyIsSeen: a supervisor of another place cannot, one who may does, and the lead looks into it.
func TestAnEmergencyIsSeen(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	l := visitor(t, r, lead).Lang(i18n.EN)
	l.Get("/desk/glass").Status(200).Contains("Waiting for your review", "Yes, justified")
	form := l.Must("main form[id^=review-]")
	id, _ := form.Attr("id")
	l.Submit("#"+id, url.Values{"verdict": {"unjustified"}, "finding": {"short"}}).Status(422).Contains("at least 10")
	l.Get("/desk/glass").Submit("#"+id, url.Values{"verdict": {"unjustified"}, "finding": {"There was no emergency at all"}}).Follow().Status(200)
	if l.Find("#"+id).Length() != 0 {
		t.Error("it still waits")
	}
	for _, path := range []string{"/desk/glass/none", "/desk/glass/0000000000001"} {
		l.Get(path).Status(404)
	}
}

func TestTheLeadsPages(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	l := visitor(t, r, lead).Lang(i18n.EN)
	l.Get("/desk/audit?verify=1").Status(200).Contains("The trail is whole", "Looked at a record").Lacks("concern.")
	l.Get("/desk/audit?code=K-0&email=nobody@example.org").Status(200)
	l.Get("/desk/retention").Status(200).Contains("On hold", "Proof of destruction").Click("main a[href$='/proof']").Status(200).Contains("A lead's decision")
	l.Get("/desk/minors").Status(200).Contains("<5")
	l.Get("/desk/minors?year=3000").Status(404)
	l.Get("/desk/minors/export").Status(200)
	if kind := l.Response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Error(kind)
	}
	w := visitor(t, r, worker)
	for _, path := range []string{"/desk/audit", "/desk/audit/whole", "/desk/retention", "/desk/minors", "/desk/minors/export"} {
		w.Get(path).Status(403)
	}
	w.Post("/desk/retention/hold", url.Values{"code": {"K-1"}, "reason": {"a reason long enough"}}).Status(403)
}
