package bench

import (
	"slices"
	"strings"
	"testing"
)

func TestFetched(t *testing.T) {
	t.Parallel()
	page := `<!doctype html><head><link rel="stylesheet" href="/static/a.css"><link rel="shortcut icon" href="/i.svg"/>
<link rel="alternate" href="/feed"><link rel="canonical" href="/here"><script src="/static/a.js" defer></script><script>var x = "<img src='/no.png'>"</script></head>
<body><img src="/p.png"><img src="/p.png"><img src="data:image/png;base64,AA"><img src="//elsewhere.example/q.png"><a href="/not">x</a></body>`
	got, err := fetched(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"/static/a.css", "/i.svg", "/static/a.js", "/p.png"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzFetched(f *testing.F) {
	f.Add(`<link rel=stylesheet href=/a>`)
	f.Add(`<img src="/x"<script src='`)
	f.Fuzz(func(t *testing.T, page string) {
		got, err := fetched(strings.NewReader(page))
		if err != nil {
			return
		}
		for _, at := range got {
			if !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
				t.Errorf("%q is not local", at)
			}
		}
	})
}
