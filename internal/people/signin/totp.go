package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/unicode/norm"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/signin/internal/signindb"
)

// Codes of an app: RFC 6238 as every app speaks it, SHA-1, six digits, a new one each 30 seconds.
const (
	appStep    = 30 * time.Second
	appSkew    = 1                // steps by which the app's clock may be off
	appDigits  = 6                //
	appSecret  = 20               // bytes: RFC 4226, R6
	offerLife  = 15 * time.Minute // an offered secret waits so long for its first code
	appField   = "totp"           // under which the vault binds the secret in force
	offerField = "totp_offer"     // and the one offered
)

var appBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// errRefused is the one answer to a password, a code or a recovery code that does not fit, and to those
// of nobody.
var errRefused = fault.New(fault.Forbidden, "signin.refused")

// Offer is a secret for a code app, to be shown until its first code comes back.
type Offer struct {
	Secret string // base32, in groups of four for those who type it
	URI    string // "otpauth://..." for the QR code
}

// OfferApp draws a new secret for a person's code app. The one in force stays in force until a code of
// the new one is confirmed. Faults: those of Standing.MayAdd and of the vault.
func (s *Service) OfferApp(ctx context.Context, tx *db.Tx, n Session) error {
	if _, err := s.mayAdd(ctx, tx, n); err != nil {
		return err
	}
	if err := s.cfg.Vault.Make(ctx, tx, n.PersonID); err != nil {
		return err
	}
	box, err := s.cfg.Vault.Box(ctx, tx, n.PersonID)
	if err != nil {
		return err
	}
	var secret [appSecret]byte
	_, _ = rand.Read(secret[:]) // never fails, by its contract
	sealed, err := box.Seal(offerField, secret[:])
	if err != nil {
		return err
	}
	err = s.q.OfferTOTP(ctx, tx, signindb.OfferTOTPParams{PersonID: n.PersonID, Secret: []byte{}, Pending: sealed, PendingAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("signin: offer a code app: %w", err)
	}
	return nil
}

// OfferedApp returns the secret that was offered last. Faults: Gone "signin.offer_ended"; those of the
// vault.
func (s *Service) OfferedApp(ctx context.Context, q db.Queryer, person people.Person, now time.Time) (Offer, error) {
	row, err := s.totp(ctx, q, person.ID)
	if err != nil {
		return Offer{}, err
	}
	secret, err := s.offered(ctx, q, person.ID, row, now)
	if err != nil {
		return Offer{}, err
	}
	network := s.cfg.Network.In(ctx)
	text := appBase32.EncodeToString(secret)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + network + ":" + person.Called(),
		RawQuery: url.Values{"secret": {text}, "issuer": {network}}.Encode()}
	var groups []string
	for at := 0; at < len(text); at += 4 {
		groups = append(groups, text[at:min(at+4, len(text))])
	}
	return Offer{Secret: strings.Join(groups, " "), URI: uri.String()}, nil
}

func (s *Service) offered(ctx context.Context, q db.Queryer, person int64, row signindb.TOTPRow, now time.Time) ([]byte, error) {
	if row.PendingAt == 0 || now.Sub(clock.Time(row.PendingAt)) >= offerLife {
		return nil, fault.New(fault.Gone, "signin.offer_ended")
	}
	box, err := s.cfg.Vault.Box(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return box.Open(offerField, row.Pending)
}

// totp returns a person's row, empty when there is none.
func (s *Service) totp(ctx context.Context, q db.Queryer, person int64) (signindb.TOTPRow, error) {
	row, err := s.q.TOTP(ctx, q, person)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, fmt.Errorf("signin: code app: %w", err)
	}
	return row, nil
}

// ConfirmApp puts the offered secret in force once a code of it was typed. It ends the person's other
// sessions and tells them. Faults: Fields naming "code"; TooMany "signin.wait"; those of OfferedApp and
// Standing.MayAdd.
func (s *Service) ConfirmApp(ctx context.Context, n Session, typed string, b Browser) error {
	g, err := s.guesserOf(ctx, n, b)
	if err != nil {
		return err
	}
	if err := s.take(ctx, g); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		st, err := s.mayAdd(ctx, tx, n)
		if err != nil {
			return err
		}
		row, err := s.totp(ctx, tx, n.PersonID)
		if err != nil {
			return err
		}
		secret, err := s.offered(ctx, tx, n.PersonID, row, tx.Now())
		if err != nil {
			return err
		}
		step, ok := codeStep(secret, typed, tx.Now())
		if !ok {
			return fault.Fields{{Name: "code", Key: "signin.code_wrong"}}
		}
		if err := s.begunAnew(ctx, tx, st); err != nil {
			return err
		}
		if err := s.keepApp(ctx, tx, n.PersonID, secret, step); err != nil {
			return err
		}
		if err := s.right(ctx, tx, g); err != nil {
			return err
		}
		return s.changed(ctx, tx, n, "app_added")
	})
}

// keepApp seals a confirmed secret under the field of those in force.
func (s *Service) keepApp(ctx context.Context, tx *db.Tx, person int64, secret []byte, step int64) error {
	box, err := s.cfg.Vault.Box(ctx, tx, person)
	if err != nil {
		return err
	}
	sealed, err := box.Seal(appField, secret)
	if err != nil {
		return err
	}
	err = s.q.KeepTOTP(ctx, tx, signindb.KeepTOTPParams{PersonID: person, Secret: sealed, Pending: []byte{}, MadeAt: tx.NowMicros(), UsedStep: step})
	if err != nil {
		return fmt.Errorf("signin: keep a code app: %w", err)
	}
	return nil
}

// checkApp takes a code of the app in force. Each code is taken once: neither it nor an older one opens
// again (RFC 6238, 5.2). False for a wrong one and for a person without an app.
func (s *Service) checkApp(ctx context.Context, tx *db.Tx, person int64, typed string) (bool, error) {
	row, err := s.totp(ctx, tx, person)
	if err != nil || row.MadeAt == 0 {
		return false, err
	}
	box, err := s.cfg.Vault.Box(ctx, tx, person)
	if err != nil {
		return false, err
	}
	secret, err := box.Open(appField, row.Secret)
	if err != nil {
		return false, err
	}
	step, ok := codeStep(secret, typed, tx.Now())
	if !ok {
		return false, nil
	}
	n, err := s.q.UseTOTP(ctx, tx, signindb.UseTOTPParams{UsedStep: step, PersonID: person})
	if err != nil {
		return false, fmt.Errorf("signin: take a code: %w", err)
	}
	return n > 0, nil
}

// codeStep returns the step of 30 seconds whose code was typed, among those next to now.
func codeStep(secret []byte, typed string, now time.Time) (step int64, ok bool) {
	typed = strings.ReplaceAll(norm.NFKC.String(typed[:min(len(typed), 60)]), " ", "")
	at := now.Unix() / int64(appStep/time.Second)
	for d := int64(-appSkew); d <= appSkew; d++ {
		code, err := hotp.GenerateCodeCustom(appBase32.EncodeToString(secret), uint64(at+d), hotp.ValidateOpts{Digits: appDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 {
			step, ok = at+d, true
		}
	}
	return step, ok
}
