package givingweb

import (
	"github.com/a-h/templ"

	"manyhands/internal/giving"
	"manyhands/internal/ui"
)

func poolTone(s giving.PoolState) ui.Tone {
	switch s {
	case giving.PoolOpen:
		return ui.Warm
	case giving.PoolClosed:
		return ui.OK
	}
	return ui.Plain
}

// liveAttrs connects an element to a pool's event stream while the pool is open.
func liveAttrs(p giving.Pool) templ.Attributes {
	if p.State != giving.PoolOpen {
		return nil
	}
	return templ.Attributes{"sse-connect": "/live/pools/" + p.Slug, "sse-swap": "pool"}
}
