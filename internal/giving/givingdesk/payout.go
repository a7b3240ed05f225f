package givingdesk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

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
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	v, err := read(ctx, h.db, func(snap *db.Reader) (payoutView, error) { return h.payoutView(ctx, h.lookup(snap), id) })
	if err != nil {
		return err
	}
	fill(&v)
	return web.Render(w, r, status, payoutPage(v))
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

// onPayout changes a payout in one transaction, if whoever acts may do so with its fund.
func (h *Desk) onPayout(ctx context.Context, id int64, p access.Permission, do func(tx *db.Tx, now giving.Payout) error) error {
	return h.db.Write(ctx, func(tx *db.Tx) error {
		now, err := giving.PayoutByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := h.lookup(tx).mayWith(ctx, p, now.Fund); err != nil {
			return err
		}
		return do(tx, now)
	})
}

func (h *Desk) approvePayout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	err = h.onPayout(ctx, id, access.PayoutApprove, func(tx *db.Tx, now giving.Payout) error {
		if now.State == giving.PayoutApproved && now.DecidedBy == me(ctx) {
			return nil // the button was pressed twice
		}
		_, err := h.giving.DecidePayout(ctx, tx, id, true, "", me(ctx))
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/payouts/"+clock.FormatID(id))
}

// maxReason is how many characters a reason may have.
const maxReason = 300

func (h *Desk) refusePayout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	reason := f.Lines("reason", maxReason)
	f.Required("reason")
	if f.Err() == nil {
		err = f.Merge(h.onPayout(ctx, id, access.PayoutApprove, func(tx *db.Tx, now giving.Payout) error {
			if now.State == giving.PayoutRefused && now.DecidedBy == me(ctx) && now.Reason == reason {
				return nil
			}
			_, err := h.giving.DecidePayout(ctx, tx, id, false, reason, me(ctx))
			return err
		}))
		if err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Refuse = f.View() })
	}
	return web.Redirect(w, r, "/desk/payouts/"+clock.FormatID(id))
}

func (h *Desk) payPayout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	reference, paidAt := f.Text("bank_reference", 60), f.Date("paid_on")
	f.Required("bank_reference")
	if paidAt.After(h.db.Now()) {
		f.Bad("paid_on", "desk.paid_in_future")
	}
	if f.Err() == nil {
		err = f.Merge(h.onPayout(ctx, id, access.PayoutPay, func(tx *db.Tx, now giving.Payout) error {
			if paidAt.Before(startOfDay(ctx, now.DecidedAt)) {
				return fault.Fields{{Name: "paid_on", Key: "desk.paid_before_approval"}}
			}
			_, err := h.giving.PayPayout(ctx, tx, id, reference, paidAt, me(ctx))
			return err
		}))
		if err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Paying = f.View() })
	}
	return web.Redirect(w, r, "/desk/payouts/"+clock.FormatID(id))
}

func (h *Desk) recordOutcome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	entry, err := h.formID(f)
	if err != nil {
		return err
	}
	in := giving.OutcomeInput{Payout: id, HappenedAt: f.Date("happened_on"),
		Label:    i18n.Text{ZH: f.Text("label_zh", 60), EN: f.Text("label_en", 60)},
		Quantity: money.Amount{Minor: f.Int("quantity", 1, money.MaxMinor), Unit: money.Unit(f.Choice("unit", outcomeUnits()...))}}
	f.Required("label_zh", "label_en")
	if f.Err() == nil {
		err = f.Merge(h.onPayout(ctx, id, access.OutcomeRecord, func(tx *db.Tx, _ giving.Payout) error {
			return h.giving.RecordOutcome(ctx, tx, entry, in, me(ctx))
		}))
		if err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return h.payoutPage(w, r, http.StatusUnprocessableEntity, func(v *payoutView) { v.Outcome, v.FormID = f.View(), clock.FormatID(entry) })
	}
	return web.Redirect(w, r, "/desk/payouts/"+clock.FormatID(id))
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
