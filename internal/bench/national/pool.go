package national

// escrow is a pool in slices. At every moment home + slices + under way + held + matched is the whole
// pool: money changes its place in one step on one shard, and what is under way is nobody's to promise.
type escrow struct {
	whole    int64
	home     int64   // at the pool's home, not given to any slice
	slices   []int64 // per shard, free to promise
	underWay int64   // granted, not arrived
	held     int64   // promised to gifts that are not paid yet, or never will be
	matched  int64
}

// newEscrow puts half of the pool into even slices and keeps the rest at home, to go where it is needed.
func newEscrow(whole int64, shards int) *escrow {
	e := &escrow{whole: whole, slices: make([]int64, shards)}
	for i := range e.slices {
		e.slices[i] = whole / 2 / int64(shards)
		e.home -= e.slices[i]
	}
	e.home += whole
	return e
}

// promise takes up to fen from a shard's slice and returns what the slice could give.
func (e *escrow) promise(shard int, fen int64) int64 {
	got := min(fen, e.slices[shard])
	e.slices[shard] -= got
	e.held += got
	return got
}

// elsewhere is what another shard, or a pool that is not cut, could promise.
func (e *escrow) elsewhere(shard int) int64 {
	return e.whole - e.held - e.matched - e.slices[shard]
}

// keep turns a promise into a match; free gives it back to its shard's slice.
func (e *escrow) keep(fen int64) { e.held -= fen; e.matched += fen }

func (e *escrow) free(shard int, fen int64) { e.held -= fen; e.slices[shard] += fen }

// grant sends up to fen on its way from the home. The less there is, the smaller the grant: so the
// last of the pool is not locked up in slices that do not need it.
func (e *escrow) grant(fen int64) int64 {
	fair := max(e.home/int64(2*len(e.slices)), min(e.home, leastGrant))
	got := min(fen, fair)
	e.home -= got
	e.underWay += got
	return got
}

// leastGrant is the smallest grant while there is that much, in fen.
const leastGrant = 10_000

func (e *escrow) arrive(shard int, fen int64) { e.underWay -= fen; e.slices[shard] += fen }

// inSlices is what all slices hold.
func (e *escrow) inSlices() (sum int64) {
	for _, s := range e.slices {
		sum += s
	}
	return sum
}

// exact reports whether nothing was made or lost, and nothing is below nought.
func (e *escrow) exact() bool {
	for _, s := range append([]int64{e.home, e.underWay, e.held, e.matched}, e.slices...) {
		if s < 0 {
			return false
		}
	}
	return e.home+e.inSlices()+e.underWay+e.held+e.matched == e.whole
}

// close brings every slice home.
func (e *escrow) close() {
	for i, s := range e.slices {
		e.home += s
		e.slices[i] = 0
	}
}
