package ledgersim

// Met counts what a simulation came across, by a few words. A search that never met a thing has
// proved nothing about it, so tests ask for what must be there.
type Met map[string]int

func (m Met) add(what string) { m[what]++ }

// Merge adds another count.
func (m Met) Merge(o Met) {
	for what, n := range o {
		m[what] += n
	}
}

// Missing lists what is asked for and was never met.
func (m Met) Missing(asked []string) []string {
	var out []string
	for _, what := range asked {
		if m[what] == 0 {
			out = append(out, what)
		}
	}
	return out
}
