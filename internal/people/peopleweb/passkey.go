package peopleweb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// The pages' script asks for options, hands them to the browser and sends back what came of it. These
// answers are JSON; what goes wrong is a problem document with a sentence to show.

const passkeyBytes = 64 << 10 // an answer of a browser is a few kilobytes

// passkeyAnswer is what the script sends back.
type passkeyAnswer struct {
	Ceremony string          `json:"ceremony"`
	Name     string          `json:"name"`
	To       string          `json:"to"`
	Answer   json.RawMessage `json:"answer"`
}

func readPasskey(w http.ResponseWriter, r *http.Request) (a passkeyAnswer, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, passkeyBytes))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return a, fault.New(fault.TooLarge, "form.too_large")
	}
	if err != nil || json.Unmarshal(body, &a) != nil {
		return a, fault.New(fault.Invalid, "form.unreadable")
	}
	a.To = people.LocalPath(a.To)
	return a, nil
}

func sendJSON[T any](w http.ResponseWriter, v T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("peopleweb: write an answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b) // whoever has gone has gone
	return nil
}

// next tells the script where to go.
type next struct {
	To string `json:"to"`
}

// askPasskey gives out a challenge to whoever looks at the sign-in page.
func (p *Pages) askPasskey(w http.ResponseWriter, r *http.Request) error {
	if !p.challenges.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	return p.sendChallenge(w, r, func(tx *db.Tx) (signin.Challenge, error) { return p.cfg.SignIn.AskPasskey(r.Context(), tx) })
}

func (p *Pages) sendChallenge(w http.ResponseWriter, r *http.Request, make func(*db.Tx) (signin.Challenge, error)) error {
	var c signin.Challenge
	err := p.cfg.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		c, err = make(tx)
		return err
	})
	if err != nil {
		return err
	}
	return sendJSON(w, c)
}

// signInWithPasskey signs in whose passkey answers.
func (p *Pages) signInWithPasskey(w http.ResponseWriter, r *http.Request) error {
	a, err := readPasskey(w, r)
	if err != nil {
		return err
	}
	person, err := p.cfg.SignIn.SignInWithPasskey(r.Context(), a.Ceremony, a.Answer)
	if err != nil {
		web.ProofFailed(r.Context(), "passkey", err)
		return err
	}
	return p.enterByScript(w, r, person, a.To, signin.ByPasskey)
}

func (p *Pages) enterByScript(w http.ResponseWriter, r *http.Request, person int64, to string, way signin.Way) error {
	if err := p.begin(r.Context(), person, way); err != nil {
		return err
	}
	to, err := p.entrance(r.Context(), person, to, way)
	if err != nil {
		return err
	}
	return sendJSON(w, next{to})
}

// askOwnPasskey gives a challenge to somebody who has signed in and has to show who they are.
func (p *Pages) askOwnPasskey(w http.ResponseWriter, r *http.Request) error {
	n, err := own(r.Context())
	if err != nil {
		return err
	}
	return p.sendChallenge(w, r, func(tx *db.Tx) (signin.Challenge, error) { return p.cfg.SignIn.AskOwnPasskey(r.Context(), tx, n) })
}

func (p *Pages) proveWithPasskey(w http.ResponseWriter, r *http.Request) error {
	n, err := own(r.Context())
	if err != nil {
		return err
	}
	a, err := readPasskey(w, r)
	if err != nil {
		return err
	}
	if err := p.cfg.SignIn.ProveWithPasskey(r.Context(), n, a.Ceremony, a.Answer); err != nil {
		web.ProofFailed(r.Context(), "passkey", err)
		return err
	}
	return p.enterByScript(w, r, n.PersonID, a.To, signin.ByPasskey)
}

// offerPasskey gives a challenge for a new passkey.
func (p *Pages) offerPasskey(w http.ResponseWriter, r *http.Request) error {
	n, err := own(r.Context())
	if err != nil {
		return err
	}
	return p.sendChallenge(w, r, func(tx *db.Tx) (signin.Challenge, error) { return p.cfg.SignIn.OfferPasskey(r.Context(), tx, n) })
}

// addPasskey keeps a new passkey. Whoever made it has just shown it, so a weak session becomes a strong
// one.
func (p *Pages) addPasskey(w http.ResponseWriter, r *http.Request) error {
	n, err := own(r.Context())
	if err != nil {
		return err
	}
	a, err := readPasskey(w, r)
	if err != nil {
		return err
	}
	if err := p.cfg.SignIn.AddPasskey(r.Context(), n, a.Ceremony, a.Name, a.Answer); err != nil {
		return err
	}
	if !n.Way.Strong() {
		if err := p.begin(r.Context(), n.PersonID, signin.ByPasskey); err != nil {
			return err
		}
	}
	if ofChildren(a.To) { // on the way to a child's pages, in place of a family code
		return sendJSON(w, next{a.To})
	}
	return sendJSON(w, next{securityPath + "?done=passkey_added"})
}
