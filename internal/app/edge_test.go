package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"manyhands/internal/app"
	"manyhands/internal/config"
)

// quiet is a response that goes nowhere.
type quiet struct{ header http.Header }

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) WriteHeader(int)             {}
func (q *quiet) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkEdge compares a small JSON request with nothing around its handler and with the whole of
// what is around every handler; the difference is what the edge costs.
func BenchmarkEdge(b *testing.B) {
	cfg := config.Config{
		Base:   config.Base{Data: b.TempDir(), Zone: "Asia/Shanghai", Secret: strings.Repeat("5a", 32)},
		Server: config.Server{BaseURL: "http://localhost", NetworkZH: "众手", NetworkEN: "Manyhands", Lang: "zh"},
	}
	a, err := app.Open(b.Context(), cfg, app.Options{Unsafe: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"state":"received"}`)
	})
	a.Mux.HandleRaw("POST /api/v1/edge", hello)
	a.Mux.HandleRaw("POST /edge", hello)
	for name, x := range map[string]struct {
		h    http.Handler
		path string
	}{"bare": {hello, "/api/v1/edge"}, "api": {a.Handler, "/api/v1/edge"}, "page": {a.Handler, "/edge"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), "POST", "http://localhost"+x.path, strings.NewReader(`{"amount":{"minor":3000,"unit":"CNY"}}`))
				if err != nil {
					b.Fatal(err)
				}
				r.RemoteAddr = "192.0.2.7:4711"
				r.Header = http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Accept-Language": {"zh-CN,zh;q=0.9,en;q=0.8"},
					"Content-Type": {"application/json"}, "User-Agent": {"bench"}}
				x.h.ServeHTTP(&quiet{http.Header{}}, r)
			}
		})
	}
}
