package giving

import (
	"context"
	"errors"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// InvoiceInput is an invoice as it lies on the table.
type InvoiceInput struct {
	Organisation   int64
	Number         string
	IssuedAt       time.Time
	Amount         money.Amount
	About          i18n.Text
	DocumentSHA256 string // of the scan, in hex; the scan itself stays in the files of the network
}

// RecordInvoice notes an invoice. One organisation's number is recorded once: Conflict
// "giving.invoice_known". The organisation must be in good standing: Conflict "giving.payee_not_checked",
// "giving.payee_rests".
func (s *Service) RecordInvoice(ctx context.Context, tx *db.Tx, in InvoiceInput, by int64) (Invoice, error) {
	if err := in.validate(tx.Now()); err != nil {
		return Invoice{}, err
	}
	if err := checkPayee(ctx, tx, in.Organisation); err != nil {
		return Invoice{}, err
	}
	if _, err := q.GetInvoiceByNumber(ctx, tx, givingdb.GetInvoiceByNumberParams{OrganisationID: in.Organisation, Number: in.Number}); err == nil {
		return Invoice{}, fault.New(fault.Conflict, "giving.invoice_known")
	}
	id := tx.NewID()
	row := givingdb.InsertInvoiceParams{ID: id, OrganisationID: in.Organisation, Number: in.Number, IssuedAt: clock.Micros(in.IssuedAt),
		AmountMinor: in.Amount.Minor, Unit: string(in.Amount.Unit), AboutZh: in.About.ZH, AboutEn: in.About.EN,
		DocumentSha256: in.DocumentSHA256, RecordedBy: by, RecordedAt: tx.NowMicros()}
	if err := q.InsertInvoice(ctx, tx, row); err != nil {
		return Invoice{}, err
	}
	if err := event.Add(ctx, tx, "invoice.recorded", id, by, nil); err != nil {
		return Invoice{}, err
	}
	return InvoiceByID(ctx, tx, id)
}

func (in InvoiceInput) validate(now time.Time) error {
	var f fault.Fields
	if strings.TrimSpace(in.Number) == "" {
		f.Add("number", "form.required")
	}
	if in.Organisation == 0 {
		f.Add("organisation", "form.required")
	}
	if in.Amount.Unit != money.CNY || in.Amount.Minor <= 0 {
		f.Add("amount", "money.not_positive")
	}
	if in.IssuedAt.IsZero() || in.IssuedAt.After(now.Add(24*time.Hour)) {
		f.Add("issued_on", "giving.invoice_date")
	}
	return f.Err()
}

// checkPayee refuses to pay anyone but an organisation in good standing: money never goes to a person,
// and waits in the fund while an organisation is suspended or its papers have run out.
func checkPayee(ctx context.Context, tx *db.Tx, organisation int64) error {
	err := programme.MayAct(ctx, tx, organisation, tx.Now(), programme.ActPaid)
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok && e.Key == "programme.organisation_hidden":
		return fault.New(fault.Conflict, "giving.payee_not_checked")
	case ok && e.Kind == fault.Conflict:
		return fault.Wrap(err, fault.Conflict, "giving.payee_rests")
	}
	return err
}

// checkFund refuses to let money leave a fund for as long as an organisation whose campaigns fill it
// rests. Faults: Conflict "giving.fund_rests".
func checkFund(ctx context.Context, tx *db.Tx, fund int64) error {
	campaigns, err := CampaignsOfFund(ctx, tx, fund)
	if err != nil {
		return err
	}
	needs := idsOf(campaigns, func(c Campaign) int64 { return c.Need })
	if len(needs) == 0 {
		return nil
	}
	standing, err := programme.Standings(ctx, tx, needs, tx.Now())
	if err != nil {
		return err
	}
	for _, s := range standing {
		if s.Rests {
			return fault.New(fault.Conflict, "giving.fund_rests")
		}
	}
	return nil
}

// mayLeave asks whether money may go from a fund to whom an invoice is from, now.
func mayLeave(ctx context.Context, tx *db.Tx, fund, invoice int64) error {
	inv, err := InvoiceByID(ctx, tx, invoice)
	if err != nil {
		return err
	}
	if err := checkPayee(ctx, tx, inv.Organisation); err != nil {
		return err
	}
	return checkFund(ctx, tx, fund)
}

// RequestPayout asks for money to leave a fund against an invoice, and holds it there until someone
// else decides. Faults: Conflict "giving.over_invoice" when the invoice's payouts would exceed it,
// "giving.fund_short" when the fund has not that much free, "giving.payee_rests" and "giving.fund_rests"
// while an organisation is suspended: what is held stays held, and nothing more leaves.
func (s *Service) RequestPayout(ctx context.Context, tx *db.Tx, fund, invoice int64, amount money.Amount, by int64) (Payout, error) {
	f, err := FundByID(ctx, tx, fund)
	if err != nil {
		return Payout{}, err
	}
	inv, err := InvoiceByID(ctx, tx, invoice)
	if err != nil {
		return Payout{}, err
	}
	if amount.Unit != inv.Amount.Unit || amount.Minor <= 0 {
		return Payout{}, fault.New(fault.Invalid, "money.not_positive")
	}
	taken, err := q.InvoiceTaken(ctx, tx, invoice)
	if err != nil {
		return Payout{}, err
	}
	if taken+amount.Minor > inv.Amount.Minor {
		return Payout{}, fault.New(fault.Conflict, "giving.over_invoice")
	}
	if err := mayLeave(ctx, tx, fund, invoice); err != nil {
		return Payout{}, err
	}
	to, err := payeeAccount(ctx, tx, inv.Organisation)
	if err != nil {
		return Payout{}, err
	}
	id, entry := tx.NewID(), tx.NewID()
	err = ledger.Reserve(ctx, tx, ledger.Hold{ID: id, Kind: KindPayout, From: f.Account, To: to, Quantity: amount.Minor, Subject: id})
	if err != nil {
		return Payout{}, floorAs(err, "giving.fund_short")
	}
	if err := q.InsertPayout(ctx, tx, givingdb.InsertPayoutParams{ID: id, EntryID: entry, FundID: fund, InvoiceID: invoice,
		AmountMinor: amount.Minor, RequestedBy: by, RequestedAt: tx.NowMicros()}); err != nil {
		return Payout{}, err
	}
	if err := event.Add(ctx, tx, "payout.requested", id, by, map[string]int64{"minor": amount.Minor}); err != nil {
		return Payout{}, err
	}
	return PayoutByID(ctx, tx, id)
}

// DecidePayout approves or refuses a payout. The one who decides is never the one who asked:
// Forbidden "giving.same_person" (I18). Refusing needs a reason and gives the money back to the
// fund. Faults: Conflict "giving.payout_decided"; to approve, "giving.payee_rests" and "giving.fund_rests".
func (s *Service) DecidePayout(ctx context.Context, tx *db.Tx, id int64, approve bool, reason string, by int64) (Payout, error) {
	p, err := PayoutByID(ctx, tx, id)
	if err != nil {
		return p, err
	}
	if p.RequestedBy == by {
		return p, fault.New(fault.Forbidden, "giving.same_person")
	}
	state, kind := PayoutApproved, "payout.approved"
	if !approve {
		state, kind = PayoutRefused, "payout.refused"
		if strings.TrimSpace(reason) == "" {
			var f fault.Fields
			f.Add("reason", "form.required")
			return p, f.Err()
		}
	} else if err := mayLeave(ctx, tx, p.Fund, p.Invoice); err != nil {
		return p, err
	}
	n, err := q.DecidePayout(ctx, tx, givingdb.DecidePayoutParams{ID: id, State: string(state), DecidedBy: by, DecidedAt: tx.NowMicros(), Reason: reason})
	if err != nil {
		return p, err
	}
	if n == 0 {
		return p, fault.New(fault.Conflict, "giving.payout_decided")
	}
	if !approve {
		if err := ledger.Release(ctx, tx, id); err != nil {
			return p, err
		}
	}
	if err := event.Add(ctx, tx, kind, id, by, nil); err != nil {
		return p, err
	}
	return PayoutByID(ctx, tx, id)
}

// PayPayout notes that the bank has paid an approved payout: the held money leaves the fund. The
// same bank reference again is a success that changes nothing. Faults: Conflict
// "giving.payout_not_approved", "giving.payee_rests", "giving.fund_rests".
func (s *Service) PayPayout(ctx context.Context, tx *db.Tx, id int64, bankReference string, paidAt time.Time, by int64) (Payout, error) {
	p, err := PayoutByID(ctx, tx, id)
	if err != nil {
		return p, err
	}
	if bankReference = strings.TrimSpace(bankReference); bankReference == "" {
		var f fault.Fields
		f.Add("bank_reference", "form.required")
		return p, f.Err()
	}
	if p.State == PayoutPaid && p.BankReference == bankReference {
		return p, nil
	}
	if p.State != PayoutApproved {
		return p, fault.New(fault.Conflict, "giving.payout_not_approved")
	}
	if err := mayLeave(ctx, tx, p.Fund, p.Invoice); err != nil {
		return p, err
	}
	hold, err := ledger.HoldByID(ctx, tx, id)
	if err != nil {
		return p, err
	}
	err = ledger.Post(ctx, tx, ledger.Set{ID: p.Entry, Entries: []ledger.Entry{{ID: p.Entry, Kind: KindPayout, From: hold.From, To: hold.To,
		Quantity: p.Amount.Minor, Subject: id, Hold: id}}})
	if err != nil {
		return p, err
	}
	if _, err := q.PayPayout(ctx, tx, givingdb.PayPayoutParams{ID: id, PaidBy: by, PaidAt: clock.Micros(paidAt), BankReference: bankReference}); err != nil {
		return p, err
	}
	if err := event.Add(ctx, tx, "payout.paid", id, by, map[string]int64{"minor": p.Amount.Minor}); err != nil {
		return p, err
	}
	return PayoutByID(ctx, tx, id)
}

// PayoutByID returns a payout. Faults: NotFound "giving.no_payout".
func PayoutByID(ctx context.Context, r db.Queryer, id int64) (Payout, error) {
	row, err := q.GetPayout(ctx, r, id)
	return payoutOf(row), db.NotFound(err, "giving.no_payout")
}

// Payouts returns payouts, newest first, before the id before (0: from the newest), in one state or,
// with "", in all.
func Payouts(ctx context.Context, r db.Queryer, state PayoutState, before int64, most int) ([]Payout, error) {
	rows, err := q.ListPayouts(ctx, r, givingdb.ListPayoutsParams{Before: from(before), State: string(state), Most: limit(most)})
	return all(rows, payoutOf), err
}

// PayoutsOfFund returns a fund's newest 200 payouts.
func PayoutsOfFund(ctx context.Context, r db.Queryer, fund int64) ([]Payout, error) {
	rows, err := q.PayoutsOfFund(ctx, r, fund)
	return all(rows, payoutOf), err
}

// PayoutsOfInvoice returns an invoice's newest 200 payouts, refused ones too.
func PayoutsOfInvoice(ctx context.Context, r db.Queryer, invoice int64) ([]Payout, error) {
	rows, err := q.PayoutsOfInvoice(ctx, r, invoice)
	return all(rows, payoutOf), err
}

// PaidWithoutOutcome returns payouts of which nobody has told yet what they became, oldest first.
func PaidWithoutOutcome(ctx context.Context, r db.Queryer) ([]Payout, error) {
	rows, err := q.PaidWithoutOutcome(ctx, r)
	return all(rows, payoutOf), err
}

// InvoiceByID returns an invoice. Faults: NotFound "giving.no_invoice".
func InvoiceByID(ctx context.Context, r db.Queryer, id int64) (Invoice, error) {
	row, err := q.GetInvoice(ctx, r, id)
	return invoiceOf(row), db.NotFound(err, "giving.no_invoice")
}

// InvoicesByIDs returns those of the invoices that exist, by id.
func InvoicesByIDs(ctx context.Context, r db.Queryer, ids []int64) (map[int64]Invoice, error) {
	rows, err := q.InvoicesByIDs(ctx, r, ids)
	out := make(map[int64]Invoice, len(rows))
	for _, row := range rows {
		out[row.ID] = invoiceOf(row)
	}
	return out, err
}

// Invoices returns invoices, newest first, before the id before (0: from the newest).
func Invoices(ctx context.Context, r db.Queryer, before int64, most int) ([]Invoice, error) {
	rows, err := q.ListInvoices(ctx, r, givingdb.ListInvoicesParams{Before: from(before), Most: limit(most)})
	return all(rows, invoiceOf), err
}

// InvoiceTaken returns how much of an invoice has been requested or paid.
func InvoiceTaken(ctx context.Context, r db.Queryer, invoice int64) (int64, error) {
	return q.InvoiceTaken(ctx, r, invoice)
}
