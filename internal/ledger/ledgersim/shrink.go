package ledgersim

import (
	"slices"

	"manyhands/internal/ledger"
)

// Shrink returns a smaller script that still fails: it leaves out steps, bodies, calls, sets,
// entries, holds, faults and moves of the clock as long as fails agrees, and asks it at most budget
// times. fails must be true of script.
func Shrink(script Script, budget int, fails func(Script) bool) Script {
	s := shrinker{budget: budget, fails: fails}
	for before := -1; before != size(script) && s.budget > 0; {
		before = size(script)
		script = thin(&s, script, func(steps []Step) Script { return steps })
		for i := range script {
			script = s.step(script, i)
		}
	}
	return script
}

type shrinker struct {
	budget int
	fails  func(Script) bool
}

func (s *shrinker) try(script Script) bool {
	s.budget--
	return s.budget >= 0 && s.fails(script)
}

// thin leaves elements out, in large pieces first, of a list that with puts into the script.
func thin[T any](s *shrinker, list []T, with func([]T) Script) []T {
	for piece := len(list); piece > 0; piece /= 2 {
		for at := 0; at < len(list); {
			fewer := slices.Delete(slices.Clone(list), at, min(at+piece, len(list)))
			if s.try(with(fewer)) {
				list = fewer
			} else {
				at += piece
			}
		}
	}
	return list
}

// step thins what is inside step i.
func (s *shrinker) step(script Script, i int) Script {
	put := func(change func(*Step)) Script {
		out := slices.Clone(script)
		change(&out[i])
		return out
	}
	if script[i].Advance != 0 {
		if still := put(func(x *Step) { x.Advance = 0 }); s.try(still) {
			script = still
		}
	}
	faults := thin(s, script[i].Faults, func(f []Fault) Script { return put(func(x *Step) { x.Faults = f }) })
	script = put(func(x *Step) { x.Faults = faults })
	bodies := thin(s, script[i].Bodies, func(b []Body) Script { return put(func(x *Step) { x.Bodies = b }) })
	script = put(func(x *Step) { x.Bodies = bodies })
	for k := range script[i].Bodies {
		ops := script[i].Bodies[k].Ops
		with := func(ops []Op) Script {
			return put(func(x *Step) {
				x.Bodies = slices.Clone(x.Bodies)
				x.Bodies[k].Ops = ops
			})
		}
		ops = thin(s, ops, with)
		for j := range ops {
			ops = s.op(ops, j, with)
		}
		script = with(ops)
	}
	return script
}

// op thins what is inside call j.
func (s *shrinker) op(ops []Op, j int, with func([]Op) Script) []Op {
	put := func(o Op) []Op {
		out := slices.Clone(ops)
		out[j] = o
		return out
	}
	if ops[j].Reserve != nil {
		holds := thin(s, ops[j].Reserve, func(h []ledger.Hold) Script { return with(put(Op{Reserve: h})) })
		return put(Op{Reserve: holds})
	}
	if ops[j].Post == nil {
		return ops
	}
	sets := thin(s, ops[j].Post, func(p []ledger.Set) Script { return with(put(Op{Post: p})) })
	for k := range sets {
		entries := func(e []ledger.Entry) []ledger.Set {
			out := slices.Clone(sets)
			out[k].Entries = e
			return out
		}
		sets = entries(thin(s, sets[k].Entries, func(e []ledger.Entry) Script { return with(put(Op{Post: entries(e)})) }))
	}
	return put(Op{Post: sets})
}

// size counts everything that can be left out.
func size(script Script) int {
	n := 0
	for _, step := range script {
		n += 1 + len(step.Faults)
		if step.Advance != 0 {
			n++
		}
		for _, b := range step.Bodies {
			n++
			for _, o := range b.Ops {
				n += 1 + len(o.Reserve)
				for _, set := range o.Post {
					n += 1 + len(set.Entries)
				}
			}
		}
	}
	return n
}
