package consent

import (
	"slices"
	"time"
)

// Compute says where a matter stands at now, from everyone who holds authority at now, all answers to
// that matter and who of the guardians has been asked. It depends on the sets alone, not on their order.
// Answers of whoever is not among guardians any more do not count.
//
//   - Per guardian the latest answer counts; a yes that begins later does not count before it begins.
//   - A yes and a no (refused, or withdrawn) among the guardians are a conflict.
//   - Otherwise one yes is enough, unless the purpose needs everyone.
//   - Otherwise the strongest silence is named: refused, withdrawn, expired, no response, not asked.
func Compute(m Matter, guardians []int64, answers []Answer, asked map[int64]bool, now time.Time) Standing {
	s := Standing{Matter: m}
	seen := map[State]int{}
	for _, g := range slices.Compact(slices.Sorted(slices.Values(guardians))) {
		p := position(g, answers, asked[g], now)
		seen[p.State]++
		s.Each = append(s.Each, p)
	}
	s.State = together(m.Purpose, seen, len(s.Each))
	if s.State == Given {
		s.Until = until(m.Purpose, s.Each)
	}
	return s
}

func together(p Purpose, seen map[State]int, all int) State {
	yes, no := seen[Given], seen[Refused]+seen[Withdrawn]
	switch {
	case yes > 0 && no > 0:
		return Conflict
	case yes > 0 && (yes == all || !p.Everyone()):
		return Given
	case yes > 0 && seen[Expired] > 0:
		return Expired
	case yes > 0:
		return NoResponse // whether or not the others were asked: somebody was
	}
	for _, s := range []State{Refused, Withdrawn, Expired, NoResponse} {
		if seen[s] > 0 {
			return s
		}
	}
	return NotAsked
}

// position finds the latest answer of g that is in effect at now.
func position(g int64, answers []Answer, asked bool, now time.Time) Position {
	var latest *Answer
	for _, a := range answers {
		waits := a.Given && a.From.After(now)
		if a.Guardian == g && !waits && (latest == nil || a.ID > latest.ID) {
			latest = &a
		}
	}
	p := Position{Guardian: g, State: NotAsked, Answer: latest}
	switch {
	case latest == nil && asked:
		p.State = NoResponse
	case latest == nil:
	case !latest.Given:
		p.State = Refused
	case latest.Withdrawn != nil:
		p.State = Withdrawn
	case !latest.Expires.After(now):
		p.State = Expired
	default:
		p.State = Given
	}
	return p
}

// until returns when Given ends by itself: with the first yes to end where everyone has to agree, else
// with the last.
func until(p Purpose, each []Position) time.Time {
	var end time.Time
	for _, x := range each {
		if x.State != Given {
			continue
		}
		e := x.Answer.Expires
		if end.IsZero() || p.Everyone() == e.Before(end) {
			end = e
		}
	}
	return end
}
