package apply

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply/internal/applydb"
	"manyhands/internal/programme/creditcode"
)

// Begin opens an application: an organisation that nobody sees yet, with by as the first who answers for
// it. Faults: Invalid fields as programme.CreateOrganisation, credit_code among them when it is missing,
// when it does not fit the kind ("apply.code_kind") or is here already ("apply.code_known", which does
// not say whose it is); Conflict "apply.too_many"; Unavailable "vault.locked".
func (s *Service) Begin(ctx context.Context, tx *db.Tx, in programme.OrganisationInput, by int64) (programme.Organisation, error) {
	open, err := q.CountOpenBy(ctx, tx, by)
	if err != nil {
		return programme.Organisation{}, err
	}
	if open >= MaxOpen {
		return programme.Organisation{}, fault.New(fault.Conflict, "apply.too_many", "Max", MaxOpen)
	}
	if err := fits(in.Kind, in.CreditCode); err != nil {
		return programme.Organisation{}, err
	}
	o, err := programme.CreateOrganisation(ctx, tx, in, by)
	if err != nil {
		return o, neutral(err)
	}
	return o, s.Open(ctx, tx, o.ID, by)
}

// Open opens the application of an organisation that was written at the desk. Faults: Conflict
// "apply.begun"; Unavailable "vault.locked".
func (s *Service) Open(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	if _, err := ApplicationOf(ctx, tx, organisation); err == nil {
		return fault.New(fault.Conflict, "apply.begun")
	}
	if err := s.Vault.Make(ctx, tx, organisation); err != nil {
		return err
	}
	err := q.InsertApplication(ctx, tx, applydb.InsertApplicationParams{ID: tx.NewID(), OrganisationID: organisation, AccountSealed: []byte{},
		MadeBy: by, MadeAt: tx.NowMicros(), ChangedAt: tx.NowMicros()})
	if err != nil {
		return err
	}
	if by != 0 {
		if err := addResponsible(ctx, tx, organisation, by, "contact", by, true); err != nil {
			return err
		}
	}
	return event.Add(ctx, tx, "application.begun", organisation, by, nil)
}

// fits looks whether a credit code is there and stands for the kind of organisation. Who registers what
// is GB 32100-2015: a charity is one of the three forms that civil affairs registers.
func fits(kind, code string) error {
	var f fault.Fields
	if strings.TrimSpace(code) == "" {
		f.Add("credit_code", "form.required")
		return f.Err()
	}
	c, err := creditcode.Parse(code)
	if err != nil {
		return nil // what is wrong with it, programme.CreateOrganisation says in the field
	}
	ok := true
	switch kind {
	case "charity":
		ok = c.NonProfit()
	case "company", "shop":
		ok = c.Registry == '9'
	case "government":
		ok = c.Registry == '1'
	}
	if !ok {
		f.Add("credit_code", "apply.code_kind")
	}
	return f.Err()
}

// neutral takes from a refusal the word that some organisation is in the network already.
func neutral(err error) error {
	fields, ok := errors.AsType[fault.Fields](err)
	if !ok {
		return err
	}
	for i := range fields {
		if fields[i].Key == "programme.credit_code_taken" {
			fields[i].Key = "apply.code_known"
		}
	}
	return fields
}

// Save keeps what the organisation writes about itself and what it wants to do for children. The kind
// and the credit code stay what they were once it was handed in. Faults: as Begin; Conflict
// "apply.not_open" while it is judged, "apply.accepted" afterwards.
func (s *Service) Save(ctx context.Context, tx *db.Tx, organisation int64, in programme.OrganisationInput, purpose i18n.Text, by int64) error {
	a, err := s.writable(ctx, tx, organisation)
	if err != nil {
		return err
	}
	var f fault.Fields
	for name, text := range map[string]string{"purpose_zh": purpose.ZH, "purpose_en": purpose.EN} {
		if utf8.RuneCountInString(text) > MaxPurpose {
			f.Add(name, "form.too_long", "Max", MaxPurpose)
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	if err := fits(in.Kind, in.CreditCode); err != nil {
		return err
	}
	if err := programme.UpdateOrganisation(ctx, tx, organisation, in, by); err != nil {
		return neutral(err)
	}
	return q.SetPurpose(ctx, tx, applydb.SetPurposeParams{OrganisationID: a.Organisation, PurposeZh: purpose.ZH, PurposeEn: purpose.EN, ChangedAt: tx.NowMicros()})
}

// writable returns an application that its organisation may change now.
func (s *Service) writable(ctx context.Context, tx *db.Tx, organisation int64) (Application, error) {
	a, err := ApplicationOf(ctx, tx, organisation)
	switch {
	case err != nil:
		return a, err
	case a.State == Accepted:
		return a, fault.New(fault.Conflict, "apply.accepted")
	case !a.Open():
		return a, fault.New(fault.Conflict, "apply.not_open")
	}
	return a, nil
}

// accountField is the name under which a bank account is sealed.
const accountField = "bank_account"

// SetAccount keeps the number of the bank account, sealed under the organisation's key. A changed number
// takes back what verifiers said of the one before: nothing is paid out until two have seen the new one.
// Faults: Invalid field account; Conflict "apply.not_open" while it is judged; Unavailable
// "vault.locked".
func (s *Service) SetAccount(ctx context.Context, tx *db.Tx, organisation int64, number string, by int64) error {
	a, err := ApplicationOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if a.UnderReview() {
		return fault.New(fault.Conflict, "apply.not_open")
	}
	if number, err = accountNumber(number); err != nil {
		return err
	}
	if same, err := s.sameAccount(ctx, tx, organisation, number); err != nil || same {
		return err
	}
	box, err := s.Vault.Box(ctx, tx, organisation)
	if err != nil {
		return err
	}
	sealed, err := box.SealText(accountField, number)
	if err != nil {
		return err
	}
	err = q.SetAccount(ctx, tx, applydb.SetAccountParams{OrganisationID: organisation, AccountSealed: sealed,
		AccountTail: number[len(number)-4:], ChangedAt: tx.NowMicros()})
	if err != nil {
		return err
	}
	o, err := programme.OrganisationByID(ctx, tx, organisation)
	if err != nil {
		return err
	}
	err = checklist.Withdraw(ctx, tx, programme.Papers(o), "bank_account", checklist.Decision{Reason: "does_not_match"}, by)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Key == "checklist.not_in_force" {
		err = nil
	}
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "application.account", organisation, by, nil)
}

func (s *Service) sameAccount(ctx context.Context, r db.Queryer, organisation int64, number string) (bool, error) {
	old, err := s.Account(ctx, r, organisation)
	return old == number, err
}

// Account opens the number of an organisation's bank account; "" when none was given. Whoever calls notes
// in the audit trail who has read it. Faults: NotFound "apply.none"; Unavailable "vault.locked".
func (s *Service) Account(ctx context.Context, r db.Queryer, organisation int64) (string, error) {
	row, err := q.ApplicationOf(ctx, r, organisation)
	if err != nil {
		return "", db.NotFound(err, "apply.none")
	}
	if len(row.AccountSealed) == 0 {
		return "", nil
	}
	box, err := s.Vault.Box(ctx, r, organisation)
	if err != nil {
		return "", err
	}
	return box.OpenText(accountField, row.AccountSealed)
}

// accountNumber brings a bank account as typed to its digits: 8 to 30 of them, also full-width ones,
// spaces and hyphens between them left out.
func accountNumber(s string) (string, error) {
	s = creditcode.Normalise(s)
	digits := strings.Trim(s, "0123456789") == ""
	if digits && len(s) >= 8 && len(s) <= 30 {
		return s, nil
	}
	return "", fault.Fields{{Name: "account", Key: "apply.account"}}
}

func applicationOf(r applydb.Application) Application {
	return Application{ID: r.ID, Organisation: r.OrganisationID, State: State(r.State), Purpose: i18n.Text{ZH: r.PurposeZh, EN: r.PurposeEn},
		AccountTail: r.AccountTail, Appeal: r.Appeal, By: r.MadeBy, At: clock.Time(r.MadeAt), HandedInAt: clock.Time(r.HandedInAt),
		ChangedAt: clock.Time(r.ChangedAt)}
}

// ApplicationOf returns the application of an organisation. Faults: NotFound "apply.none".
func ApplicationOf(ctx context.Context, r db.Queryer, organisation int64) (Application, error) {
	row, err := q.ApplicationOf(ctx, r, organisation)
	return applicationOf(row), db.NotFound(err, "apply.none")
}
