package reach

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/people/reach/internal/reachdb"
)

// Why two records may be of one person.
const (
	SameContact = "contact" // the same number or address to reach them
	SameMailbox = "mailbox" // two spellings of one mailbox to sign in with
	SameName    = "name"    // the same name at one organisation
)

// Pair is two records that may be of one person.
type Pair struct {
	A, B int64 // A is the older record
	Why  []string
}

const (
	mostStaff   = 1000
	mostShared  = 500
	mostNumbers = 5000
)

// Duplicates looks among the staff and those with contact points for records that may be of one person.
// Who acts needs people.appoint for the whole network. Givers are not compared by name: many share one.
// Faults: those of access.CheckFor and of package vault.
func (k *Service) Duplicates(ctx context.Context, q db.Queryer) ([]Pair, error) {
	if err := access.CheckFor(ctx, access.PeopleAppoint, access.Network); err != nil {
		return nil, err
	}
	members, err := k.people.Staff(ctx, q, clock.Time(1), mostStaff)
	if err != nil {
		return nil, err
	}
	p := pairs{}
	p.byName(members)
	p.byMailbox(members)
	groups, err := Shared(ctx, q, mostShared)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		p.group(g, SameContact)
	}
	if err := k.byAddress(ctx, q, p, members); err != nil {
		return nil, err
	}
	if err := k.byNumber(ctx, q, p); err != nil {
		return nil, err
	}
	return p.open(ctx, q, k.people)
}

// byAddress finds those who sign in with an address at which another is reached.
func (k *Service) byAddress(ctx context.Context, q db.Queryer, p pairs, members []people.Member) error {
	var emails []string
	for _, m := range members {
		if m.Person.Email != "" {
			emails = append(emails, m.Person.Email)
		}
	}
	holders, err := k.Holders(ctx, q, Email, emails)
	if err != nil {
		return err
	}
	for _, m := range members {
		for _, other := range holders[m.Person.Email] {
			p.add(m.Person.ID, other, SameContact)
		}
	}
	return nil
}

// byNumber finds those who sign in with a number at which another is reached, by blind look-ups: no number
// is opened.
func (k *Service) byNumber(ctx context.Context, q db.Queryer, p pairs) error {
	rows, err := reachdb.New().PhoneLookups(ctx, q, mostNumbers)
	if err != nil {
		return fmt.Errorf("reach: numbers: %w", err)
	}
	lookups := make([]string, len(rows))
	for i, r := range rows {
		lookups[i] = r.Lookup
	}
	owners, err := k.accounts.PhoneOwners(ctx, q, lookups)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if owner, ok := owners[r.Lookup]; ok {
			p.add(owner, r.PersonID, SameContact)
		}
	}
	return nil
}

// pairs collects why two records, the smaller id first, may be of one person.
type pairs map[[2]int64][]string

func (p pairs) add(a, b int64, why string) {
	if a == b {
		return
	}
	k := [2]int64{min(a, b), max(a, b)}
	if !slices.Contains(p[k], why) {
		p[k] = append(p[k], why)
	}
}

func (p pairs) group(ids []int64, why string) {
	for i, a := range ids {
		for _, b := range ids[i+1:] {
			p.add(a, b, why)
		}
	}
}

func (p pairs) byName(members []people.Member) {
	type key struct {
		organisation int64
		name         string
	}
	same := map[key][]int64{}
	for _, m := range members {
		name := foldName(m.Person.Name)
		if name == "" {
			continue
		}
		for _, a := range m.Appointments {
			k := key{a.Organisation, name}
			same[k] = append(same[k], m.Person.ID)
		}
	}
	for _, ids := range same {
		p.group(ids, SameName)
	}
}

func (p pairs) byMailbox(members []people.Member) {
	same := map[string][]int64{}
	for _, m := range members {
		if m.Person.Email != "" {
			box := Mailbox(m.Person.Email)
			same[box] = append(same[box], m.Person.ID)
		}
	}
	for _, ids := range same {
		p.group(ids, SameMailbox)
	}
}

// open returns the pairs of which neither was merged already, the oldest first.
func (p pairs) open(ctx context.Context, q db.Queryer, s *people.Service) ([]Pair, error) {
	var out []Pair
	for k, why := range p {
		a, err := s.Current(ctx, q, k[0])
		if err != nil {
			return nil, err
		}
		b, err := s.Current(ctx, q, k[1])
		if err != nil {
			return nil, err
		}
		if a == k[0] && b == k[1] {
			slices.Sort(why)
			out = append(out, Pair{A: a, B: b, Why: why})
		}
	}
	slices.SortFunc(out, func(x, y Pair) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return out, nil
}

// foldName makes two spellings of a name one: width, case, spaces, dots and dashes do not count.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.Is(unicode.M, r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(name))
}
