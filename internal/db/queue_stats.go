package db

// Histogram counts values by size.
type Histogram struct {
	Counts [12]int64 // of values up to the bound at the same place, and above the one before
	Count  int64     // of all values
	Sum    float64
}

// BatchBounds and CommitBounds are the bounds of the histograms in Stats: of writes in one commit, and
// of seconds until a commit was durable.
func BatchBounds() [12]float64 {
	return [12]float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}
}

// CommitBounds: see BatchBounds.
func CommitBounds() [12]float64 {
	return [12]float64{.0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1}
}

func (h *Histogram) add(v float64, bounds [12]float64) {
	h.Count++
	h.Sum += v
	for i, b := range bounds {
		if v <= b {
			h.Counts[i]++
			return
		}
	}
}
