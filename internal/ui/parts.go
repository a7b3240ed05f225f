package ui

import (
	"math"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Tone is a colour with its meaning. It never carries the meaning alone: a text stands beside it.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Warm  Tone = "warm" // amber: giving
	OK    Tone = "ok"   // jade: arrived, in order
	Cool  Tone = "cool" // indigo: time and attention
	Hot   Tone = "hot"  // cinnabar: danger and urgent need only
)

func (t Tone) class() string {
	switch t {
	case Warm, OK, Cool, Hot:
		return "t-" + string(t)
	}
	return "t-plain"
}

// RingView is a progress ring.
type RingView struct {
	Percent int    // 0 and up; the ring closes at 100, the figure goes on
	Tone    Tone   // Plain is Warm
	Label   string // for those who do not see it: "72% of the goal is reached"
}

// ringLength is the circumference of the ring's circle, whose radius is 32.
const ringLength = 2 * math.Pi * 32

func ringDash(percent int) string {
	on := ringLength * float64(min(max(percent, 0), 100)) / 100
	return num(on) + " " + num(ringLength+1)
}

func percentText(p int) string { return strconv.Itoa(max(p, 0)) + "%" }

// num writes a coordinate with at most one decimal.
func num(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// MeterView is a progress bar.
type MeterView struct {
	Percent int
	Tone    Tone   // Plain is Warm, and jade at 100
	Label   string // for those who do not see it
}

func meterTone(v MeterView) Tone {
	if v.Percent >= 100 {
		return OK
	}
	if v.Tone == Plain {
		return Warm
	}
	return v.Tone
}

func meterWidth(percent int) string { return strconv.Itoa(min(max(percent, 0), 100)) + "%" }

// Figure is one number with what it counts. Href leads to its source; every figure should have one.
type Figure struct {
	Value string
	Label string
	Href  string
}

// CardView is a need or campaign in a list.
type CardView struct {
	Href     string
	Kind     string // what is asked for: "money", "evenings"
	Tone     Tone
	Verified bool
	Title    string
	Lang     string // lang attribute of Title and Text when it is not the page's
	Text     string // one or two lines
	Percent  int    // below 0: no ring
	Label    string // of the ring
	Left     string // "¥84,200 to go"
	Note     string // "¥35 is a day of medicine"
}

// Step is one step of a chain.
type Step struct {
	When  time.Time // zero: not yet
	Exact bool      // show the time of day too
	Tone  Tone
	Title string
	Text  string
	Extra templ.Component // further content below, or nil
}

// EmptyView stands where a list would be.
type EmptyView struct {
	Icon   string // of [Icon]; "" for the house mark
	Title  string
	Text   string
	Href   string // the one thing to do next, or ""
	Action string
}

// Fact is one line of a list of facts.
type Fact struct {
	Label string
	Value string
	Href  string          // "" for plain text
	Extra templ.Component // instead of Value, or nil
}

// Tab is one of a few lists that share a page.
type Tab struct {
	Label   string
	Href    string
	Current bool
	Count   int // shown when above 0
}

// ConfirmView asks once more before something that cannot be undone, on a page of its own.
type ConfirmView struct {
	Title  string
	Text   string
	Action string // the form's target
	Button string // "Release the payout"
	Danger bool
	Cancel string // where "Cancel" leads
	Key    string // form key, or ""
}

func datetime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
