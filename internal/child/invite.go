package child

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

const (
	// InviteDays is for how many days an invitation can be used.
	InviteDays = 14
	// inviteLetters has none that look alike: 31, so that 12 of them are 59 bits.
	inviteLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	inviteLen     = 12
	mostClaims    = 10 // wrong codes of one person an hour
)

// Invite makes a code by which a guardian who was taken down on paper uses an account of their own from
// then on. It is shown once, in three parts of four letters to be written down or printed; it can be used
// once, for InviteDays days, and a new one ends those before. Faults: NotFound "child.no_record",
// "child.no_guardianship" and those of access.Decision; Conflict "child.linked"; Forbidden
// "child.invite_proof" before a worker has seen what shows the guardianship.
func (s *Service) Invite(ctx context.Context, tx *db.Tx, record, guardian int64) (string, error) {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return "", err
	}
	g, err := d.guardianAt(guardian, tx.Now())
	if err != nil {
		return "", err
	}
	switch {
	case g.PersonID != 0:
		return "", fault.New(fault.Conflict, "child.linked")
	case g.Proof == "":
		return "", fault.New(fault.Forbidden, "child.invite_proof")
	}
	code := drawInvite()
	if err := q.EndInvites(ctx, tx, childdb.EndInvitesParams{Now: tx.NowMicros(), GuardianID: guardian}); err != nil {
		return "", fmt.Errorf("child: end invitations: %w", err)
	}
	err = q.InsertInvite(ctx, tx, childdb.InsertInviteParams{Hash: inviteHash(code), GuardianID: guardian, MadeBy: access.PersonID(ctx),
		MadeAt: tx.NowMicros(), ExpiresAt: clock.Micros(tx.Now().Add(InviteDays * 24 * time.Hour))})
	if err != nil {
		return "", fmt.Errorf("child: invite: %w", err)
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:], actGuardian(ctx, tx, "guardian.invited", d, access.Casework, guardian)
}

func drawInvite() string {
	out := make([]byte, 0, inviteLen)
	var b [1]byte
	for len(out) < inviteLen {
		_, _ = rand.Read(b[:]) // never fails: it ends the program instead
		if n := int(b[0]) >> 3; n < len(inviteLetters) {
			out = append(out, inviteLetters[n])
		}
	}
	return string(out)
}

// inviteHash names a code, as typed or read from paper, without telling it.
func inviteHash(typed string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-–—−", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Narrow.String(typed))
	h := sha256.Sum256([]byte("child invite " + s))
	return hex.EncodeToString(h[:])
}

// Claim has who acts, signed in, use an invitation: from now on their account is the guardian's. A code
// that is wrong, used or over is one and the same fault, kept count of: Claim itself writes and must not
// be called inside a write. Faults: Unauthenticated "access.sign_in"; NotFound "child.no_invite"; TooMany
// "child.claims_many" after ten wrong ones in an hour; Conflict "child.prove_own" for the worker who made
// it, or who saw the proof.
func (s *Service) Claim(ctx context.Context, typed string) (record int64, err error) {
	person := access.PersonID(ctx)
	if person == 0 {
		return 0, fault.New(fault.Unauthenticated, "access.sign_in")
	}
	wrong := false
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		record, wrong, err = s.claim(ctx, tx, person, inviteHash(typed))
		return err
	})
	if err == nil && wrong {
		err = fault.New(fault.NotFound, "child.no_invite")
	}
	if err != nil {
		return 0, err
	}
	return record, nil
}

// claim links the account; wrong reports a code that leads nowhere, which is counted and so no error of
// the transaction.
func (s *Service) claim(ctx context.Context, tx *db.Tx, person int64, hash string) (record int64, wrong bool, err error) {
	hourAgo := clock.Micros(tx.Now().Add(-time.Hour))
	n, err := q.CountWrongClaims(ctx, tx, childdb.CountWrongClaimsParams{PersonID: person, Since: hourAgo})
	if err != nil {
		return 0, false, fmt.Errorf("child: count claims: %w", err)
	}
	if n >= mostClaims {
		return 0, false, fault.New(fault.TooMany, "child.claims_many")
	}
	x, err := q.UseInvite(ctx, tx, childdb.UseInviteParams{Now: tx.NowMicros(), Hash: hash})
	if isNone(err) {
		if err := q.ForgetWrongClaims(ctx, tx, hourAgo); err != nil {
			return 0, false, fmt.Errorf("child: forget claims: %w", err)
		}
		err := q.InsertWrongClaim(ctx, tx, childdb.InsertWrongClaimParams{ID: tx.NewID(), PersonID: person, At: tx.NowMicros()})
		if err != nil {
			return 0, false, fmt.Errorf("child: count a claim: %w", err)
		}
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("child: use an invitation: %w", err)
	}
	g, err := q.GuardianByID(ctx, tx, x.GuardianID)
	if err != nil {
		return 0, false, fmt.Errorf("child: guardian: %w", err)
	}
	d, err := s.one(ctx, tx, g.RecordID)
	if err != nil {
		return 0, false, err
	}
	if person == x.MadeBy || person == g.ProofBy {
		return 0, false, fault.New(fault.Conflict, "child.prove_own")
	}
	if _, err := d.guardianAt(g.ID, tx.Now()); err != nil {
		return 0, false, err
	}
	linked, err := q.LinkGuardian(ctx, tx, childdb.LinkGuardianParams{PersonID: person, ID: g.ID})
	if err != nil {
		return 0, false, fmt.Errorf("child: link a guardian: %w", err)
	}
	if linked == 0 {
		return 0, false, fault.New(fault.Conflict, "child.linked")
	}
	return d.ID, false, actGuardian(ctx, tx, "guardian.claimed", d, access.Guardian, g.ID)
}

func isNone(err error) bool {
	return fault.KindOf(db.NotFound(err, "child.no_invite")) == fault.NotFound
}
