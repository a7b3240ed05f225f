package metrics

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"manyhands/internal/db"
	"manyhands/internal/job"
)

// database collects what the writer and the jobs say of themselves at the moment of asking.
type database struct {
	d   *db.DB
	log *slog.Logger

	commits, bodies, failed, retried, waiting, capacity *prometheus.Desc
	batches, seconds, readers, busy, reads, readsMost   *prometheus.Desc
	ready, dead, late                                   *prometheus.Desc
}

func newDatabase(d *db.DB, log *slog.Logger) *database {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("manyhands_"+name, help, nil, nil) }
	return &database{
		d: d, log: log,
		commits:   desc("db_commits_total", "Durable commits; one holds many writes."),
		bodies:    desc("db_writes_total", "Writes answered, failed ones included."),
		failed:    desc("db_writes_failed_total", "Writes that were answered with an error, mistakes of visitors included."),
		retried:   desc("db_retries_total", "Commits tried again because another server was first."),
		batches:   desc("db_batch_writes", "Writes in one commit."),
		seconds:   desc("db_commit_seconds", "Time from the order to commit until it was durable."),
		readers:   desc("db_readers", "Connections that read."),
		busy:      desc("db_readers_busy", "Connections that read just now; when all are, reads wait."),
		reads:     desc("db_queue_reads", "Reads that wait for a connection."),
		readsMost: desc("db_queue_capacity_reads", "Reads that may wait; beyond, visitors are asked to come back."),
		waiting:   desc("db_queue_writes", "Writes that wait for their commit."),
		capacity:  desc("db_queue_capacity_writes", "Writes that may wait; beyond, visitors are asked to come back."),
		ready:     desc("jobs_ready", "Background jobs that are to be done, now or later."),
		dead:      desc("jobs_dead", "Background jobs that failed too often and wait for a person."),
		late:      desc("jobs_late_seconds", "How long the most overdue job has been due; 0 when none is."),
	}
}

// Describe implements prometheus.Collector.
func (c *database) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.commits, c.bodies, c.failed, c.retried, c.waiting, c.capacity,
		c.batches, c.seconds, c.readers, c.busy, c.reads, c.readsMost, c.ready, c.dead, c.late} {
		out <- d
	}
}

// Collect implements prometheus.Collector. When the database does not answer, the jobs' figures are
// left out and the writer's are there.
func (c *database) Collect(out chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, t prometheus.ValueType, v float64) {
		out <- prometheus.MustNewConstMetric(d, t, v)
	}
	s := c.d.Stats()
	send(c.commits, prometheus.CounterValue, float64(s.Commits))
	send(c.bodies, prometheus.CounterValue, float64(s.Bodies))
	send(c.failed, prometheus.CounterValue, float64(s.Failed))
	send(c.retried, prometheus.CounterValue, float64(s.Retried))
	out <- histogram(c.batches, s.Batches, db.BatchBounds())
	out <- histogram(c.seconds, s.Seconds, db.CommitBounds())
	r := c.d.ReadStats()
	send(c.readers, prometheus.GaugeValue, float64(r.Connections))
	send(c.busy, prometheus.GaugeValue, float64(r.Busy))
	send(c.reads, prometheus.GaugeValue, float64(r.Waiting))
	send(c.readsMost, prometheus.GaugeValue, float64(r.Capacity))
	send(c.waiting, prometheus.GaugeValue, float64(s.Waiting))
	send(c.capacity, prometheus.GaugeValue, float64(s.Capacity))
	ready, dead, oldest, err := c.jobs()
	if err != nil {
		c.log.Warn("metrics: jobs", slog.Any("error", err))
		return
	}
	late := time.Duration(0)
	if !oldest.IsZero() {
		late = max(0, c.d.Now().Sub(oldest))
	}
	send(c.ready, prometheus.GaugeValue, float64(ready))
	send(c.dead, prometheus.GaugeValue, float64(dead))
	send(c.late, prometheus.GaugeValue, late.Seconds())
}

func histogram(d *prometheus.Desc, h db.Histogram, bounds [12]float64) prometheus.Metric {
	up := uint64(0)
	buckets := make(map[float64]uint64, len(bounds))
	for i, b := range bounds {
		up += uint64(h.Counts[i])
		buckets[b] = up
	}
	return prometheus.MustNewConstHistogram(d, uint64(h.Count), h.Sum, buckets)
}

func (c *database) jobs() (ready, dead int64, oldest time.Time, err error) {
	ctx, cancel := background()
	defer cancel()
	err = c.d.Read(ctx, func(r *db.Reader) error {
		ready, dead, oldest, err = job.Stats(ctx, r)
		return err
	})
	return ready, dead, oldest, err
}
