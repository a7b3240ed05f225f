package givingdesk

import (
	"context"
	"net/http"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// payoutLine is a payout in a list.
type payoutLine struct {
	giving.Payout
	Fund    giving.Fund
	Invoice giving.Invoice
	Payee   programme.Organisation
}

func (l payoutLine) href() string { return "/desk/payouts/" + clock.FormatID(l.ID) }

func (l *lookup) payoutLines(ctx context.Context, list []giving.Payout) ([]payoutLine, error) {
	out := make([]payoutLine, len(list))
	for i, p := range list {
		line, err := l.payoutLine(ctx, p)
		if err != nil {
			return nil, err
		}
		out[i] = line
	}
	return out, nil
}

func (l *lookup) payoutLine(ctx context.Context, p giving.Payout) (payoutLine, error) {
	line := payoutLine{Payout: p}
	var err error
	if line.Fund, err = l.fund(ctx, p.Fund); err != nil {
		return line, err
	}
	if line.Invoice, err = l.invoice(ctx, p.Invoice); err != nil {
		return line, err
	}
	line.Payee, err = l.organisation(ctx, line.Invoice.Organisation)
	return line, err
}

// payoutStates are the states in the order in which a payout passes through them.
func payoutStates() []giving.PayoutState {
	return []giving.PayoutState{giving.PayoutRequested, giving.PayoutApproved, giving.PayoutPaid, giving.PayoutRefused}
}

// payoutState reads the state that a list is narrowed to; "" is all.
func payoutState(r *http.Request) giving.PayoutState {
	for _, s := range payoutStates() {
		if r.URL.Query().Get("state") == string(s) {
			return s
		}
	}
	return ""
}

func payoutTone(s giving.PayoutState) ui.Tone {
	return map[giving.PayoutState]ui.Tone{giving.PayoutRequested: ui.Cool, giving.PayoutApproved: ui.Warm,
		giving.PayoutPaid: ui.OK, giving.PayoutRefused: ui.Plain}[s]
}

// stateOptions are the choices by which a list is narrowed to a state, with all of them first.
func stateOptions[S ~string](ctx context.Context, prefix string, states []S) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "word.all")}}
	for _, s := range states {
		out = append(out, ui.Option{Value: string(s), Label: i18n.T(ctx, prefix+string(s))})
	}
	return out
}

type payoutsView struct {
	Lines []payoutLine
	Next  string
	State giving.PayoutState
}

func (h *Desk) listPayouts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v payoutsView, err error) {
		v.State = payoutState(r)
		list, err := giving.Payouts(ctx, snap, v.State, cursor(r), pageSize+1)
		if err != nil {
			return v, err
		}
		list, v.Next = page(list, func(p giving.Payout) int64 { return p.ID })
		v.Lines, err = h.lookup(snap).payoutLines(ctx, list)
		return v, err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, payoutsPage(v))
}

// exportPayouts takes the list away as a file, whole.
func (h *Desk) exportPayouts(as format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		head := heads(ctx, "desk.col.id", "desk.col.state", "desk.col.fund", "desk.col.payee", "desk.col.invoice", "desk.col.amount",
			"desk.col.requested", "desk.col.decided", "desk.col.paid", "desk.col.bank_reference")
		return h.export(w, r, as, "payouts", head, func(snap *db.Reader, put func(...cell) error) error {
			l := h.lookup(snap)
			for before := int64(0); ; {
				list, err := giving.Payouts(ctx, snap, payoutState(r), before, exportPage)
				if err != nil || len(list) == 0 {
					return err
				}
				for _, p := range list {
					x, err := l.payoutLine(ctx, p)
					if err != nil {
						return err
					}
					err = put(text(clock.FormatID(p.ID)), text(i18n.T(ctx, "desk.payout."+string(p.State))), text(x.Fund.Name.In(ctx)),
						text(x.Payee.Name.In(ctx)), text(x.Invoice.Number), amount(p.Amount), moment(p.RequestedAt), moment(p.DecidedAt),
						moment(p.PaidAt), text(p.BankReference))
					if err != nil {
						return err
					}
				}
				before = list[len(list)-1].ID
			}
		})
	}
}
