package ledgersim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"manyhands/internal/ledger"
)

// Every so many steps what is written is held against the model, and every so many the book is
// checked against itself and gifts are followed.
const compareEvery, checkEvery = 5, 50

// Failure is a run in which the ledger and the model did not agree, or the ledger failed.
type Failure struct {
	Script Script // up to the step that failed
	Err    error
}

// Error says at which step.
func (f *Failure) Error() string { return fmt.Sprintf("step %d: %v", len(f.Script)-1, f.Err) }

// Unwrap returns what went wrong.
func (f *Failure) Unwrap() error { return f.Err }

// Run draws steps from seed and makes each on the database and on the model. What it meets on the
// way is added to met. An error is a *Failure.
func Run(ctx context.Context, w *World, seed uint64, steps int, met Met) error {
	s, err := begin(ctx, w, met)
	if err != nil {
		return &Failure{Err: err}
	}
	draw := &workload{Rand: rand.New(rand.NewPCG(seed, 0)), clock: w.Clock, nextID: 100}
	script := Script{opening()}
	for i := range steps {
		if err := s.step(ctx, i, script[i], i == steps-1, draw.accepted); err != nil {
			return &Failure{Script: script, Err: err}
		}
		script = append(script, draw.step(s.model))
	}
	return nil
}

// Replay makes the steps of a script. An error is a *Failure.
func Replay(ctx context.Context, w *World, script Script, met Met) error {
	s, err := begin(ctx, w, met)
	if err != nil {
		return &Failure{Err: err}
	}
	for i, step := range script {
		if err := s.step(ctx, i, step, i == len(script)-1, func(Op) {}); err != nil {
			return &Failure{Script: script[:i+1], Err: err}
		}
	}
	return nil
}

type sim struct {
	*World
	model    *model
	accounts accounts
	met      Met
}

func begin(ctx context.Context, w *World, met Met) (*sim, error) {
	return &sim{World: w, model: newModel(met), accounts: accounts{}, met: met}, w.wipe(ctx)
}

// step makes one step, body by body until each has its answer, and compares.
func (s *sim) step(ctx context.Context, i int, step Step, last bool, accepted func(Op)) error {
	s.Clock.Advance(step.Advance)
	s.metClock(step)
	pending, faults := step.Bodies, step.Faults
	for attempt := 0; len(pending) > 0; attempt++ {
		if attempt > len(step.Faults) {
			return errors.New("a write without a fault did not come to an answer")
		}
		var plan Fault
		if len(faults) > 0 {
			plan, faults = faults[0], faults[1:]
			plan.Body %= len(pending)
		}
		s.Faults.arm(plan)
		outcomes := s.write(ctx, pending, s.accounts)
		hit := strike{plan: plan, met: s.Faults.disarm()}
		if hit.met != "" {
			s.met.add(hit.met)
		}
		var err error
		if pending, err = s.judge(pending, outcomes, hit, accepted); err != nil {
			return err
		}
	}
	if !last && i%compareEvery != 0 {
		return nil
	}
	return s.compare(ctx, i, last || i%checkEvery == 0)
}

func (s *sim) metClock(step Step) {
	switch {
	case step.Advance > 0:
		s.met.add("clock forwards")
	case step.Advance < 0:
		s.met.add("clock backwards")
	}
	if len(step.Bodies) > 1 {
		s.met.add("bodies at once")
	}
}

// strike is what a fault did to an attempt; met is "" when it struck nothing.
type strike struct {
	plan Fault
	met  string
}

// inside reports whether it struck inside body i.
func (h strike) inside(i int) bool {
	return h.met != "" && h.plan.Body == i && !strings.Contains(h.plan.At, "commit")
}

// atCommit reports whether it struck the commit, of which callers are told.
func (h strike) atCommit() bool { return h.met != "" && strings.Contains(h.plan.At, "commit") }

// judge holds the outcomes of an attempt against the model, and returns the bodies to be tried
// again: those whose callers were told of no answer.
func (s *sim) judge(bodies []Body, outcomes []outcome, hit strike, accepted func(Op)) (again []Body, err error) {
	lost := strings.HasPrefix(hit.plan.At, "lost ")
	batch := s.model.fork()
	if hit.met != "" && hit.plan.At == "lost committed" && !slices.ContainsFunc(outcomes, outcome.failed) {
		// It ran twice, the first time to no answer.
		s.predictAll(batch, bodies)
	}
	written := !(hit.met != "" && hit.plan.At == "commit")
	for i, b := range bodies {
		o := outcomes[i]
		failed := o.failed()
		switch {
		case failed && hit.inside(i):
			again = append(again, b)
			continue // and left nothing
		case failed && !hit.atCommit():
			return nil, fmt.Errorf("body %d: %w", i, o.err)
		case !failed && !lost && (hit.inside(i) || o.err == nil && hit.atCommit()):
			return nil, fmt.Errorf("body %d: a fault was swallowed", i)
		}
		n := batch.fork()
		want, kept := b.predict(n, s.Clock.Now())
		if kept {
			n.keep()
		}
		if failed {
			again = append(again, b)
			written = written && hit.plan.At != "lost commit"
			continue
		}
		if !written { // an answer must not rest on what was not kept
			want, _ = b.predict(s.model.fork(), s.Clock.Now())
		}
		if !slices.Equal(o.answers, want) {
			return nil, fmt.Errorf("body %d: answered %q, the model says %q", i, o.answers, want)
		}
		s.note(b, o.answers, kept, accepted)
	}
	s.metRaces(bodies, outcomes)
	if written {
		batch.keep()
	}
	return again, nil
}

func (s *sim) predictAll(m *model, bodies []Body) {
	for _, b := range bodies {
		n := m.fork()
		if _, kept := b.predict(n, s.Clock.Now()); kept {
			n.keep()
		}
	}
}

func (s *sim) note(b Body, answers []string, kept bool, accepted func(Op)) {
	for i, word := range answers {
		key, _, _ := strings.Cut(word, " in set")
		s.met.add(b.Ops[i].name() + " " + cmp.Or(key, "ok"))
		if kept && word == "" {
			accepted(b.Ops[i])
		}
	}
	if !kept && len(answers) > 1 {
		s.met.add("calls undone by a later one")
	}
}

// metRaces notes in which order expiry and confirmation of one hold met at once.
func (s *sim) metRaces(bodies []Body, outcomes []outcome) {
	ended, posted := map[int64]bool{}, map[int64]bool{}
	for i, b := range bodies {
		for k, word := range outcomes[i].answers {
			switch o := b.Ops[k]; {
			case o.Expire != 0 && word == "":
				ended[o.Expire] = true
			case o.Expire != 0 && posted[o.Expire] && word == ledger.ErrHoldPosted.Key:
				s.met.add("confirmation before expiry at once")
			case len(o.Post) > 0 && len(o.Post[0].Entries) > 0:
				h := o.Post[0].Entries[0].Hold
				if word == "" {
					posted[h] = true
				} else if ended[h] && strings.HasPrefix(word, ledger.ErrHoldEnded.Key) {
					s.met.add("expiry before confirmation at once")
				}
			}
		}
	}
}
