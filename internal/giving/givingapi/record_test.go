package givingapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving/givingapi"
)

// record sends gifts under a key and returns the results.
func (s *site) record(secret string, status int, gifts ...string) []givingapi.Recorded {
	s.t.Helper()
	req := httptest.NewRequest("POST", "/api/v1/gifts", strings.NewReader(`{"gifts":[`+strings.Join(gifts, ",")+`]}`))
	req.Header.Set("Accept-Language", "en")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+secret)
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, req)
	if rec.Code != status {
		s.t.Fatalf("%d, want %d: %s", rec.Code, status, rec.Body)
	}
	var out struct{ Results []givingapi.Recorded }
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		s.t.Fatal(err)
	}
	return out.Results
}

func (s *site) paid(key, campaign string, fen int64, at time.Time) string {
	return fmt.Sprintf(`{"key":%q,"campaign":%q,"amount":{"minor":%d,"unit":"CNY"},"paid_at":%q,"visibility":"public","device":%q}`,
		key, campaign, fen, at.Format(time.RFC3339), "member of "+key)
}

func (s *site) partnerKeyFor(organisation int64) (secret string) {
	s.t.Helper()
	s.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		secret, _, err = access.NewKey(ctx, tx, access.KeyInput{Name: "Old Street till", Organisation: organisation,
			Permissions: []access.Permission{access.GiftRecord}, Expires: tx.Now().Add(24 * time.Hour)})
		return err
	})
	return secret
}

// outcome puts a result into a few words.
func outcome(r givingapi.Recorded) string {
	if r.Error != nil {
		return strings.TrimPrefix(r.Error.Type, "urn:manyhands:fault:")
	}
	return fmt.Sprintf("%s +%d", r.State, r.Match.Minor)
}

func TestRecordedGiftsAreMatchedAndDoNotShareTheirFate(t *testing.T) {
	t.Parallel()
	s := build(t)
	secret, now, slug := s.partnerKeyFor(access.Network), s.D.Now(), s.Campaign.Slug
	sent := []string{
		s.paid("slip-1", slug, 150_00, now),
		s.paid("slip-2", "no-such-campaign", 10_00, now),
		s.paid("slip-3", slug, 500_00, now), // the cap per giver is ¥200
		s.paid("slip-1", slug, 150_00, now), // the same slip again
		s.paid("slip-1", slug, 151_00, now), // the same slip with another sum
		s.paid("slip-5", slug, 10_00, now.Add(-32*24*time.Hour)),
		s.paid("slip-6", slug, 0, now),
		s.paid("slip-7", slug, 10_00, now.Add(time.Hour)),
		s.paid("", slug, 10_00, now),
	}
	want := []string{"received +15000", "giving.no_campaign", "received +20000", "received +15000", "giving.key_reused",
		"invalid", "invalid", "invalid", "invalid"}
	for range 2 { // and all of it again: nothing is made twice
		for i, r := range s.record(secret, 200, sent...) {
			if got := outcome(r); got != want[i] {
				t.Errorf("gift %d: %s, want %s", i, got, want[i])
			}
		}
	}
	s.Read(func(ctx context.Context, r *db.Reader) error {
		return s.Service.Check(ctx, r, func(int64, int64) {})
	})
	if n := s.countGifts(); n != 2 {
		t.Errorf("%d gifts were made of two slips", n)
	}
	s.checkTexts()
}

func TestRecordKeepsToThePoolsMoney(t *testing.T) {
	t.Parallel()
	s := build(t)
	secret := s.partnerKeyFor(access.Network)
	var sent []string
	for i := range 12 { // the pool has ¥1,000
		sent = append(sent, s.paid(fmt.Sprintf("slip-%d", i), s.Campaign.Slug, 90_00, s.D.Now()))
	}
	matched := int64(0)
	for _, r := range s.record(secret, 200, sent...) {
		matched += r.Match.Minor
	}
	if matched != 1_000_00 {
		t.Errorf("a pool of ¥1,000 matched %d fen", matched)
	}
}

func TestRecordOnlyForItsOwnOrganisation(t *testing.T) {
	t.Parallel()
	s := build(t)
	gift := s.paid("slip-1", s.Campaign.Slug, 10_00, s.D.Now())
	hospital, charity := s.partnerKeyFor(s.Hospital.ID), s.partnerKeyFor(s.Charity.ID)
	if got := outcome(s.record(hospital, 200, gift)[0]); got != "giving.no_campaign" {
		t.Errorf("another organisation's key: %s", got)
	}
	if got := outcome(s.record(charity, 200, gift)[0]); got != "received +1000" {
		t.Errorf("its own key: %s", got)
	}
}

// Two partners may use the same number: it is each one's own.
func TestRecordTakesANumberAsThePartnersOwn(t *testing.T) {
	t.Parallel()
	s := build(t)
	network, charity := s.partnerKeyFor(access.Network), s.partnerKeyFor(s.Charity.ID)
	for _, secret := range []string{network, charity, network} {
		if got := outcome(s.record(secret, 200, s.paid("slip-1", s.Campaign.Slug, 10_00, s.D.Now()))[0]); got != "received +1000" {
			t.Error(got)
		}
	}
	if n := s.countGifts(); n != 2 {
		t.Errorf("%d gifts of two partners' slips", n)
	}
}

func TestRecordIsBounded(t *testing.T) {
	t.Parallel()
	s := build(t)
	secret := s.partnerKeyFor(access.Network)
	s.record(secret, 422)
	many := make([]string, 101)
	for i := range many {
		many[i] = s.paid(fmt.Sprintf("slip-%d", i), s.Campaign.Slug, 1, s.D.Now())
	}
	s.record(secret, 422, many...)
	s.record("mhk_nothing", 401, many[0])
}

func (s *site) countGifts() (n int64) {
	s.Read(func(ctx context.Context, r *db.Reader) error {
		return r.QueryRowContext(ctx, "SELECT COUNT(*) FROM gift").Scan(&n)
	})
	return n
}
