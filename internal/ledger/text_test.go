package ledger_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/BurntSushi/toml"

	"manyhands/internal/ledger"
)

// TestEveryFaultHasItsSentence compares the keys in the code with those of both catalogues.
func TestEveryFaultHasItsSentence(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("faults.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range regexp.MustCompile(`"(ledger\.\w+)"`).FindAllSubmatch(source, -1) {
		want = append(want, string(m[1]))
	}
	slices.Sort(want)
	for _, file := range []string{"text/en.toml", "text/zh.toml"} {
		var texts map[string]string
		if _, err := toml.DecodeFS(ledger.Texts, file, &texts); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(texts)); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", file, got, want)
		}
	}
}
