// Package metrics counts what the process does, for a Prometheus collector, and answers whether it
// lives and whether it is ready.
//
// Labels are route patterns and status codes, never paths, queries or anything that a visitor typed:
// a metric must not name a giver or a child, nor grow without bound.
package metrics

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"manyhands/internal/db"
)

// Metrics holds the process's counters. It is safe for use by many goroutines.
type Metrics struct {
	d        *db.DB
	log      *slog.Logger
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	failures *prometheus.CounterVec
	ended    *prometheus.CounterVec
}

// New returns the counters of a process that works on d; version is shown as a label of
// manyhands_build_info. Each collection reads the job table once, under a limit of two seconds.
func New(d *db.DB, log *slog.Logger, version string) *Metrics {
	m := &Metrics{d: d, log: log,
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "manyhands_http_requests_total", Help: "Requests answered, by route pattern and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "manyhands_http_request_seconds", Help: "Time from a request to the end of its answer, by route pattern.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"route"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "manyhands_gateway_call_seconds", Help: "Time of a call to a gateway, by gateway and call.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"gateway", "call"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "manyhands_gateway_failures_total", Help: "Calls to a gateway that failed, by gateway and call.",
		}, []string{"gateway", "call"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "manyhands_payments_ended_total", Help: "Payments that ended, by how: captured, failed, closed.",
		}, []string{"how"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "manyhands_build_info", Help: "Always 1; labels name the program.",
		ConstLabels: prometheus.Labels{"version": version, "engine": string(d.Engine())}})
	info.Set(1)
	m.registry.MustRegister(info, m.requests, m.seconds, m.calls, m.failures, m.ended, newDatabase(d, log), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a finished request. route is the pattern that matched, "" for none. It fits
// web.Options.Observe.
func (m *Metrics) Observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// Called notes a call to a gateway. Both names are the program's own.
func (m *Metrics) Called(gateway, call string, took time.Duration, failed bool) {
	m.calls.WithLabelValues(gateway, call).Observe(took.Seconds())
	n := 0.0
	if failed {
		n = 1
	}
	m.failures.WithLabelValues(gateway, call).Add(n) // 0 as well, so that a rate has where to begin
}

// Ended notes payments that ended, and how.
func (m *Metrics) Ended(how string, n int) { m.ended.WithLabelValues(how).Add(float64(n)) }

// Handler serves the counters. With a token it asks for it as a bearer token (RFC 6750); without
// one it answers only programs on this machine that ask directly, and 404 to everybody else, a proxy
// on this machine included, as long as that names its visitor in X-Forwarded-For or Forwarded.
func (m *Metrics) Handler(token string) http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowed := direct(r)
		if token != "" {
			got := r.Header.Get("Authorization")
			allowed = subtle.ConstantTimeCompare([]byte(got), []byte("Bearer "+token)) == 1
		}
		if !allowed {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// direct reports whether a program on this machine asks without a proxy between.
func direct(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// collectTimeout bounds what one collection may ask of the database.
const collectTimeout = 2 * time.Second

// background is the context of a collection, which Prometheus starts without one.
func background() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), collectTimeout)
}
