package givingweb

import (
	"manyhands/internal/giving/givingweb/pdf"
	"manyhands/internal/ui"
)

func letterFacts(l pdf.Letter) []ui.Fact {
	out := make([]ui.Fact, len(l.Facts))
	for i, f := range l.Facts {
		out[i] = ui.Fact{Label: f[0], Value: f[1]}
	}
	return out
}
