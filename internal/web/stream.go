package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// streamWrite is how long one piece may take to reach the reader's machine.
const streamWrite = 10 * time.Second

// LongAnswer gives a request d from now instead of the limit that all share: for downloads, whose
// length nobody knows beforehand. It must be called before the shared limit has run out.
func LongAnswer(w http.ResponseWriter, r *http.Request, d time.Duration) {
	if timer := infoOf(r.Context()).timer; timer != nil {
		timer.Reset(d)
	}
	// Not every writer (a test's recorder) has deadlines. A failure must still find its way out.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d + streamWrite))
}

// readWithin gives the rest of a request's body d to arrive. Not every writer (a test's recorder) has
// deadlines.
func readWithin(w http.ResponseWriter, d time.Duration) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(d))
}

// Stream is an open event stream (HTML Living Standard, 9.2 server-sent events). It is for one
// goroutine. The handler loops until the request's context ends or a Send fails, and must send a
// heartbeat every 20 seconds or so: proxies cut silent connections.
type Stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// NewStream begins a stream: it lifts the request's time limit and takes one of the streams' places.
// It returns a fault of kind Busy when there is none; nothing has been sent then.
func NewStream(w http.ResponseWriter, r *http.Request) (*Stream, error) {
	in := infoOf(r.Context())
	if in.streaming != nil && !in.streaming() {
		return nil, busy
	}
	if in.timer != nil {
		in.timer.Stop()
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &Stream{w: w, rc: http.NewResponseController(w)}
	w.WriteHeader(http.StatusOK)
	return s, s.write("retry: 3000\n\n")
}

// Send sends one event; event may be empty. Data of several lines arrives whole. A line break in
// event would forge a field, so it is refused.
func (s *Stream) Send(event, data string) error {
	if strings.ContainsAny(event, "\r\n") {
		return fmt.Errorf("web: event name with a line break")
	}
	var b strings.Builder
	if event != "" {
		b.WriteString("event: " + event + "\n")
	}
	data = strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n")
	for line := range strings.SplitSeq(data, "\n") {
		b.WriteString("data: " + line + "\n")
	}
	b.WriteString("\n")
	return s.write(b.String())
}

// Beat sends a comment that only keeps the connection alive.
func (s *Stream) Beat() error { return s.write(":\n\n") }

func (s *Stream) write(piece string) error {
	// Not every writer (a test's recorder) has deadlines; where they exist they replace the
	// server's WriteTimeout.
	_ = s.rc.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := s.w.Write([]byte(piece)); err != nil {
		return fmt.Errorf("web: stream: %w", err)
	}
	if err := s.rc.Flush(); err != nil {
		return fmt.Errorf("web: flush stream: %w", err)
	}
	return nil
}
