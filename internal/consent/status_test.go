package consent_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"manyhands/internal/consent"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// one is an answer that puts a guardian into a state.
func one(id, guardian int64, s consent.State) []consent.Answer {
	a := consent.Answer{ID: id, Guardian: guardian, Given: true, From: now.AddDate(0, -1, 0), Expires: now.AddDate(0, 1, 0)}
	switch s {
	case consent.Given:
	case consent.Refused:
		a.Given, a.Expires = false, time.Time{}
	case consent.Withdrawn:
		a.Withdrawn = &consent.TakenBack{At: now}
	case consent.Expired:
		a.Expires = now
	default:
		return nil
	}
	return []consent.Answer{a}
}

var single = []consent.State{consent.Given, consent.Refused, consent.Withdrawn, consent.Expired, consent.NoResponse, consent.NotAsked}

// TestTwoGuardians writes down every combination of two guardians, for a purpose that needs one yes and
// for one that needs everyone.
func TestTwoGuardians(t *testing.T) {
	t.Parallel()
	g, r, w, e, n, x, c := consent.Given, consent.Refused, consent.Withdrawn, consent.Expired, consent.NoResponse, consent.NotAsked, consent.Conflict
	oneYes := [6][6]consent.State{
		//       given refused withdrawn expired no_response not_asked
		{g, c, c, g, g, g}, // given
		{c, r, r, r, r, r}, // refused
		{c, r, w, w, w, w}, // withdrawn
		{g, r, w, e, e, e}, // expired
		{g, r, w, e, n, n}, // no response
		{g, r, w, e, n, x}, // not asked
	}
	everyone := oneYes
	everyone[0] = [6]consent.State{g, c, c, e, n, n}
	everyone[3][0], everyone[4][0], everyone[5][0] = e, n, n
	for i, a := range single {
		for j, b := range single {
			asked := map[int64]bool{mother: a == n, father: b == n}
			answers := append(one(10, mother, a), one(11, father, b)...)
			s := consent.Compute(consent.For(consent.Meals), []int64{mother, father}, answers, asked, now)
			want(t, fmt.Sprintf("meals: %s and %s", a, b), s.State, oneYes[i][j])
			want(t, "until", s.Until.IsZero(), s.State != g)
			s = consent.Compute(consent.For(consent.PhotosPublic), []int64{mother, father}, answers, asked, now)
			want(t, fmt.Sprintf("public photos: %s and %s", a, b), s.State, everyone[i][j])
		}
	}
}

func TestOneGuardianAndNone(t *testing.T) {
	t.Parallel()
	for _, s := range single {
		got := consent.Compute(consent.For(consent.PhotosPublic), []int64{mother}, one(1, mother, s), map[int64]bool{mother: s == consent.NoResponse}, now)
		want(t, "alone", got.State, s)
		got = consent.Compute(consent.For(consent.Meals), nil, one(1, mother, s), map[int64]bool{mother: true}, now)
		want(t, "nobody with authority", got.State, consent.NotAsked)
	}
}

func TestTheLatestAnswerCounts(t *testing.T) {
	t.Parallel()
	m := consent.For(consent.Outings)
	list := append(one(1, mother, consent.Refused), one(2, mother, consent.Given)...)
	want(t, "no, then yes", consent.Compute(m, []int64{mother}, list, nil, now).State, consent.Given)
	list = append(list, one(3, mother, consent.Refused)...)
	// A clock that was set back between two answers changes nothing: the order of ids counts.
	list[2].Made, list[1].Made = now.Add(-time.Hour), now
	back := consent.Compute(m, []int64{mother}, one(9, mother, consent.Refused), nil, now.AddDate(0, -2, 0))
	want(t, "a no stands though the clock was set back behind it", back.State, consent.Refused)
	want(t, "and no again", consent.Compute(m, []int64{mother}, list, nil, now).State, consent.Refused)
	want(t, "another's answers", consent.Compute(m, []int64{father}, list, nil, now).State, consent.NotAsked)
}

func TestAYesForNextYearWaits(t *testing.T) {
	t.Parallel()
	m := consent.For(consent.Outings)
	list := append(one(1, mother, consent.Refused), one(2, mother, consent.Given)...)
	list[1].From = now.AddDate(0, 0, 1)
	s := consent.Compute(m, []int64{mother}, list, nil, now)
	want(t, "today", s.State, consent.Refused)
	want(t, "tomorrow", consent.Compute(m, []int64{mother}, list, nil, list[1].From).State, consent.Given)
	want(t, "at its last moment", consent.Compute(m, []int64{mother}, list, nil, list[1].Expires.Add(-time.Microsecond)).State, consent.Given)
	want(t, "at its end", consent.Compute(m, []int64{mother}, list, nil, list[1].Expires).State, consent.Expired)
	// A no that comes after it counts at once, and for next year too.
	list = append(list, one(3, mother, consent.Refused)...)
	want(t, "after a no", consent.Compute(m, []int64{mother}, list, nil, list[1].From).State, consent.Refused)
}

func TestUntil(t *testing.T) {
	t.Parallel()
	list := append(one(1, mother, consent.Given), one(2, father, consent.Given)...)
	list[1].Expires = now.AddDate(0, 2, 0)
	both := []int64{mother, father}
	want(t, "one yes is enough", consent.Compute(consent.For(consent.Meals), both, list, nil, now).Until, list[1].Expires)
	want(t, "everyone", consent.Compute(consent.For(consent.PhotosPublic), both, list, nil, now).Until, list[0].Expires)
	want(t, "half of it later", consent.Compute(consent.For(consent.PhotosPublic), both, list, nil, list[0].Expires).State, consent.Expired)
}

// TestOrderDoesNotMatter shuffles random sets of answers: what stands depends on the set and on now.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(4, 16))
	for range 3000 {
		guardians := []int64{mother, father, grandmother}[:1+dice.IntN(3)]
		asked := map[int64]bool{mother: dice.IntN(2) == 0, father: dice.IntN(2) == 0}
		var list []consent.Answer
		for id := range int64(dice.IntN(7)) {
			a := one(id+1, int64(1+dice.IntN(4)), single[dice.IntN(4)])[0]
			if a.Given {
				a.From = now.Add(time.Duration(dice.IntN(5)-3) * time.Hour)
			}
			a.Made = now.Add(time.Duration(dice.IntN(100)) * time.Hour)
			list = append(list, a)
		}
		m := consent.For(consent.Purposes()[dice.IntN(10)])
		first := consent.Compute(m, guardians, list, asked, now)
		dice.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		dice.Shuffle(len(guardians), func(i, j int) { guardians[i], guardians[j] = guardians[j], guardians[i] })
		if again := consent.Compute(m, guardians, list, asked, now); !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v, in another order %+v", first, again)
		}
		if first.State == consent.Given != first.Allows() {
			t.Fatalf("%s allows %v", first.State, first.Allows())
		}
	}
}

func TestExpires(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	day := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, zone) }
	for _, x := range []struct {
		p          consent.Purpose
		from, want time.Time
	}{
		{consent.Meals, day(2026, 11, 23, 20, 0), day(2027, 9, 1, 0, 0)},
		{consent.Meals, day(2026, 8, 31, 23, 59), day(2026, 9, 1, 0, 0)},
		{consent.Meals, day(2026, 9, 1, 0, 0), day(2027, 9, 1, 0, 0)},
		{consent.Enrol, day(2027, 1, 1, 0, 0), day(2027, 9, 1, 0, 0)},
		{consent.PhotosInternal, day(2026, 11, 23, 20, 0), day(2027, 11, 23, 0, 0)},
		{consent.PhotosPublic, day(2028, 2, 29, 9, 0), day(2029, 3, 1, 0, 0)},
		{consent.DonorStory, day(2026, 1, 1, 0, 0), day(2027, 1, 1, 0, 0)},
	} {
		want(t, fmt.Sprintf("%s from %s", x.p, x.from), x.p.Expires(x.from, zone), x.want.UTC())
	}
}

func TestMatters(t *testing.T) {
	t.Parallel()
	for m, wanted := range map[consent.Matter]string{
		{Purpose: consent.Meals}:                      "",
		{Purpose: consent.Meals, About: partner}:      "about form.choice",
		{Purpose: consent.SharePartner}:               "about form.choice",
		{Purpose: consent.SharePartner, About: -1}:    "about form.choice",
		{Purpose: consent.ShareSchool, About: school}: "",
		{Purpose: consent.DonorStory}:                 "about form.choice",
		{Purpose: consent.DonorStory, About: 9}:       "",
		{Purpose: "everything"}:                       "purpose form.choice",
		{}:                                            "purpose form.choice",
	} {
		want(t, fmt.Sprint(m), key(m.Check()), wanted)
	}
}
