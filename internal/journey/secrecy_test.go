package journey_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/demo"
	"manyhands/internal/giving"
)

// send posts a form as a page without script does and follows to where it leads.
func (c *reader) send(path string, form url.Values) *url.URL {
	c.t.Helper()
	res, err := c.http.PostForm(c.url+path, form)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("%s answered %d", path, res.StatusCode)
	}
	return res.Request.URL
}

// give makes a gift and pays for it. It returns the token of its private link.
func (c *reader) give(campaign string, form url.Values) string {
	c.t.Helper()
	at := c.send(campaign+"/give", form)
	token := strings.Split(at.Path, "/")[2]
	wallet := c.send("/g/"+token+"/pay", nil)
	if back := c.send(wallet.Path, url.Values{"act": {"confirm"}}); back.Path != "/g/"+token {
		c.t.Fatalf("the wallet leads to %s, want the gift", back.Path)
	}
	return token
}

var address = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w[\w.]*`)

// hidden is what somebody told when they gave, and who may see their name.
type hidden struct{ visibility, name, email, message string }

var hiddenGivers = []hidden{
	{"organisation", "Discreet Heron", "discreet.heron@example.org", "words for the charity alone"},
	{"sealed", "Silent Curlew", "silent.curlew@example.org", "words under seal"},
	{"public", "Open Kingfisher", "open.kingfisher@example.org", "words for everybody"},
}

// TestNobodyIsNamedWhoDoesNotWishIt gives in all three ways, and promises something, and then reads
// everything that the public can read.
func TestNobodyIsNamedWhoDoesNotWishIt(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	c := newReader(t, r, 12)
	need := ""
	c.walk(func(p page) {
		if need == "" && strings.HasPrefix(p.path, "/needs/") && p.doc.Find("form[data-form=promise]").Length() > 0 {
			need = p.path
		}
	}, "/needs")
	campaign, _ := c.get("/campaigns?words=" + url.QueryEscape(medicine)).doc.Find("main .grid a[href^='/campaigns/']").Attr("href")
	var tokens []string
	for _, h := range hiddenGivers {
		tokens = append(tokens, c.give(campaign, url.Values{"amount": {"35"}, "method": {"sandbox"}, "visibility": {h.visibility},
			"name": {h.name}, "email": {h.email}, "message": {h.message}, "form_key": {"form " + h.name}}))
	}
	at := c.send(need+"/promise", url.Values{"quantity": {"1"}, "visibility": {"organisation"}, "name": {"Patient Egret"},
		"email": {"patient.egret@example.org"}, "message": {"on Fridays"}, "form_key": {"promise"}})
	tokens = append(tokens, strings.Split(at.Path, "/")[2])

	readWords(t, r)
	stranger := newReader(t, r, 12)
	open := false
	stranger.walk(func(p page) {
		open = open || strings.Contains(p.body, "Open Kingfisher") && strings.Contains(p.body, "words for everybody")
		for _, secret := range append(tokens, "Heron", "Curlew", "Egret", "for the charity alone", "under seal", "on Fridays") {
			if strings.Contains(p.body, secret) {
				t.Errorf("%s shows %q", p.path, secret)
			}
		}
		if found := address.FindString(p.body); found != "" {
			t.Errorf("%s shows the address %s", p.path, found)
		}
	}, "/")
	if !open {
		t.Error("the name and words of a public gift are nowhere: nothing was proven")
	}
	sealedIsSealed(t, r)
	quietLog(t, r, tokens)
}

// readWords has someone at the network read what givers wrote and show all of it.
func readWords(t *testing.T, r *apptest.Running) {
	t.Helper()
	ctx := context.Background()
	err := r.App.DB.Write(ctx, func(tx *db.Tx) error {
		waiting, err := giving.WaitingWords(ctx, tx, 0, 100)
		for _, g := range waiting {
			if err := r.App.Giving.JudgeWords(ctx, tx, g.ID, true, 0); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sealedIsSealed checks that the name of a sealed gift is not kept for the staff either.
func sealedIsSealed(t *testing.T, r *apptest.Running) {
	t.Helper()
	c := newReader(t, r, 12)
	c.signIn(r.SignInLink(t, treasurer))
	seen := false
	c.walk(func(p page) {
		seen = seen || strings.Contains(p.body, "Discreet Heron")
		for _, secret := range []string{"Curlew", "silent.curlew"} {
			if strings.Contains(p.body, secret) {
				t.Errorf("%s shows %q of a sealed gift", p.path, secret)
			}
		}
	}, "/desk/gifts")
	if !seen {
		t.Error("the desk shows no giver's name: nothing was proven")
	}
}

// quietLog checks that nothing by which somebody could be found stands in the log.
func quietLog(t *testing.T, r *apptest.Running, tokens []string) {
	t.Helper()
	log := r.Log.Text()
	if !strings.Contains(log, "route=\"GET /g/{token}\"") {
		t.Error("the log names no route: nothing was proven")
	}
	link := r.SignInLink(t, demo.Giver)
	c := newReader(t, r, 1)
	c.get(strings.TrimPrefix(link, r.URL))
	c.signIn(link)
	tokens = append(tokens, link[strings.LastIndex(link, "/")+1:], "Kingfisher", "words for everybody")
	log = r.Log.Text()
	for _, secret := range tokens {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if found := address.FindString(log); found != "" {
		t.Errorf("the log holds the address %s", found)
	}
}
