package ui

import (
	"context"

	"manyhands/internal/i18n"
)

// BusyView is a request that has to wait: a page that was asked for, or a form that was sent.
type BusyView struct {
	Sentence string   // what a service said of it; "" for the general one
	Sent     bool     // a form was sent
	Unsure   bool     // what was sent may have been carried out
	Giving   bool     // it was to begin a gift or a promise
	Promised bool     // it belongs to a promise that stands
	Resend   bool     // the form can be sent again from here
	Once     bool     // however often it is sent, it counts once
	Href     string   // local address of the page, or of the form
	Fields   []Hidden // the form as it was sent
	Seconds  int      // until it is tried again by itself
}

// Hidden is a value that a form carries unseen.
type Hidden struct{ Name, Value string }

// title says what is the matter when nothing else does.
func (v BusyView) title(ctx context.Context) string {
	if v.Sentence != "" {
		return i18n.T(ctx, "ui.busy.moment")
	}
	return i18n.T(ctx, "ui.busy.title")
}

// said tells what was done of what was sent, and what was not.
func (v BusyView) said(ctx context.Context) string {
	key := "ui.busy.sent"
	switch {
	case !v.Sent:
		key = "ui.busy.page"
	case v.Unsure && v.Resend:
		key = "ui.busy.unsure"
	case v.Unsure:
		key = "ui.busy.unsure_look"
	case v.Promised:
		key = "ui.busy.promised"
	case v.Giving:
		key = "ui.busy.giving"
	}
	return i18n.T(ctx, key)
}
