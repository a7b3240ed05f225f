package db

import "time"

// A batch waits for company only where company is likely: when the last one was large, those who were
// answered are about to come back. It waits as long as they keep coming, and never longer than a
// moment. On an idle system nobody waits.
const (
	largeBatch = 16
	linger     = time.Millisecond
	lull       = 100 * time.Microsecond // in which nobody came
)

// company returns j with what else is queued, and under load with what comes within a moment.
func (w *writer) company(j *work) []*work {
	batch, weight := w.takeWaiting([]*work{j}, j.weight)
	if w.last >= largeBatch {
		batch, weight = w.lingerFor(batch, weight)
	}
	w.last = weight
	return batch
}

// takeWaiting adds what is queued already.
func (w *writer) takeWaiting(batch []*work, weight int) ([]*work, int) {
	for weight < w.d.opts.MaxBatch {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return batch, weight
			}
			batch, weight = append(batch, j), weight+j.weight
		default:
			return batch, weight
		}
	}
	return batch, weight
}

// lingerFor adds what comes until nobody comes for a lull, or a moment has passed.
func (w *writer) lingerFor(batch []*work, weight int) ([]*work, int) {
	moment, quiet := time.NewTimer(linger), time.NewTimer(lull)
	defer moment.Stop()
	defer quiet.Stop()
	for weight < w.d.opts.MaxBatch {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return batch, weight
			}
			batch, weight = append(batch, j), weight+j.weight
			quiet.Reset(lull)
		case <-quiet.C:
			return batch, weight
		case <-moment.C:
			return w.takeWaiting(batch, weight)
		}
	}
	return batch, weight
}
