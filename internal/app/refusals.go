package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"maps"
	"sync"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/metrics"
	"manyhands/internal/web"
)

// What is kept of refusals in memory, at most.
const (
	refusalWindow  = 10               // minutes over which one person's refusals are counted
	mostRefused    = 4096             // persons
	mostNoted      = 10_000           // lines of the trail a day
	mostNotedOf    = 100              // of one person
	refusalQueue   = 256              // lines that wait for their write
	refusalTimeout = 10 * time.Second // of such a write
)

// refusals counts who is refused and who fails to prove who they are, and has the trail of a child's record
// hold who asked for it in vain: once a day for a person, a record and a rule, however often the page is loaded
// again. The lines are written apart from the request, so that the time an answer takes tells nobody
// whether there is such a record.
type refusals struct {
	d        *db.DB
	log      *slog.Logger
	secret   []byte
	children *child.Service
	waiting  chan web.Refusal

	mu     sync.Mutex
	total  float64
	failed metrics.Values // by way
	of     map[int64]*minutes
	day    int64 // of what is noted
	noted  map[notedKey]bool
	count  map[int64]int // of noted, by person
}

// minutes are one person's refusals in the last minutes.
type minutes struct {
	n    [refusalWindow]int
	last int64 // the minute of the newest, since 1970
}

// notedKey is what a line of the trail is written once a day for.
type notedKey struct {
	person, subject int64
	rule            string
}

func newRefusals(d *db.DB, log *slog.Logger, secret []byte, children *child.Service) *refusals {
	return &refusals{d: d, log: log, secret: secret, children: children, waiting: make(chan web.Refusal, refusalQueue), failed: metrics.Values{},
		of: map[int64]*minutes{}, noted: map[notedKey]bool{}, count: map[int64]int{}}
}

// told takes in a refusal: web.Options.Refused.
func (r *refusals) told(x web.Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.Event == web.NotProven {
		r.failed[x.Way]++
		return
	}
	r.total++
	if x.Person == 0 {
		return
	}
	now := r.d.Now()
	r.add(x.Person, now)
	if x.Subject == 0 || !r.fresh(x, now) {
		return
	}
	select {
	case r.waiting <- x:
	default: // the log has it
	}
}

// add counts one more refusal of a person.
func (r *refusals) add(person int64, now time.Time) {
	at := now.Unix() / 60
	m := r.of[person]
	if m == nil {
		if len(r.of) >= mostRefused {
			r.forget(at)
		}
		if len(r.of) >= mostRefused {
			return
		}
		m = &minutes{last: at}
		r.of[person] = m
	}
	m.until(at)
	m.n[at%refusalWindow]++
}

// until has the minutes end at one: what lies between is empty.
func (m *minutes) until(at int64) {
	for k := min(at-m.last, refusalWindow); k > 0; k-- {
		m.n[(at-k+1)%refusalWindow] = 0
	}
	m.last = max(m.last, at)
}

func (m *minutes) sum(at int64) (n int) {
	m.until(at)
	for _, x := range m.n {
		n += x
	}
	return n
}

func (r *refusals) forget(at int64) {
	for person, m := range r.of {
		if m.sum(at) == 0 {
			delete(r.of, person)
		}
	}
}

// most returns how often the one who was refused most often was in the last minutes.
func (r *refusals) most() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.d.Now().Unix() / 60
	for _, m := range r.of {
		n = max(n, m.sum(at))
	}
	return n
}

// fresh reports whether a refusal is to be noted in the trail: the first of its kind today, within bounds.
func (r *refusals) fresh(x web.Refusal, now time.Time) bool {
	if day := now.Unix() / (24 * 3600); day != r.day {
		r.day = day
		clear(r.noted)
		clear(r.count)
	}
	k := notedKey{x.Person, x.Subject, x.Rule}
	if r.noted[k] || len(r.noted) >= mostNoted || r.count[x.Person] >= mostNotedOf {
		return false
	}
	r.noted[k] = true
	r.count[x.Person]++
	return true
}

// work writes the trail until ctx ends, and then what still waits.
func (r *refusals) work(ctx context.Context) {
	for {
		select {
		case x := <-r.waiting:
			r.note(ctx, x)
		case <-ctx.Done():
			for len(r.waiting) > 0 {
				r.note(ctx, <-r.waiting)
			}
			return
		}
	}
}

func (r *refusals) note(ctx context.Context, x web.Refusal) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTimeout)
	defer cancel()
	err := r.d.Write(ctx, func(tx *db.Tx) error { return r.children.NoteRefused(ctx, tx, x.Subject, x.Person, x.Rule) })
	if err != nil {
		r.log.Error("a refusal is not in the trail", "person", clock.FormatID(x.Person), "rule", x.Rule, "error", err)
	}
}

// series makes of a client's address what the log holds of it: the same for the same address on one day (UTC),
// so that attempts in a row can be seen as such, and nothing by which to find it.
func (r *refusals) series(client string) string {
	h := hmac.New(sha256.New, r.secret)
	_, _ = h.Write([]byte("series " + r.d.Now().UTC().Format(time.DateOnly) + " " + client)) // a hash never fails
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// figures adds what is counted to the metrics.
func (r *refusals) figures(m *metrics.Metrics) {
	m.Live(metrics.Figure{Name: "refused_total", Counter: true, Help: "Requests for what somebody may not do or know of."},
		func() metrics.Values {
			r.mu.Lock()
			defer r.mu.Unlock()
			return metrics.Values{"": r.total}
		})
	m.Live(metrics.Figure{Name: "refused_by_one", Help: "Refusals of the one person who was refused most often in the last ten minutes; the log says who."},
		func() metrics.Values { return metrics.Values{"": float64(r.most())} })
	m.Live(metrics.Figure{Name: "sign_in_failed_total", Label: "way", Counter: true, Help: "Attempts to prove who one is that failed, by way."},
		func() metrics.Values {
			r.mu.Lock()
			defer r.mu.Unlock()
			out := metrics.Values{}
			for _, way := range []string{"password", "code", "passkey", "link", "phone", "provider", "family", "slip", "key"} {
				out[way] = 0 // a figure that is there before anybody fails
			}
			maps.Copy(out, r.failed)
			return out
		})
}
