package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"manyhands/internal/db"
)

const (
	readyTimeout = 2 * time.Second  // how long readiness waits for the database
	schemaFresh  = 10 * time.Second // how long it believes that the schema is right
)

// Health answers the two questions that a supervisor or a balancer asks.
type Health struct {
	d        *db.DB
	log      *slog.Logger
	stopping atomic.Bool
	also     []condition
	mention  []condition
	schemaAt atomic.Int64 // when the schema was last seen to be right, microseconds
}

// condition is something else that must hold for the process to be ready.
type condition struct {
	word string
	test func(context.Context) error
}

// NewHealth returns the answers of a process that works on d.
func NewHealth(d *db.DB, log *slog.Logger) *Health { return &Health{d: d, log: log} }

// Stop makes Ready say no from now on, so that a balancer sends visitors elsewhere while the requests
// under way end.
func (h *Health) Stop() { h.stopping.Store(true) }

// Require makes Ready ask test as well, and say word when it fails. It comes before the first request.
func (h *Health) Require(word string, test func(context.Context) error) {
	h.also = append(h.also, condition{word, test})
}

// Mention makes Ready add word to its yes while test fails: something is amiss that keeps nobody from
// being served. It comes before the first request.
func (h *Health) Mention(word string, test func(context.Context) error) {
	h.mention = append(h.mention, condition{word, test})
}

// Live answers /healthz: 200 as long as the process can answer at all. It asks nothing of the
// database: to restart the program would not mend that.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// Ready answers /readyz: 200 when the database answers and has this program's schema and no order to
// stop was given and all that was required holds, with what is to be mentioned; else 503 with one word: stopping, database, schema or
// that of the condition. The log says more.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	if h.stopping.Load() {
		say(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	for _, x := range append([]condition{{"database", h.d.Ping}, {"schema", h.schema}}, h.also...) {
		if err := x.test(ctx); err != nil {
			h.log.Warn("not ready", slog.String("because", x.word), slog.Any("error", err))
			say(w, http.StatusServiceUnavailable, x.word)
			return
		}
	}
	word := "ready"
	for _, x := range h.mention {
		if err := x.test(ctx); err != nil {
			word += "; " + x.word
		}
	}
	say(w, http.StatusOK, word)
}

// schema looks at most every schemaFresh: anybody may ask, and a look is not free.
func (h *Health) schema(ctx context.Context) error {
	now := h.d.NowMicros()
	if age := now - h.schemaAt.Load(); age >= 0 && age < schemaFresh.Microseconds() {
		return nil
	}
	if err := h.d.CheckVersion(ctx); err != nil {
		return err
	}
	h.schemaAt.Store(now)
	return nil
}

func say(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(word + "\n")) // whoever asked has gone
}
