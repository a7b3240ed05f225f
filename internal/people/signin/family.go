package signin

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// How many digits a family code has: six of one that the house has drawn, eight of one that somebody has
// thought up (NIST SP 800-63B, 5.1.1.1).
const (
	FamilyDrawn   = 6
	FamilyOwn     = 8
	familyLongest = 20
)

var (
	errFamilyWorker = fault.New(fault.Forbidden, "signin.family_worker")
	errFamilyThere  = fault.New(fault.Conflict, "signin.family_there")
)

// MayFamily returns nil when who acts may set a family code, or another in place of theirs. Whoever only
// reads a mailbox or holds a telephone may while no child's record hangs on the account. Faults:
// Unauthenticated "signin.prove_again", "signin.prove"; Forbidden "signin.family_worker" when a worker has
// to hand over a paper first.
func (st Standing) MayFamily() error {
	way := st.Session.Way
	switch {
	case st.At.Sub(st.Session.Proven) >= RecentFor:
		return fault.New(fault.Unauthenticated, "signin.prove_again")
	case way.Family(), st.Reset.Opened(st.At), !st.Guardian && !st.Strong():
		return nil
	case st.Strong(), !st.Family.IsZero():
		return fault.New(fault.Unauthenticated, "signin.prove")
	}
	return errFamilyWorker
}

// DrawFamily draws a code for who acts by n, to be shown to them, with the seal by which SetFamily knows
// it again.
func (s *Service) DrawFamily(n Session) (code, seal string) {
	for code = drawDigits(FamilyDrawn); easyFamily(code); {
		code = drawDigits(FamilyDrawn)
	}
	return code, s.familySeal(n, code)
}

// drawDigits draws so many digits.
func drawDigits(n int) string {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x, _ := rand.Int(rand.Reader, most) // never fails, by its contract
	return fmt.Sprintf("%0*d", n, x)
}

func (s *Service) familySeal(n Session, code string) string {
	return hex.EncodeToString(s.keyed("family drawn", clock.FormatID(n.ID), code))
}

// digits reads what was typed as a family code: digits of any keyboard, with or without spaces between.
func digits(typed string) (string, bool) {
	if len(typed) > 200 || !utf8.ValidString(typed) {
		return "", false
	}
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, norm.NFKC.String(typed))
	odd := func(r rune) bool { return r < '0' || r > '9' }
	return s, s != "" && len(s) <= familyLongest && !strings.ContainsFunc(s, odd)
}

// newFamily checks a code that somebody chose, or typed after the one that was drawn. Faults: Fields
// naming "code".
func (s *Service) newFamily(n Session, typed, seal string) (string, error) {
	var bad fault.Fields
	code, ok := digits(typed)
	switch {
	case strings.TrimSpace(typed) == "":
		bad.Add("code", "form.required")
	case !ok:
		bad.Add("code", "signin.family_digits")
	case s.familySeal(n, code) == seal:
	case len(code) < FamilyOwn:
		bad.Add("code", "signin.family_short", "Min", FamilyOwn)
	case easyFamily(code):
		bad.Add("code", "signin.family_easy")
	}
	return code, bad.Err()
}

// easyFamily finds codes that a neighbour would try: few digits over and over, runs, and days of the
// calendar, such as a birthday, however they are written.
func easyFamily(code string) bool {
	if isCommon(code) {
		return true
	}
	half := len(code) / 2
	if len(code)%2 == 0 && code[:half] == code[half:] {
		return true
	}
	for _, layout := range [...]string{"060102", "020106", "010206", "200601", "012006", "20060102", "02012006", "01022006"} {
		if t, err := time.Parse(layout, code); err == nil && t.Year() > 1900 && t.Year() < 2100 {
			return true
		}
	}
	return false
}

// familyCode returns a person's row, empty when there is none.
func (s *Service) familyCode(ctx context.Context, q db.Queryer, person int64) (signindb.FamilyCodeRow, error) {
	row, err := s.q.FamilyCode(ctx, q, person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, fmt.Errorf("signin: family code: %w", err)
	}
	return row, nil
}

// SetFamily sets the family code of who acts by n, or another in place of it. seal is DrawFamily's. since
// is when the code was set that the page spoke of, zero for none: what another tab has done meanwhile
// stays. It ends the person's other sessions and tells them. Faults: Fields naming "code"; Conflict
// "signin.family_there"; those of Standing.MayFamily.
func (s *Service) SetFamily(ctx context.Context, n Session, typed, seal string, since time.Time) error {
	code, err := s.newFamily(n, typed, seal)
	if err != nil {
		return err
	}
	may := func(q db.Queryer) error {
		st, err := s.Standing(ctx, q, n, s.d.Now())
		if err != nil {
			return err
		}
		if err := st.MayFamily(); err != nil {
			return err
		}
		if !st.Family.Equal(since) {
			return errFamilyThere
		}
		return nil
	}
	if err := s.d.Read(ctx, func(q *db.Reader) error { return may(q) }); err != nil {
		return err // before the hash, which costs
	}
	hash, err := s.hashes.hash(ctx, code)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		return s.keepFamily(ctx, tx, n, hash)
	})
}

func (s *Service) keepFamily(ctx context.Context, tx *db.Tx, n Session, hash string) error {
	if err := s.q.PutFamilyCode(ctx, tx, signindb.PutFamilyCodeParams{PersonID: n.PersonID, Hash: hash, MadeAt: tx.NowMicros()}); err != nil {
		return fmt.Errorf("signin: keep a family code: %w", err)
	}
	if err := s.q.DeleteFamilyPapers(ctx, tx, n.PersonID); err != nil {
		return fmt.Errorf("signin: end papers: %w", err)
	}
	return s.changed(ctx, tx, n, "family_set")
}

// CheckFamily is for a guardian's pages of their children. Faults: Unauthenticated "signin.family".
func CheckFamily(ctx context.Context) error {
	if n, _ := Of(ctx); !n.Way.Family() {
		return fault.New(fault.Unauthenticated, "signin.family")
	}
	return nil
}

// CheckFamilyRecent is for what a telephone left on the table must not be enough for: taking a copy along,
// asking for an erasure, naming who collects a child. Faults: Unauthenticated "signin.family".
func CheckFamilyRecent(ctx context.Context) error {
	if v, _ := ctx.Value(visitKey{}).(visit); !v.recent {
		return fault.New(fault.Unauthenticated, "signin.family")
	}
	return CheckFamily(ctx)
}
