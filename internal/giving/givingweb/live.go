package givingweb

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// poolBand is what is shown of an open pool while a giving day is on.
type poolBand struct {
	Pool   giving.Pool
	Book   giving.PoolBook
	Minute int64 // gifts made in the last minute and received
}

func readBand(ctx context.Context, r db.Queryer, now time.Time) (*poolBand, error) {
	p, open, err := giving.OpenPool(ctx, r, now)
	if err != nil || !open {
		return nil, err
	}
	return bandOf(ctx, r, p, now)
}

func bandOf(ctx context.Context, r db.Queryer, p giving.Pool, now time.Time) (*poolBand, error) {
	b := &poolBand{Pool: p}
	var err error
	if b.Book, err = giving.BookOfPool(ctx, r, p); err != nil {
		return nil, err
	}
	b.Minute, err = giving.Rate(ctx, r, p.ID, now.Add(-time.Minute))
	return b, err
}

const (
	maxListeners = 2000
	pollEvery    = time.Second
	beatEvery    = 20 * time.Second
	readWithin   = 5 * time.Second // a database that hangs must not end the figures for good
)

// boards tells listeners of pools' figures. However many listen to a pool, one goroutine asks the
// database; it ends with the last listener.
type boards struct {
	h    *Handlers
	poll time.Duration

	mu        sync.Mutex
	listeners int
	open      map[string]*board
}

type board struct {
	stop context.CancelFunc
	to   map[chan *news]struct{}
	last *news
}

func newBoards(h *Handlers) *boards {
	return &boards{h: h, poll: pollEvery, open: map[string]*board{}}
}

// listen registers a listener; its channel holds the newest figures and is closed when the server
// stops. Fault: Busy when too many listen.
func (b *boards) listen(slug string) (chan *news, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listeners >= maxListeners {
		return nil, fault.New(fault.Busy, "fault.busy.sentence")
	}
	b.listeners++
	o := b.open[slug]
	if o == nil {
		ctx, stop := context.WithCancel(b.h.d.Stop)
		o = &board{stop: stop, to: map[chan *news]struct{}{}}
		b.open[slug] = o
		go b.watch(ctx, slug, o)
	}
	ch := make(chan *news, 1)
	o.to[ch] = struct{}{}
	if o.last != nil {
		ch <- o.last
	}
	return ch, nil
}

func (b *boards) leave(slug string, ch chan *news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners--
	o := b.open[slug]
	if o == nil {
		return
	}
	delete(o.to, ch)
	if len(o.to) == 0 {
		o.stop()
		delete(b.open, slug)
	}
}

// watch asks for a pool's figures until nobody listens, and passes on what has changed. A failed
// question is asked again at the next turn, and none is asked while figures rest: listeners keep the
// last ones.
func (b *boards) watch(ctx context.Context, slug string, o *board) {
	tick := time.NewTicker(b.poll)
	defer tick.Stop()
	for {
		if !b.h.d.Resting() {
			if band, err := b.read(ctx, slug); err == nil {
				b.tell(o, band)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *boards) read(ctx context.Context, slug string) (band *poolBand, err error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	err = b.h.d.DB.Read(ctx, func(r *db.Reader) error {
		p, err := giving.PoolBySlug(ctx, r, slug)
		if err != nil {
			return err
		}
		band, err = bandOf(ctx, r, p, b.h.now())
		return err
	})
	return band, err
}

func (b *boards) tell(o *board, band *poolBand) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.last != nil && o.last.band.same(band) {
		return
	}
	o.last = &news{band: *band, html: map[i18n.Lang]string{}}
	for ch := range o.to {
		select {
		case <-ch: // a slow listener gets the newest alone
		default:
		}
		ch <- o.last
	}
}

func (b poolBand) same(other *poolBand) bool {
	return b.Book == other.Book && b.Minute == other.Minute && b.Pool.State == other.Pool.State
}

// news are figures on their way to listeners. They are written out once per language, not once per
// listener.
type news struct {
	band poolBand

	mu   sync.Mutex
	html map[i18n.Lang]string
}

func (n *news) in(ctx context.Context) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	lang := i18n.LangOf(ctx)
	if html, ok := n.html[lang]; ok {
		return html, nil
	}
	var b strings.Builder
	if err := poolFigures(n.band).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("givingweb: figures of a pool: %w", err)
	}
	n.html[lang] = b.String()
	return b.String(), nil
}

// livePool streams a pool's figures as rendered fragments, event "pool".
func (h *Handlers) livePool(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	if _, err := h.shownPool(r.Context(), slug); err != nil {
		return err
	}
	ch, err := h.stream.listen(slug)
	if err != nil {
		return err
	}
	defer h.stream.leave(slug, ch)
	s, err := web.NewStream(w, r)
	if err != nil {
		return err
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for err == nil {
		select {
		case <-r.Context().Done():
			return nil
		case <-h.d.Stop.Done():
			return nil
		case <-beat.C:
			err = s.Beat()
		case n := <-ch:
			var html string
			if html, err = n.in(r.Context()); err == nil {
				err = s.Send("pool", html)
			}
		}
	}
	return nil // the listener has gone
}

// shownPool returns a pool that everybody may see.
func (h *Handlers) shownPool(ctx context.Context, slug string) (p giving.Pool, err error) {
	err = h.d.DB.Read(ctx, func(r *db.Reader) error {
		p, err = giving.PoolBySlug(ctx, r, slug)
		if err == nil && p.State == giving.PoolDraft {
			err = fault.New(fault.NotFound, "giving.no_pool")
		}
		return err
	})
	return p, err
}
