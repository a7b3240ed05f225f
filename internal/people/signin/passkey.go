package signin

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/text/unicode/norm"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

const (
	// MostPasskeys is how many one person can have.
	MostPasskeys = 10
	// LongestPasskeyName is in characters.
	LongestPasskeyName = 40

	ceremonyLife = 5 * time.Minute
)

// Passkey is one of a person's passkeys.
type Passkey struct {
	ID   int64
	Name string
	Made time.Time
	Used time.Time // zero: never
}

// Challenge is what a browser needs to make or show a passkey.
type Challenge struct {
	Ceremony string          `json:"ceremony"` // to be sent back with the answer, once
	Options  json.RawMessage `json:"options"`  // for parseCreationOptionsFromJSON or parseRequestOptionsFromJSON
}

// The kinds of ceremony.
const (
	ceremonyRegister = "register"
	ceremonySignIn   = "sign_in"
	ceremonyProve    = "prove"
)

var (
	errNoPasskeys = fault.New(fault.Conflict, "signin.no_passkeys")
	errPasskey    = fault.New(fault.Forbidden, "signin.passkey_refused")
	errCeremony   = fault.New(fault.Gone, "signin.ceremony_ended")
)

// holder is a person as the passkey library knows them. The handle that the passkey carries is the
// person's id, which says nothing of them (WebAuthn, 14.6.1).
type holder struct {
	id   int64
	name string
	keys []webauthn.Credential
}

// WebAuthnID is the handle.
func (h holder) WebAuthnID() []byte { return binary.BigEndian.AppendUint64(nil, uint64(h.id)) }

// WebAuthnName is what the owner's device shows.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName is the same.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials are the passkeys that can be shown.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *Service) holder(ctx context.Context, q db.Queryer, person int64) (holder, error) {
	p, err := s.cfg.People.PersonByID(ctx, q, person)
	if err != nil {
		return holder{}, err
	}
	rows, err := s.q.PasskeysOf(ctx, q, person)
	if err != nil {
		return holder{}, fmt.Errorf("signin: passkeys: %w", err)
	}
	h := holder{id: person, name: p.Email}
	if h.name == "" {
		h.name = p.Called()
	}
	for _, r := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(r.Record, &c); err != nil {
			return holder{}, fmt.Errorf("signin: passkey's record: %w", err)
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// OfferPasskey begins to make a passkey for who acts by n. Faults: Conflict "signin.no_passkeys" where
// the address allows none, "signin.passkeys_many"; those of Standing.MayAdd.
func (s *Service) OfferPasskey(ctx context.Context, tx *db.Tx, n Session) (Challenge, error) {
	if s.web == nil {
		return Challenge{}, errNoPasskeys
	}
	if _, err := s.mayAdd(ctx, tx, n); err != nil {
		return Challenge{}, err
	}
	h, err := s.holder(ctx, tx, n.PersonID)
	if err != nil {
		return Challenge{}, err
	}
	if len(h.keys) >= MostPasskeys {
		return Challenge{}, fault.New(fault.Conflict, "signin.passkeys_many", "Max", MostPasskeys)
	}
	options, data, err := s.web.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: offer a passkey: %w", err)
	}
	return s.begin(ctx, tx, ceremonyRegister, n.PersonID, options.Response, data)
}

// begin keeps a challenge until its answer comes.
func (s *Service) begin(ctx context.Context, tx *db.Tx, kind string, person int64, options any, data *webauthn.SessionData) (Challenge, error) {
	kept, err := json.Marshal(data)
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: write a challenge: %w", err)
	}
	shown, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: write options: %w", err)
	}
	token, hash := newToken()
	err = s.q.InsertCeremony(ctx, tx, signindb.InsertCeremonyParams{TokenHash: hash, Kind: kind, PersonID: person, Data: string(kept),
		ExpiresAt: clock.Micros(tx.Now().Add(ceremonyLife))})
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: keep a challenge: %w", err)
	}
	return Challenge{Ceremony: token, Options: shown}, nil
}

// answered ends a challenge and returns what was kept of it. Each can be answered once, whatever comes
// of it. Faults: Gone "signin.ceremony_ended".
func (s *Service) answered(ctx context.Context, kind, token string, person int64) (data webauthn.SessionData, err error) {
	hash, ok := tokenHash(token)
	if !ok {
		return data, errCeremony
	}
	var row signindb.TakeCeremonyRow
	err = s.d.Write(ctx, func(tx *db.Tx) (err error) {
		row, err = s.q.TakeCeremony(ctx, tx, hash)
		if err == nil && tx.NowMicros() >= row.ExpiresAt {
			row = signindb.TakeCeremonyRow{}
		}
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return data, errCeremony
	case err != nil:
		return data, fmt.Errorf("signin: take a challenge: %w", err)
	case row.Kind != kind || row.PersonID != person:
		return data, errCeremony
	}
	if err := json.Unmarshal([]byte(row.Data), &data); err != nil {
		return data, fmt.Errorf("signin: read a challenge: %w", err)
	}
	return data, nil
}

// AddPasskey keeps the passkey that a browser made. It ends the person's other sessions and tells them.
// Faults: Fields naming "name"; Gone "signin.ceremony_ended"; Forbidden "signin.passkey_refused";
// Conflict "signin.passkey_known"; those of Standing.MayAdd.
func (s *Service) AddPasskey(ctx context.Context, n Session, ceremony, name string, answer []byte) error {
	if s.web == nil {
		return errNoPasskeys
	}
	name, err := passkeyName(name)
	if err != nil {
		return err
	}
	data, err := s.answered(ctx, ceremonyRegister, ceremony, n.PersonID)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return errPasskey
	}
	made, err := s.web.CreateCredential(holder{id: n.PersonID}, data, parsed)
	if err != nil || !made.Flags.UserVerified {
		return errPasskey
	}
	record, err := json.Marshal(made)
	if err != nil {
		return fmt.Errorf("signin: write a passkey: %w", err)
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		st, err := s.mayAdd(ctx, tx, n)
		if err != nil {
			return err
		}
		if err := s.begunAnew(ctx, tx, st); err != nil {
			return err
		}
		added, err := s.q.InsertPasskey(ctx, tx, signindb.InsertPasskeyParams{ID: tx.NewID(), PersonID: n.PersonID,
			CredentialID: base64.RawURLEncoding.EncodeToString(made.ID), Name: name, Record: record, MadeAt: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("signin: add a passkey: %w", err)
		}
		if added == 0 {
			return fault.New(fault.Conflict, "signin.passkey_known")
		}
		return s.changed(ctx, tx, n, "passkey_added")
	})
}

func passkeyName(typed string) (string, error) {
	s := strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	var bad fault.Fields
	switch {
	case s == "":
		bad.Add("name", "form.required")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.C, r) }):
		bad.Add("name", "form.encoding")
	case utf8.RuneCountInString(s) > LongestPasskeyName:
		bad.Add("name", "form.too_long", "Max", LongestPasskeyName)
	}
	return s, bad.Err()
}

// AskPasskey begins to sign in with a passkey, whosoever it is. It asks nobody's name, so it tells
// nothing. Faults: Conflict "signin.no_passkeys".
func (s *Service) AskPasskey(ctx context.Context, tx *db.Tx) (Challenge, error) {
	if s.web == nil {
		return Challenge{}, errNoPasskeys
	}
	options, data, err := s.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: ask for a passkey: %w", err)
	}
	return s.begin(ctx, tx, ceremonySignIn, 0, options.Response, data)
}

// AskOwnPasskey begins to prove with a passkey that who acts by n is themselves. Faults: Conflict
// "signin.no_passkeys".
func (s *Service) AskOwnPasskey(ctx context.Context, tx *db.Tx, n Session) (Challenge, error) {
	h, err := s.holder(ctx, tx, n.PersonID)
	if err != nil {
		return Challenge{}, err
	}
	if s.web == nil || len(h.keys) == 0 {
		return Challenge{}, errNoPasskeys
	}
	options, data, err := s.web.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("signin: ask for an own passkey: %w", err)
	}
	return s.begin(ctx, tx, ceremonyProve, n.PersonID, options.Response, data)
}

// SignInWithPasskey returns whose passkey answered. Faults: Gone "signin.ceremony_ended", Forbidden
// "signin.passkey_refused".
func (s *Service) SignInWithPasskey(ctx context.Context, ceremony string, answer []byte) (person int64, err error) {
	return s.passkey(ctx, ceremonySignIn, ceremony, 0, answer)
}

// ProveWithPasskey checks that a passkey of who acts by n answered. Faults as SignInWithPasskey.
func (s *Service) ProveWithPasskey(ctx context.Context, n Session, ceremony string, answer []byte) error {
	_, err := s.passkey(ctx, ceremonyProve, ceremony, n.PersonID, answer)
	return err
}

// passkey checks an answer. A counter that went backwards shows that the passkey was copied: refused.
func (s *Service) passkey(ctx context.Context, kind, ceremony string, person int64, answer []byte) (int64, error) {
	if s.web == nil {
		return 0, errNoPasskeys
	}
	data, err := s.answered(ctx, kind, ceremony, person)
	if err != nil {
		return 0, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return 0, errPasskey
	}
	var owner int64
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		row, err := s.q.PasskeyByCredential(ctx, tx, base64.RawURLEncoding.EncodeToString(parsed.RawID))
		if errors.Is(err, sql.ErrNoRows) {
			return errPasskey
		}
		if err != nil {
			return fmt.Errorf("signin: passkey: %w", err)
		}
		h, err := s.holder(ctx, tx, row.PersonID)
		if err != nil {
			return err
		}
		var shown *webauthn.Credential
		if kind == ceremonySignIn {
			shown, err = s.web.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
				if string(handle) != string(h.WebAuthnID()) {
					return nil, errPasskey
				}
				return h, nil
			}, data, parsed)
		} else {
			shown, err = s.web.ValidateLogin(h, data, parsed)
		}
		if err != nil || shown.Authenticator.CloneWarning || (person != 0 && row.PersonID != person) {
			return errPasskey
		}
		owner = row.PersonID
		return s.usedPasskey(ctx, tx, row.ID, shown)
	})
	return owner, err
}

func (s *Service) usedPasskey(ctx context.Context, tx *db.Tx, id int64, shown *webauthn.Credential) error {
	record, err := json.Marshal(shown)
	if err != nil {
		return fmt.Errorf("signin: write a passkey: %w", err)
	}
	if _, err := s.q.UsePasskey(ctx, tx, signindb.UsePasskeyParams{Record: record, Now: tx.NowMicros(), ID: id}); err != nil {
		return fmt.Errorf("signin: note a passkey's use: %w", err)
	}
	return nil
}

// RemovePasskey takes a passkey of who acts by n away, ends their other sessions and tells them. Faults:
// NotFound "signin.passkey_unknown"; those of mayRemove.
func (s *Service) RemovePasskey(ctx context.Context, tx *db.Tx, n Session, id int64) error {
	removed, err := s.q.DeletePasskey(ctx, tx, signindb.DeletePasskeyParams{ID: id, PersonID: n.PersonID})
	if err != nil {
		return fmt.Errorf("signin: remove a passkey: %w", err)
	}
	if removed == 0 {
		return fault.New(fault.NotFound, "signin.passkey_unknown")
	}
	if err := s.mayRemove(ctx, tx, n); err != nil {
		return err
	}
	return s.changed(ctx, tx, n, "passkey_removed")
}
