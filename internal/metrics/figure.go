package metrics

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"manyhands/internal/db"
)

// Figure is something that others count and that is asked for at each collection.
type Figure struct {
	Name    string // without "manyhands_"; a counter's ends with _total, as Prometheus has it
	Help    string
	Label   string // "" for a single value
	Counter bool   // grows until the process ends; otherwise it goes up and down
}

// Values are a figure's values by what its label says; a figure without a label has the one under "".
// What a label says is a word of the program: never an id, an address or anything that was typed.
type Values map[string]float64

// Live adds a figure that is read from memory: read must be quick and may be called at any time.
func (m *Metrics) Live(f Figure, read func() Values) {
	m.registry.MustRegister(newFigure(f, func() (Values, error) { return read(), nil }, m.log))
}

// Stored adds a figure that is read from the database, under the limit of a collection. Where that
// fails the figure is left out of the collection and the log says why.
func (m *Metrics) Stored(f Figure, read func(ctx context.Context, q db.Queryer) (Values, error)) {
	m.registry.MustRegister(newFigure(f, func() (v Values, err error) {
		ctx, cancel := background()
		defer cancel()
		err = m.d.Read(ctx, func(r *db.Reader) error {
			v, err = read(ctx, r)
			return err
		})
		return v, err
	}, m.log))
}

// figure is the collector of one Figure.
type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	plain bool
	read  func() (Values, error)
	log   *slog.Logger
}

func newFigure(f Figure, read func() (Values, error), log *slog.Logger) *figure {
	c := &figure{kind: prometheus.GaugeValue, plain: f.Label == "", read: read, log: log}
	if f.Counter {
		c.kind = prometheus.CounterValue
	}
	var labels []string
	if !c.plain {
		labels = []string{f.Label}
	}
	c.desc = prometheus.NewDesc("manyhands_"+f.Name, f.Help, labels, nil)
	return c
}

// Describe implements prometheus.Collector.
func (c *figure) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect implements prometheus.Collector.
func (c *figure) Collect(out chan<- prometheus.Metric) {
	values, err := c.read()
	if err != nil {
		c.log.Warn("metrics: figure", slog.String("figure", c.desc.String()), slog.Any("error", err))
		return
	}
	for label, v := range values {
		if c.plain {
			out <- prometheus.MustNewConstMetric(c.desc, c.kind, v)
			continue
		}
		out <- prometheus.MustNewConstMetric(c.desc, c.kind, v, label)
	}
}
