package givingdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// ownNetwork is the choice of a fund that belongs to no programme.
const ownNetwork = "network"

// fundForm is the page on which a fund is opened.
type fundForm struct {
	Form   web.FormView
	Owners []ui.Option
	FormID string
	To     string // the page to go on to
}

func (h *Desk) newFund(w http.ResponseWriter, r *http.Request) error {
	v := fundForm{FormID: clock.FormatID(h.db.NewID()), To: web.LocalPath(r.URL.Query().Get("to"), "/desk/books")}
	return h.fundForm(w, r, http.StatusOK, v)
}

func (h *Desk) fundForm(w http.ResponseWriter, r *http.Request, status int, v fundForm) error {
	ctx := r.Context()
	var err error
	v.Owners, err = read(ctx, h.db, func(snap *db.Reader) ([]ui.Option, error) { return h.lookup(snap).fundOwners(ctx, h.db.Now()) })
	if err != nil {
		return err
	}
	return web.Render(w, r, status, fundFormPage(v))
}

// fundOwners lists for whom the reader may open a fund: the network, and published programmes.
func (l *lookup) fundOwners(ctx context.Context, now time.Time) ([]ui.Option, error) {
	list, err := l.programmeOptions(ctx, now, access.FundOpen)
	if err != nil {
		return nil, err
	}
	ok, err := allowed(access.CheckFor(ctx, access.FundOpen, access.Network))
	if ok {
		list = slices.Insert(list, 1, ui.Option{Value: ownNetwork, Label: i18n.T(ctx, "desk.fund_of_network")})
	}
	return list, err
}

func (h *Desk) openFund(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	id, err := h.formID(f)
	if err != nil {
		return err
	}
	in := giving.FundInput{ID: id, By: me(ctx), Name: i18n.Text{ZH: f.Text("fund_name_zh", giving.MaxFundNameRunes), EN: f.Text("fund_name_en", giving.MaxFundNameRunes)}}
	if f.Values.Get("fund_owner") != ownNetwork {
		in.Programme, in.Restricted = f.ID("fund_owner"), true
	}
	f.Required("fund_name_zh", "fund_name_en")
	if f.Err() == nil {
		err := h.db.Write(ctx, func(tx *db.Tx) error { return h.lookup(tx).openFund(ctx, tx, in) })
		if err = beside(f, err, map[string]string{"programme.no_programme": "fund_owner"}); err != nil {
			return err
		}
	}
	to := web.LocalPath(f.Values.Get("to"), "/desk/books")
	if f.Err() != nil {
		return h.fundForm(w, r, http.StatusUnprocessableEntity, fundForm{Form: f.View(), FormID: clock.FormatID(id), To: to})
	}
	return web.Redirect(w, r, to)
}

// openFund opens a fund if whoever acts may do so for the programme's organisation, or for the
// network.
func (l *lookup) openFund(ctx context.Context, tx *db.Tx, in giving.FundInput) error {
	owner, err := l.ownerOf(ctx, giving.Fund{Programme: in.Programme})
	if err != nil {
		return err
	}
	if err := access.CheckFor(ctx, access.FundOpen, owner); err != nil {
		return err
	}
	_, err = giving.OpenFund(ctx, tx, in)
	return err
}

// fallbackOptions lists the funds that may take what a campaign leaves over: the network's own, and
// those of programmes in the reader's care.
func (l *lookup) fallbackOptions(ctx context.Context) ([]ui.Option, error) {
	list, err := giving.StandingFunds(ctx, l.r)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, f := range list {
		ok := f.Programme == 0
		if !ok {
			if ok, err = l.allowedWith(ctx, access.CampaignEdit, f.ID); err != nil {
				return nil, err
			}
		}
		if ok {
			out = append(out, ui.Option{Value: clock.FormatID(f.ID), Label: f.Name.In(ctx)})
		}
	}
	return sortedOptions(ctx, out), nil
}
