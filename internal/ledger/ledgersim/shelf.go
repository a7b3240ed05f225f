package ledgersim

import "maps"

// shelf keeps things by id in layers. What is taken from a lower layer is copied first, so a layer
// can be thrown away as though nothing had happened, or kept.
type shelf[T any] struct {
	under  *shelf[T]
	things map[int64]*T
	copied func(T) T
}

func newShelf[T any](copied func(T) T) *shelf[T] {
	return &shelf[T]{things: map[int64]*T{}, copied: copied}
}

func (s *shelf[T]) fork() *shelf[T] {
	return &shelf[T]{under: s, things: map[int64]*T{}, copied: s.copied}
}

// get returns a thing that may be changed, or nil.
func (s *shelf[T]) get(id int64) *T {
	if t := s.things[id]; t != nil || s.under == nil {
		return t
	}
	t := s.under.get(id)
	if t == nil {
		return nil
	}
	c := s.copied(*t)
	s.things[id] = &c
	return &c
}

func (s *shelf[T]) put(id int64, t T) { s.things[id] = &t }

// keep writes this layer into the one under it.
func (s *shelf[T]) keep() { maps.Copy(s.under.things, s.things) }
