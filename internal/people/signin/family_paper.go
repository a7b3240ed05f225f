package signin

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// PaperDays is for how many days the code on a worker's paper sets a new family code.
const PaperDays = 7

const paperDigits = 12 // 40 bits; guesses at them are slowed down, and there is one to guess at

// FamilyPaper makes the code that a worker hands over on paper, face to face, to a guardian who has
// forgotten their family code; those before it end. Together with a link or a text message it sets a new
// one, so neither a stolen mailbox nor the paper alone does. The person is told. The caller has asked
// whether who acts in ctx may. Faults: Forbidden "signin.reset_yourself"; NotFound "people.unknown".
func (s *Service) FamilyPaper(ctx context.Context, tx *db.Tx, person int64) (string, error) {
	by := access.PersonID(ctx)
	person, err := s.cfg.People.Current(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if by == person {
		return "", fault.New(fault.Forbidden, "signin.reset_yourself")
	}
	if err := s.q.DeleteFamilyPapers(ctx, tx, person); err != nil {
		return "", fmt.Errorf("signin: end papers: %w", err)
	}
	code := drawDigits(paperDigits)
	err = s.q.InsertFamilyPaper(ctx, tx, signindb.InsertFamilyPaperParams{Hash: s.paperHash(person, code), PersonID: person, MadeBy: by,
		MadeAt: tx.NowMicros(), ExpiresAt: clock.Micros(tx.Now().Add(PaperDays * 24 * time.Hour))})
	if err != nil {
		return "", fmt.Errorf("signin: keep a paper: %w", err)
	}
	if err := s.tell(ctx, tx, person, "family_paper", Device{}); err != nil {
		return "", err
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:], event.Add(ctx, tx, "person.family_paper", person, by, nil)
}

func (s *Service) paperHash(person int64, code string) string {
	return hex.EncodeToString(s.keyed("family paper", clock.FormatID(person), code))
}

// AnewFamily sets a new family code with the code on a worker's paper. seal is DrawFamily's. Faults:
// Fields naming "code" or "paper"; TooMany "signin.wait" (Minutes); Unauthenticated "signin.prove_again".
func (s *Service) AnewFamily(ctx context.Context, n Session, paper, typed, seal string, b Browser) error {
	if s.d.Now().Sub(n.Proven) >= RecentFor {
		return fault.New(fault.Unauthenticated, "signin.prove_again")
	}
	code, err := s.newFamily(n, typed, seal)
	if err != nil {
		return err
	}
	g, err := s.guesserOf(ctx, n, b)
	if err != nil {
		return err
	}
	if err := s.take(ctx, g); err != nil {
		return err
	}
	read, _ := digits(paper) // what cannot be one is nobody's
	hash, err := s.hashes.hash(ctx, code)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		used, err := s.q.UseFamilyPaper(ctx, tx, signindb.UseFamilyPaperParams{Hash: s.paperHash(n.PersonID, read), PersonID: n.PersonID, Now: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("signin: use a paper: %w", err)
		}
		if used == 0 {
			return fault.Fields{{Name: "paper", Key: "signin.family_paper"}}
		}
		if err := s.right(ctx, tx, g); err != nil {
			return err
		}
		return s.keepFamily(ctx, tx, n, hash)
	})
}
