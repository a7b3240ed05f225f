package account_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
)

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// setEmail changes an address with the code that comes to it.
func (h house) setEmail(person int64, address, ticket string) error {
	h.t.Helper()
	if err := h.s.AskEmail(h.t.Context(), person, address, ask(ticket)); err != nil {
		h.t.Fatal(err)
	}
	code := sixDigits.FindString(h.mailTo(strings.ToLower(address)).Text)
	return h.s.SetEmail(h.t.Context(), person, address, ticket, code)
}

func (h house) addresses(person int64) (out []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, r *db.Reader) (err error) {
		out, err = h.s.Addresses(ctx, r, person)
		return err
	})
	return out
}

func TestAnAddressIsProvenAndTheOldOneTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		p := h.person("old@example.org")
		if err := h.setEmail(p.ID, "New@example.org", "a"); err != nil {
			t.Fatal(err)
		}
		if m := h.mailTo("old@example.org"); !strings.Contains(m.Subject, "邮箱已变更") || strings.Contains(m.Text, "new@") {
			t.Errorf("mail to the old address: %+v", m)
		}
		if got := h.addresses(p.ID); !slices.Equal(got, []string{"new@example.org", "old@example.org"}) {
			t.Errorf("addresses %v", got)
		}
		// Whoever proves the old address later has its gifts, and p no more.
		h.person("old@example.org")
		if got := h.addresses(p.ID); !slices.Equal(got, []string{"new@example.org"}) {
			t.Errorf("addresses %v", got)
		}
	})
}

func TestAnAddressOfSomebodyElse(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.person("mine@example.org")
		h.person("theirs@example.org")
		// Asking says nothing; who reads that mailbox is told.
		wantFault(t, h.setEmail(p.ID, "theirs@example.org", "a"), "people.email_taken")
		if got := h.addresses(p.ID); !slices.Equal(got, []string{"mine@example.org"}) {
			t.Errorf("addresses %v", got)
		}
		// The code is bound to the person and the address.
		h.c.Advance(time.Minute)
		if err := h.s.AskEmail(t.Context(), p.ID, "next@example.org", ask("b")); err != nil {
			t.Fatal(err)
		}
		code := sixDigits.FindString(h.mailTo("next@example.org").Text)
		other := h.person("other@example.org")
		wantFault(t, h.s.SetEmail(t.Context(), other.ID, "next@example.org", "b", code), "account.code_ended")
		wantFault(t, h.s.SetEmail(t.Context(), p.ID, "else@example.org", "b", code), "account.code_ended")
		wantFault(t, h.s.AskEmail(t.Context(), p.ID, "a@example.org\r\nBcc: b@example.org", ask("c")), "form.email")
	})
}

func TestAnAddressForWhoHasOnlyANumber(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.byPhone(number, "a")
		if err := h.setEmail(p.ID, "first@example.org", "b"); err != nil {
			t.Fatal(err)
		}
		if got := h.addresses(p.ID); !slices.Equal(got, []string{"first@example.org"}) {
			t.Errorf("addresses %v", got)
		}
	})
}
