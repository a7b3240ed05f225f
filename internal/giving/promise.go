package giving

import (
	"context"
	"net/mail"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// PromiseInput is a promise of things or time: two coats, one evening.
type PromiseInput struct {
	Need       int64
	Quantity   int64
	Visibility Visibility
	Name       string
	Email      string // how the programme answers; required
	Message    string // when and how it will be brought
	Lang       string
	FormKey    string
	Person     int64
}

// Validate returns what is wrong with the input, field by field.
func (in PromiseInput) Validate() error {
	var f fault.Fields
	if in.Quantity <= 0 {
		f.Add("quantity", "money.not_positive")
	}
	if in.Quantity > maxPromise {
		f.Add("quantity", "money.too_much")
	}
	if in.Email == "" {
		f.Add("email", "giving.promise_email")
	} else if a, err := mail.ParseAddress(in.Email); err != nil || a.Address != in.Email {
		f.Add("email", "form.email")
	}
	if !slices.Contains([]Visibility{Public, Organisation, Sealed}, in.Visibility) {
		f.Add("visibility", "giving.choose_visibility")
	}
	if utf8.RuneCountInString(in.Name) > MaxNameRunes {
		f.Add("name", "form.too_long", "Max", MaxNameRunes)
	}
	if utf8.RuneCountInString(in.Message) > MaxMessageRunes {
		f.Add("message", "form.too_long", "Max", MaxMessageRunes)
	}
	return f.Err()
}

// maxPromise is the most units that one promise may hold.
const maxPromise = 1000

// Promise holds a quantity of things or time for a need: it counts as promised until it arrives, is
// taken back, or the promise ends. It never exceeds what is still wanted: Conflict
// "giving.need_covered". Faults also: NotFound "giving.no_need", Conflict "giving.need_closed",
// "giving.renews" while the organisation's registration has run out.
func (s *Service) Promise(ctx context.Context, in PromiseInput) (Gift, error) {
	if err := in.Validate(); err != nil {
		return Gift{}, err
	}
	var g Gift
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		g, err = s.promise(ctx, tx, in)
		return err
	})
	return g, err
}

func (s *Service) promise(ctx context.Context, tx *db.Tx, in PromiseInput) (Gift, error) {
	if old, err := byFormKey(ctx, tx, in.FormKey); err != nil || old.ID != 0 {
		return old, err
	}
	n, err := programme.NeedViewByID(ctx, tx, in.Need)
	if err != nil {
		return Gift{}, err
	}
	if n.Unit.IsMoney() || !n.Asks(tx.Now()) {
		return Gift{}, fault.New(fault.Conflict, "giving.need_closed")
	}
	lapsed, err := programme.Lapsed(ctx, tx, n.Organisation, tx.Now())
	if err != nil {
		return Gift{}, err
	}
	if lapsed {
		return Gift{}, fault.New(fault.Conflict, "giving.renews")
	}
	if in.Quantity > n.Missing() {
		return Gift{}, fault.New(fault.Conflict, "giving.need_covered")
	}
	ends := n.UntilAt
	if ends.IsZero() || ends.Sub(tx.Now()) > promiseLife {
		ends = tx.Now().Add(promiseLife)
	}
	id, err := s.insertPromise(ctx, tx, in, n.Need, ends)
	if err != nil {
		return Gift{}, err
	}
	return GiftByID(ctx, tx, id)
}

func (s *Service) insertPromise(ctx context.Context, tx *db.Tx, in PromiseInput, n programme.Need, ends time.Time) (int64, error) {
	from, err := gatewayAccount(ctx, tx, MethodPromise, n.Unit)
	if err != nil {
		return 0, err
	}
	id := tx.NewID()
	row := givingdb.Gift{ID: id, Token: newToken(id), FormKey: in.FormKey, NeedID: n.ID, Unit: string(n.Unit),
		Quantity: in.Quantity, Method: MethodPromise, State: string(Waiting), Visibility: string(in.Visibility), PersonID: in.Person,
		GiverName: in.Name, GiverEmail: folded(in.Email), GiverKey: s.giverKey(in.Email, ""), Message: in.Message, Lang: in.Lang, GivenOn: s.day(tx.Now()),
		MatchID: tx.NewID(), PromiseEndsAt: clock.Micros(ends), MadeAt: tx.NowMicros()}
	if in.Visibility == Sealed {
		row.GiverName, row.PersonID = "", 0
	}
	err = ledger.Reserve(ctx, tx, ledger.Hold{ID: row.MatchID, Kind: KindArrival, From: from, To: n.Account, Quantity: in.Quantity,
		Subject: row.ID, ExpiresAt: ends})
	if err != nil {
		return 0, err
	}
	if _, err := db.ExecTogether(ctx, tx, newGifts([]givingdb.Gift{row})); err != nil {
		return 0, err
	}
	return row.ID, event.Add(ctx, tx, "promise.made", row.ID, row.PersonID, map[string]any{"unit": n.Unit, "quantity": in.Quantity})
}

// Arrived notes that what was promised has come, all or part of it; the rest of the promise ends.
// Faults: Conflict "giving.promise_ended", Invalid "giving.more_than_promised".
func (s *Service) Arrived(ctx context.Context, tx *db.Tx, gift, quantity, by int64) error {
	g, err := promiseRow(ctx, tx, gift)
	if err != nil {
		return err
	}
	unit := money.Unit(g.Unit)
	if quantity <= 0 || (quantity > g.Quantity && unit != money.Hour && unit != money.Evening) {
		return fault.New(fault.Invalid, "giving.more_than_promised")
	}
	hold, err := ledger.HoldByID(ctx, tx, g.MatchID)
	if err != nil {
		return err
	}
	err = ledger.Post(ctx, tx, ledger.Set{ID: g.ID, Entries: []ledger.Entry{{ID: g.ID, Kind: KindArrival, From: hold.From, To: hold.To,
		Quantity: quantity, Subject: g.ID, Hold: g.MatchID}}})
	if err != nil {
		return err
	}
	if _, err := q.ReceiveGift(ctx, tx, givingdb.ReceiveGiftParams{ID: g.ID, ReceivedAt: tx.NowMicros()}); err != nil {
		return err
	}
	return event.Add(ctx, tx, "promise.arrived", g.ID, by, map[string]any{"unit": unit, "quantity": quantity})
}

// ArrivedOf returns what came of a promise: all, a part or, of hours, more of what was promised; zero
// before it came.
func ArrivedOf(ctx context.Context, r db.Queryer, g Gift) (money.Amount, error) {
	none := money.Amount{Unit: g.Amount.Unit}
	if g.Method != MethodPromise || g.State != Received {
		return none, nil
	}
	e, err := ledger.EntryByID(ctx, r, g.ID)
	if err != nil {
		return none, err
	}
	return money.Amount{Minor: e.Quantity, Unit: g.Amount.Unit}, nil
}

// TakeBack ends a promise that will not be kept, so that someone else can make it.
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, gift, by int64) error {
	g, err := promiseRow(ctx, tx, gift)
	if err != nil {
		return err
	}
	if _, err := q.EndGift(ctx, tx, givingdb.EndGiftParams{ID: gift, State: string(Closed)}); err != nil {
		return err
	}
	if err := ledger.Release(ctx, tx, g.MatchID); err != nil {
		return err
	}
	return event.Add(ctx, tx, "promise.taken_back", g.ID, by, nil)
}

func promiseRow(ctx context.Context, tx *db.Tx, gift int64) (givingdb.Gift, error) {
	g, err := q.GetGift(ctx, tx, gift)
	if err != nil {
		return g, db.NotFound(err, "giving.no_gift")
	}
	if g.Method != MethodPromise || g.State != string(Waiting) {
		return g, fault.New(fault.Conflict, "giving.promise_ended")
	}
	return g, nil
}
