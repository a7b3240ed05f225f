package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
)

// Event is what kind of refusal it was, as the security log names it.
type Event string

// The events.
const (
	NotAllowed Event = "refused"        // somebody asked for what they may not do, or not know of
	NotProven  Event = "sign-in failed" // somebody did not prove who they are
)

// Refusal is what the security log holds of one request that was refused: words of the program and
// numbers, never anything that was typed.
type Refusal struct {
	Event   Event
	Route   string // the pattern
	Status  int
	Person  int64  // who acts, 0 for a guest
	Rule    string // the policy or permission; of NotProven the message key that says why
	Subject int64  // what was asked for, for the trail alone; 0 for nothing in particular
	Way     string // of NotProven: by what it was tried, such as "password"
}

// Identified notes, for the security log, who acts in a request. The session middleware calls it.
func Identified(ctx context.Context, person int64) { infoOf(ctx).person = person }

// Refused notes that a request ended in a refusal, if err is one: Forbidden, TooMany, a form that no browser
// sends (bytes that are no text), or NotFound where a rule hides what is there or where somebody who has
// signed in asks for what only they could know of. [Mux.Fail] calls it; a handler that answers a refusal by
// itself does too.
func Refused(ctx context.Context, err error) {
	in := infoOf(ctx)
	rule, subject := fault.Refusal(err)
	ours := in.person != 0 && in.need != Public && in.need != "" // what a guest looks for in vain is no matter
	key := fault.KeyOf(err)
	switch kind := fault.KindOf(err); {
	case kind == fault.Forbidden, kind == fault.TooMany, kind == fault.NotFound && (rule != "" || ours), key == "form.encoding":
	default:
		return
	}
	rule = cmp.Or(rule, key)
	if in.refusal.Event == "" {
		in.refusal = Refusal{Event: NotAllowed, Rule: rule, Subject: subject}
	}
}

// ProofFailed notes that somebody tried to prove who they are, by a way such as "password", and did not. Faults
// of ours are none of theirs.
func ProofFailed(ctx context.Context, way string, err error) {
	switch fault.KindOf(err) {
	case fault.Internal, fault.Busy, fault.TooLarge:
		return
	}
	infoOf(ctx).refusal = Refusal{Event: NotProven, Way: way, Rule: fault.KeyOf(err)}
}

// numbered writes a person's number as addresses do, so that the desk finds them by it.
func numbered(person int64) string {
	if person == 0 {
		return "guest"
	}
	return clock.FormatID(person)
}

// refused writes the line of a request that was refused and tells whoever counts. A program's own answers
// are known by their status alone.
func (c *chain) refused(ctx context.Context, in *info, status int) {
	x := in.refusal
	if x.Event == "" && strings.Contains(in.route, "/api/") {
		switch status {
		case http.StatusUnauthorized:
			x = Refusal{Event: NotProven, Way: "key", Rule: "status"}
		case http.StatusForbidden:
			x = Refusal{Event: NotAllowed, Rule: "status"}
		}
	}
	if x.Event == "" || status < http.StatusBadRequest {
		return
	}
	x.Route, x.Status, x.Person = in.route, status, in.person
	line := []slog.Attr{slog.String("route", x.Route), slog.Int("status", status), slog.String("person", numbered(x.Person)),
		slog.String("rule", x.Rule), slog.String("request_id", in.id)}
	if x.Event == NotProven {
		line = append(line, slog.String("way", x.Way))
	}
	if c.opt.Series != nil {
		line = append(line, slog.String("series", c.opt.Series(in.client)))
	}
	c.opt.Log.LogAttrs(ctx, slog.LevelWarn, string(x.Event), line...)
	if c.opt.Refused != nil {
		c.opt.Refused(x)
	}
}
