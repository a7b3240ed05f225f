package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/job"
)

func get(h http.Handler, remote string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = remote
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFigures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		ctx := context.Background()
		m := New(d, slog.New(slog.DiscardHandler), "v1")
		m.Observe("GET /give/{id}", 200, 3*time.Millisecond)
		m.Observe("", 404, time.Millisecond)
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := job.Add(ctx, tx, "mail", struct{}{}, job.Options{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(90 * time.Second)
		text := get(m.Handler(""), "127.0.0.1:5").Body.String()
		for _, want := range []string{
			`manyhands_http_requests_total{route="GET /give/{id}",status="200"} 1`,
			`manyhands_http_requests_total{route="none",status="404"} 1`,
			`manyhands_http_request_seconds_bucket{route="GET /give/{id}",le="0.005"} 1`,
			`manyhands_build_info{engine="` + string(d.Engine()) + `",version="v1"} 1`,
			"manyhands_db_commits_total 1", "manyhands_db_writes_total 1", "manyhands_db_queue_capacity_writes 8192",
			"manyhands_db_batch_writes_sum 1", "manyhands_db_commit_seconds_count 1", "manyhands_jobs_ready 1", "manyhands_jobs_dead 0", "manyhands_jobs_late_seconds 90",
			"go_goroutines ", "process_start_time_seconds ",
		} {
			if !strings.Contains(text, "\n"+want) {
				t.Errorf("%q is missing", want)
			}
		}
	})
}

func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	m := New(d, slog.New(slog.DiscardHandler), "v1")
	for _, x := range []struct {
		token, remote string
		header        []string
		want          int
	}{
		{"", "127.0.0.1:5", nil, 200},
		{"", "[::1]:5", nil, 200},
		{"", "192.0.2.1:5", nil, 404},
		{"", "@", nil, 404},
		{"", "127.0.0.1:5", []string{"X-Forwarded-For", "192.0.2.1"}, 404},
		{"", "127.0.0.1:5", []string{"Forwarded", "for=192.0.2.1"}, 404},
		{"0123456789abcdef", "127.0.0.1:5", nil, 404},
		{"0123456789abcdef", "127.0.0.1:5", []string{"Authorization", "Bearer 0123456789abcdeg"}, 404},
		{"0123456789abcdef", "192.0.2.1:5", []string{"Authorization", "Bearer 0123456789abcdef"}, 200},
	} {
		if got := get(m.Handler(x.token), x.remote, x.header...).Code; got != x.want {
			t.Errorf("token %q from %s with %v: %d, want %d", x.token, x.remote, x.header, got, x.want)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		h := NewHealth(d, slog.New(slog.DiscardHandler))
		ready := http.HandlerFunc(h.Ready)
		if w := get(ready, ""); w.Code != 200 || w.Body.String() != "ready\n" {
			t.Errorf("ready: %d %q", w.Code, w.Body)
		}
		h.Stop()
		if w := get(ready, ""); w.Code != 503 || w.Body.String() != "stopping\n" {
			t.Errorf("stopping: %d %q", w.Code, w.Body)
		}
		if w := get(http.HandlerFunc(h.Live), ""); w.Code != 200 {
			t.Errorf("live: %d", w.Code)
		}
	})
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	d, err := db.Open(context.Background(), t.TempDir(), db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	ready := http.HandlerFunc(NewHealth(d, log).Ready)
	if w := get(ready, ""); w.Code != 503 || w.Body.String() != "schema\n" {
		t.Errorf("not migrated: %d %q", w.Code, w.Body)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if w := get(ready, ""); w.Code != 503 || w.Body.String() != "database\n" {
		t.Errorf("closed: %d %q", w.Code, w.Body)
	}
}
