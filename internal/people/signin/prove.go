package signin

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/signin/internal/signindb"
)

// RecoveryCodes is how many codes are made at once.
const RecoveryCodes = 10

const (
	recoveryAlphabet = "23456789abcdefghjkmnpqrstuvwxyz" // without what is mistaken for another
	recoveryLetters  = 16                                // 79 bits
)

// SignInWithPassword returns whose address, password and code these are. Wrong ones and nobody's get the
// same answer after the same work. Faults: Forbidden "signin.refused"; TooMany "signin.wait" (Minutes);
// Busy "vault.locked" while codes cannot be checked, whoever asks.
func (s *Service) SignInWithPassword(ctx context.Context, email, typed, code string, b Browser) (person int64, err error) {
	if err := s.cfg.Vault.Locked(); err != nil {
		return 0, err
	}
	account, err := people.Email(email)
	if err != nil {
		return 0, errRefused
	}
	word, ok := password(typed)
	var hash string
	var g guessing
	err = s.d.Read(ctx, func(q *db.Reader) error {
		p, err := s.cfg.People.PersonByEmail(ctx, q, account)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		row, err := s.password(ctx, q, p.ID)
		if err != nil {
			return err
		}
		person, hash = p.ID, row.Hash
		g, err = s.guesser(ctx, q, account, p.ID, b)
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := s.take(ctx, g); err != nil {
		return 0, err
	}
	right, err := s.hashes.matches(ctx, word, hash)
	if err != nil {
		return 0, err
	}
	if !right || !ok {
		return 0, errRefused
	}
	return person, s.useCode(ctx, person, code, g)
}

// useCode takes a code of the app and forgets the guesses before it.
func (s *Service) useCode(ctx context.Context, person int64, code string, g guessing) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		ok, err := s.checkApp(ctx, tx, person, code)
		if err != nil {
			return err
		}
		if !ok {
			return errRefused
		}
		return s.right(ctx, tx, g)
	})
}

// guesserOf is guesser for one who has signed in.
func (s *Service) guesserOf(ctx context.Context, n Session, b Browser) (g guessing, err error) {
	err = s.d.Read(ctx, func(q *db.Reader) (err error) {
		g, err = s.guesser(ctx, q, "person:"+clock.FormatID(n.PersonID), n.PersonID, b)
		return err
	})
	return g, err
}

// Prove takes a code of the app, or a recovery code, of who acts by n, and returns how they have proved
// themselves now. Faults: Forbidden "signin.refused"; TooMany "signin.wait" (Minutes); Busy "vault.locked".
func (s *Service) Prove(ctx context.Context, n Session, typed string, b Browser) (Way, error) {
	g, err := s.guesserOf(ctx, n, b)
	if err != nil {
		return "", err
	}
	if err := s.take(ctx, g); err != nil {
		return "", err
	}
	if code, ok := recoveryCode(typed); ok {
		return ByRecovery, s.useRecovery(ctx, n, code, g)
	}
	if err := s.cfg.Vault.Locked(); err != nil {
		return "", err
	}
	return ByLinkCode, s.useCode(ctx, n.PersonID, typed, g)
}

// MakeRecoveryCodes makes new recovery codes for who acts by n and returns them, to be shown now or
// never; the old ones open nothing any more. Faults: Conflict "signin.factor_first" for a person who has
// nothing that could be lost; Unauthenticated "signin.prove", "signin.prove_again".
func (s *Service) MakeRecoveryCodes(ctx context.Context, n Session) ([]string, error) {
	if err := s.d.Read(ctx, func(q *db.Reader) error { return s.mayMakeCodes(ctx, q, n) }); err != nil {
		return nil, err // before the hashes, which cost
	}
	salt := newSalt()
	shown, hashes := make([]string, RecoveryCodes), make([]string, RecoveryCodes)
	for i := range shown {
		code := drawCode()
		shown[i] = code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
		var err error
		if hashes[i], err = s.recoveryHash(ctx, n.PersonID, salt, code); err != nil {
			return nil, err
		}
	}
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayMakeCodes(ctx, tx, n); err != nil {
			return err
		}
		if err := s.q.DeleteRecoveryCodes(ctx, tx, n.PersonID); err != nil {
			return fmt.Errorf("signin: forget recovery codes: %w", err)
		}
		for _, h := range hashes {
			err := s.q.InsertRecoveryCode(ctx, tx, signindb.InsertRecoveryCodeParams{PersonID: n.PersonID, Hash: h, Salt: hex.EncodeToString(salt), MadeAt: tx.NowMicros()})
			if err != nil {
				return fmt.Errorf("signin: keep a recovery code: %w", err)
			}
		}
		return s.changed(ctx, tx, n, "codes_made")
	})
	return shown, err
}

func (s *Service) mayMakeCodes(ctx context.Context, q db.Queryer, n Session) error {
	st, err := s.Standing(ctx, q, n, s.d.Now())
	if err != nil {
		return err
	}
	if err := st.MayAdd(); err != nil {
		return err
	}
	if !n.Way.Strong() {
		return fault.New(fault.Unauthenticated, "signin.prove")
	}
	if !st.Strong() {
		return fault.New(fault.Conflict, "signin.factor_first")
	}
	return nil
}

func drawCode() string {
	code := make([]byte, 0, recoveryLetters)
	var b [1]byte
	for len(code) < recoveryLetters {
		_, _ = rand.Read(b[:]) // never fails, by its contract
		if n := int(b[0]); n < 256/len(recoveryAlphabet)*len(recoveryAlphabet) {
			code = append(code, recoveryAlphabet[n%len(recoveryAlphabet)])
		}
	}
	return string(code)
}

// recoveryCode reads what was typed as a recovery code; false for what cannot be one, such as a code of
// the app.
func recoveryCode(typed string) (string, bool) {
	if len(typed) > 100 {
		return "", false
	}
	s := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(typed)))
	odd := func(r rune) bool { return !strings.ContainsRune(recoveryAlphabet, r) }
	return s, len(s) == recoveryLetters && !strings.ContainsFunc(s, odd)
}

// recoveryHash is what the database keeps of a code. All codes that were made together have one salt, so
// that a code that was typed is hashed once: each has 79 bits of its own.
func (s *Service) recoveryHash(ctx context.Context, person int64, salt []byte, code string) (string, error) {
	if err := s.hashes.enter(ctx); err != nil {
		return "", err
	}
	defer s.hashes.leave()
	return hex.EncodeToString(argon(s.keyed("recovery", clock.FormatID(person), code), salt)), nil
}

// useRecovery takes a recovery code. Whoever has none waits as long.
func (s *Service) useRecovery(ctx context.Context, n Session, code string, g guessing) error {
	var kept string
	err := s.d.Read(ctx, func(q *db.Reader) (err error) {
		kept, err = s.q.RecoverySalt(ctx, q, n.PersonID)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("signin: salt of recovery codes: %w", err)
	}
	salt, err := hex.DecodeString(kept)
	if err != nil {
		return errHash
	}
	hash, err := s.recoveryHash(ctx, n.PersonID, salt, code)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		used, err := s.q.UseRecoveryCode(ctx, tx, signindb.UseRecoveryCodeParams{Now: tx.NowMicros(), PersonID: n.PersonID, Hash: hash})
		if err != nil {
			return fmt.Errorf("signin: use a recovery code: %w", err)
		}
		if used == 0 {
			return errRefused
		}
		if err := s.right(ctx, tx, g); err != nil {
			return err
		}
		return s.changed(ctx, tx, n, "code_used")
	})
}
