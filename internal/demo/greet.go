package demo

import (
	"context"
	"embed"
	"fmt"
	"io"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
)

// Texts holds the catalogues of what the console says.
//
//go:embed text/*.toml
var Texts embed.FS

// Greeting is what a console tells whoever has started the sample network.
type Greeting struct {
	Origin string        // where it is served, without a final slash
	Folder string        // where its data lie
	Made   time.Duration // how long making it took; 0 when it was there
	People *people.Service
}

// Write prints where to look, a link for each role of Groups and what else can be seen, in the language
// of ctx.
func (g Greeting) Write(ctx context.Context, d *db.DB, out io.Writer) error {
	links, past := map[string]string{}, ""
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, group := range Groups() {
			for _, r := range group.Roles {
				token, err := g.People.MakeLink(ctx, tx, r.Email)
				if err != nil {
					return err
				}
				links[r.Email] = g.People.LinkURL(token)
			}
		}
		token, err := PastGift(ctx, tx)
		past = g.Origin + "/g/" + token
		return err
	})
	if err != nil {
		return fmt.Errorf("demo: greet: %w", err)
	}
	b := page{ctx: ctx}
	g.top(&b)
	for _, group := range Groups() {
		b.say("\n%s", "demo.group."+group.Name)
		for _, r := range group.Roles {
			b.say(fmt.Sprintf("  %-18s %%s\n    %s", r.Role, links[r.Email]), "demo.role."+r.Role)
		}
	}
	b.say("\n%s", "demo.others", "Page", g.Origin+"/sign-in")
	for _, x := range States() {
		b.say(fmt.Sprintf("  %-29s %%s", x.Email), "demo.state."+x.Name)
	}
	b.say("\n%s\n  "+past, "demo.past")
	b.say("\n%s", "demo.stop", "Folder", g.Folder)
	_, err = io.WriteString(out, b.String())
	return err
}

func (g Greeting) top(b *page) {
	if g.Made > 0 {
		b.say("\n%s", "demo.made", "Seconds", fmt.Sprintf("%.1f", g.Made.Seconds()))
	} else {
		b.say("\n%s", "demo.again", "Folder", g.Folder)
	}
	b.say("\n    "+g.Origin+"\n\n%s", "demo.anybody")
	b.say("%s", "demo.be", "Minutes", int(people.ConsoleLife/time.Minute))
}

// page is what is being written for a reader.
type page struct {
	strings.Builder
	ctx context.Context
}

// say adds a line: a text where the form has %s.
func (p *page) say(form, key string, args ...any) {
	fmt.Fprintf(p, form+"\n", i18n.T(p.ctx, key, args...))
}
