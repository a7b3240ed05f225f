package app_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/app"
	"manyhands/internal/config"
	"manyhands/internal/fault"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/web"
)

var update = flag.Bool("update", false, "write testdata/routes.txt anew")

// raw are the handlers that no gate stands before, and what guards each of them.
var raw = map[string]string{
	"/api/v1/":                            "givingapi: a key for what is not public, asked by the handler",
	"POST /api/v1/campaigns/{slug}/gifts": "givingapi: whoever may give; bounded by address",
	"POST /api/v1/gifts":                  "givingapi: a key with gift.record",
	"GET /api/v1/gifts/{token}":           "givingapi: the gift's own random token",
	"GET /healthz":                        "says that the process lives, and nothing else",
	"GET /readyz":                         "says whether the database answers, and nothing else",
	"GET /metrics":                        "metrics: the operator's token where one is set; figures without anything of a person",
	"GET /static/":                        "files of the program, the same for everybody",
}

// public are the routes that anybody may ask for, and why. A route without a reason does not get in.
var public = map[string]string{
	"GET /{$}": "the home page", "GET /needs": "needs that were published", "GET /needs/{slug}": "one of them",
	"GET /campaigns": "campaigns that were opened", "GET /campaigns/{slug}": "one of them", "GET /campaigns/{slug}/match": "what a pool would add",
	"GET /pools/{slug}": "a pool's rule and state", "GET /live/pools/{slug}": "the same, live", "GET /books": "the sums of the books",
	"GET /books/{slug}": "those of one fund", "GET /payouts/{id}": "what a payout became; those that were paid alone",
	"GET /organisations/{slug}": "an organisation that is shown", "GET /programmes": "programmes that were checked", "GET /programmes/{slug}": "one of them",
	"GET /api/hsds": "the directory for programs: what /programmes shows", "GET /api/hsds/{$}": "the same",
	"GET /api/hsds/organizations": "the same", "GET /api/hsds/organizations/{id}": "the same", "GET /api/hsds/services": "the same",
	"GET /api/hsds/services/{id}": "the same", "GET /api/hsds/service_at_locations": "the same", "GET /api/hsds/service_at_locations/{id}": "the same",
	"GET /api/hsds/taxonomies": "the same", "GET /api/hsds/taxonomies/{id}": "the same", "GET /api/hsds/taxonomy_terms": "the same",
	"GET /api/hsds/taxonomy_terms/{id}": "the same",

	"POST /campaigns/{slug}/give": "guests give; bounded by address", "POST /needs/{slug}/promise": "guests promise; bounded by address",
	"GET /follow": "asks for a gift's number", "POST /follow": "mails the giver, and says the same whoever asks; bounded by address",
	"GET /g/{token}": "the gift's own random token", "GET /g/{token}/acknowledgement": "the same token", "GET /g/{token}/acknowledgement.pdf": "the same token",
	"GET /g/{token}/pay": "the same token", "POST /g/{token}/pay": "the same token", "POST /g/{token}/again": "the same token",
	"POST /g/{token}/take-back": "the same token", "POST /pay/{gateway}/notify": "the gateway's signature",
	"GET /sandbox/pay/{ref}": "the wallet that moves no money, where it is switched on", "POST /sandbox/pay/{ref}": "the same",
	"GET /notices/{token}": "the signed token of a mail", "POST /notices/{token}": "the same token",

	"GET /sign-in": "the way in", "POST /sign-in": "mails a link, and says the same whoever asks; bounded by address",
	"GET /sign-in/{token}": "the link's token", "POST /sign-in/{token}": "the same token", "GET /sign-in/password": "the way in",
	"POST /sign-in/password": "guesses are slowed down", "POST /sign-in/passkey": "a signature of the passkey", "POST /sign-in/passkey/options": "a challenge; bounded by address",
	"GET /sign-in/phone": "the way in", "POST /sign-in/phone": "sends a code, and says the same whoever asks; bounded", "POST /sign-in/phone/code": "the code; guesses are bounded",
	"GET /sign-in/provider": "leads to the network's own provider", "GET /sign-in/provider/back": "the provider's answer, bound to the browser that asked",
	"POST /sign-in/provider/link": "mails a link by which whoever has the account joins the two",
	"POST /sign-out":              "ends the session of the browser that asks",

	"GET /apply":   "explains how organisations apply",
	"GET /concern": "anybody may say that a child may be harmed", "POST /concern": "one way: it answers with a number and nothing else; bounded by address",
	"GET /concern/thanks": "the number of a report, and nothing of it",
}

// visitor is one column of the table: who asks. A role is asked about twice: held at one organisation
// and held for the whole network.
type visitor struct {
	name        string
	here, there context.Context
}

func visitors() []visitor {
	ctx := context.Background()
	person := access.With(ctx, access.Actor{PersonID: 1})
	rests := access.With(ctx, access.Actor{PersonID: 1, Lapsed: []access.Grant{{Role: access.Worker, Organisation: 7}}})
	out := []visitor{{"guest", ctx, ctx}, {"giver or guardian", person, person}}
	for _, r := range access.Roles() {
		as := func(at int64) context.Context {
			return access.With(ctx, access.Actor{PersonID: 1, Roles: []access.Grant{{Role: r, Organisation: at}}})
		}
		out = append(out, visitor{string(r), as(7), as(access.Network)})
	}
	return append(out, visitor{"worker whose check ran out", rests, rests})
}

// everyRoute is the table of a house in which everything is switched on.
func everyRoute(t *testing.T) []web.Route {
	t.Helper()
	folder := t.TempDir()
	secret := filepath.Join(folder, "oidc")
	if err := os.WriteFile(secret, []byte("secret of a client\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), config.Config{
		Base: config.Base{Data: folder, Zone: "Asia/Shanghai", Secret: strings.Repeat("5a", 32), MasterKey: strings.Repeat("a5", 32)},
		Server: config.Server{BaseURL: "http://localhost", NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh", Sandbox: true,
			OIDC:   config.OIDC{Issuer: "https://id.example.org", ClientID: "manyhands", SecretFile: secret},
			Limits: config.Limits{Requests: 64, Streams: 8, Seconds: 5, BodyKB: 64, Writes: 256}},
	}, app.Options{Version: "test", Unsafe: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a.Mux.Routes()
}

const legend = `# Who comes through the door of each route: + yes, - no, ? has to sign in, o only with the role at an organisation,
# n only with the role for the whole network, ~ no, because a check has run out. What they may do behind the door with
# one organisation, one record or one report, the policies say: see docs/access.md. * is a handler that no gate stands
# before: routes_test.go names what guards it. go test ./internal/app -run Routes -update writes the table anew.
#
`

// mark answers by the gate that the pages ask.
func (v visitor) mark(need web.Need) string {
	ask := func(ctx context.Context) string {
		switch err := peopleweb.Gate(ctx, need); {
		case err == nil:
			return "+"
		case fault.KindOf(err) == fault.Unauthenticated:
			return "?"
		case strings.Contains(err.Error(), "access.lapsed"):
			return "~"
		}
		return "-"
	}
	here, there := ask(v.here), ask(v.there)
	switch {
	case here == there:
		return here
	case here == "+":
		return "o"
	}
	return "n"
}

func TestRoutesAndRoles(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(legend)
	who := visitors()
	for i, v := range who {
		fmt.Fprintf(&b, "# %s%s\n", strings.Repeat("| ", i), v.name)
	}
	for _, r := range everyRoute(t) {
		for _, v := range who {
			if r.Need == "" {
				b.WriteString("* ")
				continue
			}
			b.WriteString(v.mark(r.Need) + " ")
		}
		fmt.Fprintf(&b, " %s (%s)\n", r.Pattern, orRaw(r.Need))
	}
	const file = "testdata/routes.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	differ(t, strings.Split(string(kept), "\n"), strings.Split(b.String(), "\n"))
}

func orRaw(n web.Need) string {
	if n == "" {
		return "its own"
	}
	return string(n)
}

// differ reports the lines of either table that the other has not.
func differ(t *testing.T, kept, now []string) {
	t.Helper()
	for _, line := range kept {
		if !slices.Contains(now, line) {
			t.Errorf("was:  %s", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(kept, line) {
			t.Errorf("now:  %s", line)
		}
	}
}

// TestNoRouteWithoutAPolicy: every route is public for a reason, for whoever has signed in, behind a
// permission that some role holds, or a handler of which is known what guards it.
func TestNoRouteWithoutAPolicy(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range everyRoute(t) {
		known[r.Pattern] = true
		switch r.Need {
		case "":
			if raw[r.Pattern] == "" {
				t.Errorf("%s: nothing says what guards it", r.Pattern)
			}
		case web.Public:
			if public[r.Pattern] == "" {
				t.Errorf("%s: anybody may ask for it, and nothing says why", r.Pattern)
			}
		case web.SignedIn:
			if !strings.HasPrefix(r.Pattern[strings.Index(r.Pattern, "/"):], "/me") && !ofOwn[r.Pattern] {
				t.Errorf("%s: whoever has signed in may ask for it, though it is not their own", r.Pattern)
			}
		default:
			if !slices.Contains(access.PlacePermissions(), access.Permission(r.Need)) {
				t.Errorf("%s: there is no permission %q", r.Pattern, r.Need)
			}
			if holders(r.Need) == 0 {
				t.Errorf("%s: no role holds %s", r.Pattern, r.Need)
			}
		}
	}
	for pattern := range public {
		if !known[pattern] {
			t.Errorf("%s is listed as public and is no route", pattern)
		}
	}
	for pattern := range ofOwn {
		if !known[pattern] {
			t.Errorf("%s is listed as one's own and is no route", pattern)
		}
	}
}

// ofOwn are routes outside /me that ask in their service whether what they touch is the visitor's own.
var ofOwn = map[string]bool{
	"POST /apply": true, "GET /apply/{id}": true, "POST /apply/{id}": true, "POST /apply/{id}/account": true, "POST /apply/{id}/appeal": true,
	"GET /apply/{id}/documents/{document}": true, "POST /apply/{id}/hand-in": true, "POST /apply/{id}/papers/{code}": true,
	"POST /apply/{id}/people": true, "POST /apply/{id}/people/confirm": true, "POST /apply/{id}/people/end": true,
	"POST /desk/people/cover/{id}/name": true, "POST /desk/people/cover/{id}/end": true, // by who is away
}

func holders(need web.Need) (n int) {
	for _, v := range visitors() {
		if m := v.mark(need); m == "+" || m == "o" || m == "n" {
			n++
		}
	}
	return n
}
