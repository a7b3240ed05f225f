package givingdesk

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// giftLine is a gift in a list. Giver is empty unless the reader may know it.
type giftLine struct {
	giving.Gift
	Need    programme.NeedView
	Giver   string
	Near    bool         // the reader may see the gifts of the organisation that it went to
	Arrived money.Amount // what came of what was promised, zero before it came
}

func (l giftLine) href() string { return "/desk/gifts/" + clock.FormatID(l.ID) }

// came is what was given: of a promise that was kept what arrived, which may be less or more.
func (l giftLine) came() money.Amount {
	if l.Arrived.Minor > 0 {
		return l.Arrived
	}
	return l.Amount
}

// match is what a gift was matched with, or what is promised to it while it waits.
func (l giftLine) match() int64 {
	if l.State == giving.Waiting && l.Method != giving.MethodPromise {
		return l.MatchPromised
	}
	return l.MatchPosted
}

// giftLine finds what a gift was given for, and its giver's name if the reader may know it: never that
// of a sealed gift, and that of one for the organisation alone only to those who may see its gifts.
func (l *lookup) giftLine(ctx context.Context, g giving.Gift) (line giftLine, err error) {
	line.Gift = g
	if line.Need, err = l.need(ctx, g.Need); err != nil {
		return line, err
	}
	if line.Arrived, err = giving.ArrivedOf(ctx, l.r, g); err != nil {
		return line, err
	}
	if line.Near, err = allowed(access.CheckFor(ctx, access.GiftSee, line.Need.Organisation)); err != nil {
		return line, err
	}
	if g.Visibility == giving.Public || (g.Visibility == giving.Organisation && line.Near) {
		line.Giver = g.GiverName
	}
	line.GiverName, line.GiverEmail, line.Message, line.Token = "", "", "", ""
	if line.Near && g.Method == giving.MethodPromise && g.Visibility != giving.Sealed {
		line.GiverEmail, line.Message = g.GiverEmail, g.Message
	}
	return line, nil
}

// giver names who gave, or says why nobody is named.
func giver(ctx context.Context, l giftLine) string {
	switch {
	case l.Giver != "":
		return l.Giver
	case l.Visibility == giving.Public:
		return i18n.T(ctx, "word.anonymous")
	}
	return i18n.T(ctx, "desk.visibility."+string(l.Visibility))
}

func giftStates() []giving.State {
	return []giving.State{giving.Waiting, giving.Received, giving.Failed, giving.Closed}
}

// stateKey names the text for where a gift stands. One that was given back whole is received in the
// books and something else to people; things arrive where money is received.
func stateKey(g giving.Gift) string {
	switch {
	case g.GivenBack():
		return "desk.gift.given_back"
	case g.Method == giving.MethodPromise && g.State == giving.Received:
		return "desk.gift.arrived"
	}
	return "desk.gift." + string(g.State)
}

func giftTone(g giving.Gift) ui.Tone {
	switch {
	case g.State == giving.Waiting:
		return ui.Cool
	case g.State == giving.Received && !g.GivenBack():
		return ui.OK
	}
	return ui.Plain
}

// methods are the ways by which gifts come.
func (h *Desk) methods() []string {
	return slices.Concat(h.payments.Gateways(), []string{giving.MethodCash, giving.MethodBank, giving.MethodPartner, giving.MethodPromise})
}

// method names a way of giving; a gateway that this house has no word for goes by its own name.
func method(ctx context.Context, m string) string {
	if key := "desk.method." + m; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return m
}

// giftFilter narrows the list.
type giftFilter struct {
	state  giving.State
	method string
}

func (h *Desk) giftFilter(r *http.Request) (f giftFilter) {
	if s := giving.State(r.URL.Query().Get("state")); slices.Contains(giftStates(), s) {
		f.state = s
	}
	if m := r.URL.Query().Get("method"); slices.Contains(h.methods(), m) {
		f.method = m
	}
	return f
}

type giftsView struct {
	Lines   []giftLine
	Next    string
	Methods []string
}

func (h *Desk) listGifts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v giftsView, err error) {
		f := h.giftFilter(r)
		v.Methods = h.methods()
		list, err := giving.Gifts(ctx, snap, f.state, f.method, cursor(r), pageSize+1)
		if err != nil {
			return v, err
		}
		list, v.Next = page(list, func(g giving.Gift) int64 { return g.ID })
		l := h.lookup(snap)
		for _, g := range list {
			line, err := l.giftLine(ctx, g)
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
	return web.Render(w, r, http.StatusOK, giftsPage(v))
}

// exportGifts takes the list away, with its filter and whole. Whoever may not see gifts may not take
// them away either.
func (h *Desk) exportGifts(as format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if err := access.Check(ctx, access.GiftSee); err != nil {
			return err
		}
		f := h.giftFilter(r)
		head := heads(ctx, "desk.col.id", "desk.col.given", "desk.col.received", "desk.col.state", "desk.col.method", "desk.col.for",
			"desk.col.organisation", "desk.col.quantity", "desk.field.unit", "desk.col.match", "desk.col.refunded", "desk.col.giver")
		return h.export(w, r, as, "gifts", head, func(snap *db.Reader, put func(...cell) error) error {
			l := h.lookup(snap)
			for before := int64(0); ; {
				list, err := giving.Gifts(ctx, snap, f.state, f.method, before, exportPage)
				if err != nil || len(list) == 0 {
					return err
				}
				for _, g := range list {
					line, err := l.giftLine(ctx, g)
					if err != nil {
						return err
					}
					if err := put(giftCells(ctx, line)...); err != nil {
						return err
					}
				}
				before = list[len(list)-1].ID
			}
		})
	}
}

func giftCells(ctx context.Context, g giftLine) []cell {
	return []cell{text(clock.FormatID(g.ID)), moment(g.MadeAt), moment(g.ReceivedAt), text(i18n.T(ctx, stateKey(g.Gift))),
		text(method(ctx, g.Method)), text(g.Need.Title.In(ctx)), text(g.Need.OrganisationName.In(ctx)), amount(g.came()),
		text(i18n.Unit(ctx, g.Amount.Unit)), yuan(g.match()), amount(money.Amount{Minor: g.Refunded, Unit: g.Amount.Unit}), text(giver(ctx, g))}
}
