package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/money"
	"manyhands/internal/payment/sandbox"
)

type quantity struct {
	Minor int64  `json:"minor"`
	Unit  string `json:"unit"`
}

// Made is a gift as the JSON interface answered it.
type Made struct {
	ID       int64
	Token    string
	Promised int64 // fen of its match, held
}

// GiveByAPI makes the gift through the JSON interface and returns its id. A second one under the same
// key is the same gift.
func (s *Server) GiveByAPI(ctx context.Context, g Gift) (id int64, err error) {
	m, err := s.MakeByAPI(ctx, g)
	return m.ID, err
}

// MakeByAPI is GiveByAPI, and returns all that was answered.
func (s *Server) MakeByAPI(ctx context.Context, g Gift) (Made, error) {
	in := struct {
		Amount     quantity `json:"amount"`
		Visibility string   `json:"visibility"`
		Method     string   `json:"method"`
		Email      string   `json:"email,omitempty"`
		Device     string   `json:"device"`
	}{quantity{g.Minor, string(money.CNY)}, "public", sandbox.Name, g.Email, g.From}
	header := http.Header{"Idempotency-Key": {g.Key}, "X-Forwarded-For": {g.From}}
	var out struct {
		ID       string   `json:"id"`
		Token    string   `json:"token"`
		Promised quantity `json:"match_promised"`
	}
	if err := s.json(ctx, "give", "/api/v1/campaigns/"+g.Campaign+"/gifts", header, in, http.StatusCreated, &out); err != nil {
		return Made{}, err
	}
	id, err := clock.ParseID(out.ID)
	return Made{ID: id, Token: out.Token, Promised: out.Promised.Minor}, err
}

// Paid is a gift that was paid already, elsewhere: at a till, by transfer, to a partner.
type Paid struct {
	Gift
	At time.Time
}

// Recorded is what became of one of them.
type Recorded struct {
	ID      int64
	Matched int64  // fen
	Fault   string // why it was not taken: the key of the fault; "": it was
}

// Record hands in gifts that were paid already, 1 to 100, under the key of a till or partner, and
// returns what became of each, in their order. The same keys again are the same gifts.
func (s *Server) Record(ctx context.Context, bearer string, gifts []Paid) ([]Recorded, error) {
	var in paidGifts
	for _, g := range gifts {
		in.Gifts = append(in.Gifts, paidGift{Key: g.Key, Campaign: g.Campaign, Amount: quantity{g.Minor, string(money.CNY)}, Visibility: "public",
			PaidAt: g.At.UTC().Format(time.RFC3339Nano), Device: g.From, Email: g.Email})
	}
	var out recordedGifts
	if err := s.json(ctx, "record", "/api/v1/gifts", http.Header{"Authorization": {"Bearer " + bearer}}, in, http.StatusOK, &out); err != nil {
		return nil, err
	}
	if len(out.Results) != len(gifts) {
		return nil, fmt.Errorf("load: %d gifts were answered with %d results", len(gifts), len(out.Results))
	}
	return out.read()
}

// faultType begins the type of each problem that the JSON interface tells of.
const faultType = "urn:manyhands:fault:"

type paidGifts struct {
	Gifts []paidGift `json:"gifts"`
}

type paidGift struct {
	Key        string   `json:"key"`
	Campaign   string   `json:"campaign"`
	Amount     quantity `json:"amount"`
	Visibility string   `json:"visibility"`
	PaidAt     string   `json:"paid_at"`
	Device     string   `json:"device"`
	Email      string   `json:"email,omitempty"`
}

type recordedGifts struct {
	Results []struct {
		ID    string   `json:"id"`
		Match quantity `json:"match"`
		Error struct {
			Type string `json:"type"`
		} `json:"error"`
	} `json:"results"`
}

func (r recordedGifts) read() ([]Recorded, error) {
	all := make([]Recorded, len(r.Results))
	for i, x := range r.Results {
		all[i] = Recorded{Matched: x.Match.Minor, Fault: strings.TrimPrefix(x.Error.Type, faultType)}
		if x.Error.Type != "" {
			continue
		}
		var err error
		if all[i].ID, err = clock.ParseID(x.ID); err != nil {
			return nil, fmt.Errorf("load: read the id of a gift: %w", err)
		}
	}
	return all, nil
}

// json posts in and reads the answer into out, if it has the status that was hoped for.
func (s *Server) json(ctx context.Context, what, path string, header http.Header, in any, hoped int, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("load: write %s: %w", what, err)
	}
	header.Set("Content-Type", "application/json")
	header.Set("Accept", "application/json")
	status, head, answer, err := s.do(ctx, http.MethodPost, path, header, body)
	if err != nil {
		return err
	}
	if status != hoped {
		return refused(what, status, head)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("load: read %s: %w", what, err)
	}
	return nil
}
