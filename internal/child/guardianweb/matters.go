package guardianweb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// soon is how long before its end a yes is asked for anew.
const soon = 30 * 24 * time.Hour

// matters is everything that the guardians of one child are asked, as one of them sees it.
type matters struct {
	guardian int64 // the reader's guardianship
	list     []matter
	history  []consent.Answer // the reader's own, newest first
	now      time.Time
}

// matter is one question and where it stands. What another guardian has answered is not in it, but for
// what follows from all answers together.
type matter struct {
	consent.Matter
	state    consent.State    // of all together
	until    time.Time        // when it ends by itself, if it is agreed to
	mine     consent.Position // the reader's own answer
	renewed  bool             // the reader has said yes for the time after its end
	receiver i18n.Text        // who is told, for a matter that has a receiver
	asked    bool             // it waits for the reader's answer
	ends     bool             // the reader's yes ends soon
}

// mattersOf returns where every question about a child stands. o has to hold the group collection, which
// says whether the child is old enough to go home alone.
func (p *Pages) mattersOf(ctx context.Context, tx *db.Tx, o child.Opened) (matters, error) {
	s := matters{now: tx.Now()}
	var err error
	if s.guardian, err = p.cfg.Children.Mine(ctx, tx, o.ID); err != nil {
		return s, err
	}
	standings, err := p.cfg.Children.Consents(ctx, tx, o.ID, access.Guardian)
	if err != nil {
		return s, err
	}
	all, err := p.cfg.Children.ConsentHistory(ctx, tx, o.ID, access.Guardian)
	if err != nil {
		return s, err
	}
	for _, a := range all {
		if a.Guardian == s.guardian {
			s.history = append(s.history, a)
		}
	}
	for _, x := range standings {
		m := matter{Matter: x.Matter, state: x.State, until: x.Until}
		for _, e := range x.Each {
			if e.Guardian == s.guardian {
				m.mine = e
			}
		}
		m.renewed = slices.ContainsFunc(s.history, func(a consent.Answer) bool {
			return a.Matter == m.Matter && a.Given && a.Withdrawn == nil && a.From.After(s.now)
		})
		m.ends = m.mine.State == consent.Given && !m.renewed && !m.mine.Answer.Expires.After(s.now.Add(soon))
		m.asked = waits(m, o)
		if m.Purpose.About() == consent.AboutReceiver {
			if m.receiver, err = p.cfg.Organisations.Organisation(ctx, tx, m.About); err != nil {
				return s, err
			}
		}
		s.list = append(s.list, m)
	}
	return s, nil
}

// waits reports whether a question waits for the reader: it was asked or its yes has ended, and while
// enrolling everything that concerns a child of that age.
func waits(m matter, o child.Opened) bool {
	switch m.mine.State {
	case consent.NoResponse, consent.Expired:
		return !m.renewed
	case consent.NotAsked:
		return o.State == child.Enrolling && (m.Purpose != consent.WalkingHome || !tooYoung(o))
	}
	return false
}

// tooYoung reports whether the child is below the age from which children go home alone, or of an age
// that is not known.
func tooYoung(o child.Opened) bool {
	if o.Collection == nil {
		return true
	}
	e, ok := errors.AsType[*fault.Error](o.Collection.Alone.Why)
	return ok && e.Key == "child.alone_age"
}

func (s matters) waiting() (out []matter) {
	for _, m := range s.list {
		if m.asked {
			out = append(out, m)
		}
	}
	return out
}

func (s matters) ending() (n int) {
	for _, m := range s.list {
		if m.ends {
			n++
		}
	}
	return n
}

// rest returns what does not wait and has the reader's answer in one of some states.
func (s matters) rest(states ...consent.State) (out []matter) {
	for _, m := range s.list {
		if !m.asked && slices.Contains(states, m.mine.State) {
			out = append(out, m)
		}
	}
	return out
}

// find returns the question with an address; false for none.
func (s matters) find(slug string) (matter, bool) {
	i := slices.IndexFunc(s.list, func(m matter) bool { return m.slug() == slug })
	if i < 0 {
		return matter{}, false
	}
	return s.list[i], true
}

// next is the question to go on with after one: the first that waits after it in the order of asking,
// then the first of all.
func (s matters) next(after string) (matter, bool) {
	waiting := slices.DeleteFunc(s.waiting(), func(m matter) bool { return m.slug() == after })
	if len(waiting) == 0 {
		return matter{}, false
	}
	from := slices.IndexFunc(s.list, func(m matter) bool { return m.slug() == after })
	for i, m := range s.list {
		if i > from && m.asked && m.slug() != after {
			return m, true
		}
	}
	return waiting[0], true
}

// of returns the reader's own answers to one question, newest first.
func (s matters) of(m consent.Matter) (out []consent.Answer) {
	for _, a := range s.history {
		if a.Matter == m {
			out = append(out, a)
		}
	}
	return out
}

// slug is how a question stands in an address: "meals", "share_partner-ID".
func (m matter) slug() string { return slugOf(m.Matter) }

func slugOf(m consent.Matter) string {
	if m.About == 0 {
		return string(m.Purpose)
	}
	return string(m.Purpose) + "-" + clock.FormatID(m.About)
}

// title is what a question is called, with the receiver where it has one.
func (m matter) title(ctx context.Context) string {
	title := i18n.T(ctx, "consent.purpose."+string(m.Purpose))
	if m.receiver.Empty() {
		return title
	}
	return strings.Join([]string{title, m.receiver.In(ctx)}, i18n.T(ctx, "family.colon"))
}
