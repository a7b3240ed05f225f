package givingdesk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// maxScan is the largest scan of an invoice that is taken: 10 MiB.
const maxScan = 10 << 20

// invoiceLine is an invoice in a list.
type invoiceLine struct {
	giving.Invoice
	Payee programme.Organisation
	Left  money.Amount // neither paid nor asked for
}

func (l invoiceLine) href() string { return "/desk/invoices/" + clock.FormatID(l.ID) }

func (l *lookup) invoiceLine(ctx context.Context, inv giving.Invoice) (line invoiceLine, err error) {
	line.Invoice = inv
	if line.Payee, err = l.organisation(ctx, inv.Organisation); err != nil {
		return line, err
	}
	taken, err := giving.InvoiceTaken(ctx, l.r, inv.ID)
	line.Left = money.Amount{Minor: inv.Amount.Minor - taken, Unit: inv.Amount.Unit}
	return line, err
}

type invoicesView struct {
	Lines []invoiceLine
	Next  string
}

func (h *Desk) listInvoices(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v invoicesView, err error) {
		list, err := giving.Invoices(ctx, snap, cursor(r), pageSize+1)
		if err != nil {
			return v, err
		}
		list, v.Next = page(list, func(i giving.Invoice) int64 { return i.ID })
		l := h.lookup(snap)
		for _, inv := range list {
			line, err := l.invoiceLine(ctx, inv)
			if err != nil {
				return v, err
			}
			v.Lines = append(v.Lines, line)
		}
		return v, nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, invoicesPage(v))
}

type invoiceView struct {
	invoiceLine
	Payouts []payoutLine
	History []happening
}

func (h *Desk) showInvoice(w http.ResponseWriter, r *http.Request) error {
	return show(h, w, r, http.StatusOK, h.invoiceView, invoicePage)
}

func (h *Desk) invoiceView(ctx context.Context, l *lookup, id int64) (v invoiceView, err error) {
	inv, err := l.invoice(ctx, id)
	if err != nil {
		return v, err
	}
	if v.invoiceLine, err = l.invoiceLine(ctx, inv); err != nil {
		return v, err
	}
	paid, err := giving.PayoutsOfInvoice(ctx, l.r, id)
	if err != nil {
		return v, err
	}
	if v.Payouts, err = l.payoutLines(ctx, paid); err != nil {
		return v, err
	}
	v.History, err = l.history(ctx, id)
	return v, err
}

// invoiceForm is the page on which an invoice is recorded.
type invoiceForm struct {
	Form   web.FormView
	Payees []ui.Option
}

func (h *Desk) newInvoice(w http.ResponseWriter, r *http.Request) error {
	return h.invoiceForm(w, r, http.StatusOK, web.FormView{})
}

func (h *Desk) invoiceForm(w http.ResponseWriter, r *http.Request, status int, f web.FormView) error {
	ctx := r.Context()
	payees, err := read(ctx, h.db, func(snap *db.Reader) ([]ui.Option, error) { return organisationOptions(ctx, snap) })
	if err != nil {
		return err
	}
	return web.Render(w, r, status, invoiceFormPage(invoiceForm{Form: f, Payees: payees}))
}

// organisationOptions lists the published organisations by name.
func organisationOptions(ctx context.Context, r db.Queryer) ([]ui.Option, error) {
	var out []ui.Option
	f := programme.OrganisationFilter{State: programme.Published}
	for {
		list, next, err := programme.Organisations(ctx, r, f)
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			out = append(out, ui.Option{Value: clock.FormatID(o.ID), Label: o.Name.In(ctx)})
		}
		if next == (programme.Cursor{}) {
			break
		}
		f.After = next
	}
	return sortedOptions(ctx, out), nil
}

// sortedOptions puts options in order of their labels, after an empty one that asks to choose.
func sortedOptions(ctx context.Context, list []ui.Option) []ui.Option {
	slices.SortFunc(list, func(a, b ui.Option) int { return compareText(a.Label, b.Label) })
	return slices.Insert(list, 0, ui.Option{Label: i18n.T(ctx, "desk.choose")})
}

func (h *Desk) recordInvoice(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadUpload(w, r, maxScan+web.DefaultBodyLimit)
	if err != nil {
		return err
	}
	in := giving.InvoiceInput{Organisation: f.ID("organisation"), Number: f.Text("number", 60), IssuedAt: f.Date("issued_on"),
		Amount: f.Money("amount", money.CNY), About: i18n.Text{ZH: f.Lines("about_zh", 300), EN: f.Lines("about_en", 300)},
		DocumentSHA256: scanHash(f)}
	f.Required("number")
	var id int64
	if f.Err() == nil {
		if id, err = h.saveInvoice(r.Context(), in); err != nil {
			if err = beside(f, err, map[string]string{"giving.invoice_known": "number", "giving.payee_not_checked": "organisation"}); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil {
		return h.invoiceForm(w, r, http.StatusUnprocessableEntity, f.View())
	}
	return web.Redirect(w, r, "/desk/invoices/"+clock.FormatID(id))
}

// saveInvoice records an invoice. The same content sent again is the invoice that is known already.
func (h *Desk) saveInvoice(ctx context.Context, in giving.InvoiceInput) (id int64, err error) {
	err = h.db.Write(ctx, func(tx *db.Tx) error {
		old, known, err := giving.InvoiceByNumber(ctx, tx, in.Organisation, in.Number)
		if err != nil {
			return err
		}
		if known && old.Amount == in.Amount && old.IssuedAt.Equal(in.IssuedAt) && old.RecordedBy == me(ctx) {
			id = old.ID
			return nil
		}
		inv, err := h.giving.RecordInvoice(ctx, tx, in, me(ctx))
		id = inv.ID
		return err
	})
	return id, err
}

// scanHash returns the SHA-256 of the uploaded scan in hex, "" when there is none. The scan itself is
// not kept.
func scanHash(f *web.Form) string {
	if !f.HasFile("scan") {
		return ""
	}
	file, ok := f.File("scan", maxScan)
	if !ok {
		return ""
	}
	if !slices.Contains([]string{"application/pdf", "image/png", "image/jpeg"}, file.Type) {
		f.Bad("scan", "desk.scan_kind")
		return ""
	}
	sum := sha256.Sum256(file.Data)
	return hex.EncodeToString(sum[:])
}
