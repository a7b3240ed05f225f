package givingdesk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// happening is one event of a history with the name of whoever did it.
type happening struct {
	event.Event
	By string
}

// history returns what happened to the subjects, oldest first.
func (l *lookup) history(ctx context.Context, subjects ...int64) ([]happening, error) {
	var out []happening
	for _, s := range subjects {
		list, err := event.About(ctx, l.r, s, 100)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			name, err := l.person(ctx, e.Person)
			if err != nil {
				return nil, err
			}
			out = append(out, happening{e, name})
		}
	}
	slices.SortFunc(out, func(a, b happening) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// steps turns a history into a chain: who did what when. What happened by itself, or by a guest, names
// nobody.
func steps(ctx context.Context, list []happening) []ui.Step {
	out := make([]ui.Step, len(list))
	for i, e := range list {
		who := ""
		if e.Person != 0 {
			who = by(ctx, e.By)
		}
		out[i] = ui.Step{When: e.At, Exact: true, Tone: ui.OK, Title: i18n.T(ctx, "desk.event."+e.Kind), Text: who}
	}
	return out
}

// payoutView is a payout's page. At most one of its forms has something wrong with it.
type payoutView struct {
	payoutLine
	Outcomes []giving.Outcome
	History  []happening
	Mine     bool
	Decide   bool // the reader may say yes or no
	Pay      bool
	Record   bool
	Today    time.Time
	FormID   string
	Refuse   web.FormView
	Paying   web.FormView
	Outcome  web.FormView
}

func (h *Desk) showPayout(w http.ResponseWriter, r *http.Request) error {
	return h.payoutPage(w, r, http.StatusOK, func(*payoutView) {})
}

// payoutPage shows a payout; fill puts back a form that needs another look.
func (h *Desk) payoutPage(w http.ResponseWriter, r *http.Request, status int, fill func(v *payoutView)) error {
	return show(h, w, r, status, h.payoutView, func(v payoutView) templ.Component {
		fill(&v)
		return payoutPage(v)
	})
}

func (h *Desk) payoutView(ctx context.Context, l *lookup, id int64) (v payoutView, err error) {
	p, err := giving.PayoutByID(ctx, l.r, id)
	if err != nil {
		return v, err
	}
	v.Today, v.FormID, v.Mine = h.db.Now(), clock.FormatID(h.db.NewID()), p.RequestedBy == me(ctx)
	if v.payoutLine, err = l.payoutLine(ctx, p); err != nil {
		return v, err
	}
	if v.Outcomes, err = giving.OutcomesOf(ctx, l.r, id); err != nil {
		return v, err
	}
	if v.History, err = l.history(ctx, id, p.Invoice); err != nil {
		return v, err
	}
	for _, may := range []struct {
		to    *bool
		p     access.Permission
		state giving.PayoutState
	}{{&v.Decide, access.PayoutApprove, giving.PayoutRequested}, {&v.Pay, access.PayoutPay, giving.PayoutApproved}, {&v.Record, access.OutcomeRecord, giving.PayoutPaid}} {
		ok, err := l.allowedWith(ctx, may.p, p.Fund)
		if err != nil {
			return v, err
		}
		*may.to = ok && p.State == may.state
	}
	v.Decide = v.Decide && !v.Mine
	return v, nil
}

func (h *Desk) approvePayout(w http.ResponseWriter, r *http.Request) error {
	return press(h, w, r, payouts(), access.PayoutApprove, func(ctx context.Context, tx *db.Tx, p giving.Payout) error {
		if p.State == giving.PayoutApproved && p.DecidedBy == me(ctx) {
			return nil // the button was pressed twice
		}
		_, err := h.giving.DecidePayout(ctx, tx, p.ID, true, "", me(ctx))
		return err
	})
}

// maxReason is how many characters a reason may have.
const maxReason = 300

func (h *Desk) refusePayout(w http.ResponseWriter, r *http.Request) error {
	read := func(f *web.Form) (change[giving.Payout], error) {
		reason := f.Lines("reason", maxReason)
		f.Required("reason")
		return func(ctx context.Context, tx *db.Tx, p giving.Payout) error {
			if p.State == giving.PayoutRefused && p.DecidedBy == me(ctx) && p.Reason == reason {
				return nil
			}
			_, err := h.giving.DecidePayout(ctx, tx, p.ID, false, reason, me(ctx))
			return err
		}, nil
	}
	again := func(f *web.Form) error {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Refuse = f.View() })
	}
	return submit(h, w, r, payouts(), access.PayoutApprove, form[giving.Payout]{read: read, again: again})
}

func (h *Desk) payPayout(w http.ResponseWriter, r *http.Request) error {
	read := func(f *web.Form) (change[giving.Payout], error) {
		reference, paidAt := f.Text("bank_reference", 60), f.Date("paid_on")
		f.Required("bank_reference")
		if paidAt.After(h.db.Now()) {
			f.Bad("paid_on", "desk.paid_in_future")
		}
		return func(ctx context.Context, tx *db.Tx, p giving.Payout) error {
			if paidAt.Before(startOfDay(ctx, p.DecidedAt)) {
				return fault.Fields{{Name: "paid_on", Key: "desk.paid_before_approval"}}
			}
			_, err := h.giving.PayPayout(ctx, tx, p.ID, reference, paidAt, me(ctx))
			return err
		}, nil
	}
	again := func(f *web.Form) error {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Paying = f.View() })
	}
	return submit(h, w, r, payouts(), access.PayoutPay, form[giving.Payout]{read: read, again: again})
}

func (h *Desk) recordOutcome(w http.ResponseWriter, r *http.Request) error {
	read := func(f *web.Form) (change[giving.Payout], error) {
		entry, err := h.formID(f)
		in := giving.OutcomeInput{HappenedAt: f.Date("happened_on"),
			Label:    i18n.Text{ZH: f.Text("label_zh", 60), EN: f.Text("label_en", 60)},
			Quantity: money.Amount{Minor: f.Int("quantity", 1, money.MaxMinor), Unit: money.Unit(f.Choice("unit", outcomeUnits()...))}}
		f.Required("label_zh", "label_en")
		return func(ctx context.Context, tx *db.Tx, p giving.Payout) error {
			in.Payout = p.ID
			return h.giving.RecordOutcome(ctx, tx, entry, in, me(ctx))
		}, err
	}
	again := func(f *web.Form) error {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Outcome, v.FormID = f.View(), f.Values.Get("form_id") })
	}
	return submit(h, w, r, payouts(), access.OutcomeRecord, form[giving.Payout]{read: read, again: again})
}

// outcomeUnits are the units in which outcomes are counted: all but money.
func outcomeUnits() []string {
	var out []string
	for _, u := range money.Units() {
		if !u.IsMoney() {
			out = append(out, string(u))
		}
	}
	return out
}
