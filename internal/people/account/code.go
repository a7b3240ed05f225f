package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people/account/internal/accountdb"
)

// CodeLife is how long a code works.
const CodeLife = 10 * time.Minute

// What may be asked and tried. A code has six digits: with five tries a code and ten codes a day to a
// number, guessing one number's code takes fifty years on average.
const (
	codeTries      = 5
	codesPerMinute = 1 // to one number or address
	codesPerHour   = 5
	codesPerDay    = 10
	clientPerDay   = 30 // from one client: a school's office behind one address included
	keepCodes      = 25 * time.Hour
	longestTicket  = 100 // bytes
)

// What a code is for.
const (
	forSignIn = "sign_in"
	forPhone  = "phone"
	forEmail  = "email"
)

// Ask is a wish for a code.
type Ask struct {
	// Ticket is the key of the form from which the wish comes (web.FormKey). The same form sent twice is
	// one code, and a code works only together with its ticket: whoever guesses at codes uses up their
	// own tries and nobody else's.
	Ticket string
	Client string // where the wish comes from (web.ClientKey), for the limits
	Lang   i18n.Lang
}

// goal is what one code proves.
type goal struct {
	kind   string
	person int64 // who is signed in; 0 when signing in
	target string
}

func (s *Service) codeID(g goal, ticket string) string {
	return s.hash("ticket", ticket, g.kind, strconv.FormatInt(g.person, 10), g.target)
}

// issue makes a code for g. It returns "" when the same form has had its code. Faults: TooMany
// "account.code_minute", "account.code_hour", "account.client_day"; Busy "account.sms_spent";
// Invalid "account.no_ticket".
func (s *Service) issue(ctx context.Context, tx *db.Tx, g goal, a Ask) (string, error) {
	if a.Ticket == "" || len(a.Ticket) > longestTicket {
		return "", fault.New(fault.Invalid, "account.no_ticket")
	}
	id, client := s.codeID(g, a.Ticket), s.hash("client", a.Client)
	n, err := q.CodeExists(ctx, tx, id)
	if err != nil {
		return "", fmt.Errorf("account: look for a code: %w", err)
	}
	if n > 0 {
		return "", nil
	}
	if err := s.mayAsk(ctx, tx, g, client); err != nil {
		return "", err
	}
	code := newCode()
	_, err = q.InsertCode(ctx, tx, accountdb.InsertCodeParams{IDHash: id, Kind: g.kind, PersonID: g.person, Target: g.target,
		Client: client, CodeHash: s.hash("code", id, code), MadeAt: tx.NowMicros(), ExpiresAt: tx.NowMicros() + CodeLife.Microseconds()})
	if err != nil {
		return "", fmt.Errorf("account: add a code: %w", err)
	}
	return code, nil
}

func (s *Service) mayAsk(ctx context.Context, tx *db.Tx, g goal, client string) error {
	ago := func(d time.Duration) int64 { return tx.NowMicros() - d.Microseconds() }
	n, err := q.CountCodes(ctx, tx, accountdb.CountCodesParams{Target: g.target, Client: client,
		Minute: ago(time.Minute), Hour: ago(time.Hour), Day: ago(24 * time.Hour)})
	switch {
	case err != nil:
		return fmt.Errorf("account: count codes: %w", err)
	case n.LastMinute >= codesPerMinute:
		return fault.New(fault.TooMany, "account.code_minute")
	case n.LastHour >= codesPerHour || n.LastDay >= codesPerDay:
		return fault.New(fault.TooMany, "account.code_hour")
	case n.OfClient >= clientPerDay:
		return fault.New(fault.TooMany, "account.client_day")
	case g.kind != forEmail && n.Messages >= int64(s.cfg.MessagesPerDay):
		return fault.New(fault.Busy, "account.sms_spent")
	}
	return nil
}

// newCode returns six digits, each combination as likely as any other.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // never: the reader ends the program instead
	}
	return fmt.Sprintf("%06d", n)
}

// readCode returns the six digits of what was typed, full-width ones and spaces between them included.
// Faults: Fields naming "code".
func readCode(typed string) (string, error) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(typed[:min(len(typed), 100)]) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == ' ' || r == '-':
		default:
			return "", wrongCode
		}
	}
	if b.Len() != 6 {
		return "", wrongCode
	}
	return b.String(), nil
}

var wrongCode = fault.Fields{{Name: "code", Key: "account.code_wrong"}}

// try takes one of the code's tries. It does not use the code up: use does. Faults: Fields naming
// "code"; Gone "account.code_ended" for one that is over, used, tried too often or was never there. A
// try counts only when the caller commits in spite of the fault.
func (s *Service) try(ctx context.Context, tx *db.Tx, id, code string) error {
	n, err := q.TryCode(ctx, tx, accountdb.TryCodeParams{IDHash: id, Now: tx.NowMicros(), Most: codeTries})
	if err != nil {
		return fmt.Errorf("account: try a code: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "account.code_ended")
	}
	kept, err := q.CodeHash(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("account: code: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(kept), []byte(s.hash("code", id, code))) == 0 {
		return wrongCode
	}
	return nil
}

// use ends a code. Faults: Gone "account.code_ended".
func (s *Service) use(ctx context.Context, tx *db.Tx, id string) error {
	n, err := q.UseCode(ctx, tx, accountdb.UseCodeParams{Now: tx.NowMicros(), IDHash: id})
	if err != nil {
		return fmt.Errorf("account: use a code: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Gone, "account.code_ended")
	}
	return nil
}

// prove tries a code and, when it is right, runs then in the same write. A wrong code costs one of its
// tries although the answer is a fault.
func (s *Service) prove(ctx context.Context, g goal, ticket, typed string, then func(tx *db.Tx, id string) error) error {
	code, err := readCode(typed)
	if err != nil {
		return err
	}
	var refused error
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		id := s.codeID(g, ticket)
		refused = s.try(ctx, tx, id, code)
		if refused != nil {
			if fault.KindOf(refused) == fault.Internal {
				return refused
			}
			return nil
		}
		return then(tx, id)
	})
	if err != nil {
		return err
	}
	return refused
}
