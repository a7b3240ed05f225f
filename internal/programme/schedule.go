package programme

import (
	"time"

	"manyhands/internal/fault"
)

// MinutesPerDay is the latest closing time, in minutes after midnight.
const MinutesPerDay = 24 * 60

// MaxWeeks is the longest interval of a schedule, in weeks.
const MaxWeeks = 8

// Schedule says when a programme is open: on days of every so many weeks, between two times of the
// network's clock. It is the part of RFC 5545 that has FREQ=WEEKLY with BYDAY, INTERVAL and UNTIL.
type Schedule struct {
	Days       Weekdays
	EveryWeeks int64  // 1 to MaxWeeks, counted from the week of FromOn
	Opens      int64  // minutes after midnight
	Closes     int64  // minutes after midnight, later than Opens, at most MinutesPerDay
	FromOn     string // first day, "2026-11-23"; "" when it has always been so
	UntilOn    string // last day; "" when no end is known
}

// Weekdays is a set of days: bit 0 is Monday, bit 6 Sunday.
type Weekdays int64

// DayCodes lists the days from Monday as RFC 5545 writes them.
func DayCodes() []string { return []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} }

// Has reports whether the day with an index of DayCodes is in the set.
func (w Weekdays) Has(i int) bool { return w&(1<<i) != 0 }

// Moment is a day, or a minute of a day, on the network's clock: what a schedule is asked for.
type Moment struct {
	day    Weekdays
	week   int64
	minute int64 // -1: any time of the day
	today  string
}

// MomentOf gives the minute of a local time.
func MomentOf(local time.Time) Moment {
	m := DayOf(local)
	m.minute = int64(local.Hour()*60 + local.Minute())
	return m
}

// DayOf gives the whole day of a local time.
func DayOf(local time.Time) Moment {
	return Moment{day: 1 << ((int(local.Weekday()) + 6) % 7), week: weekOf(local), minute: -1, today: local.Format(time.DateOnly)}
}

// weekOf numbers weeks that begin on Monday.
func weekOf(t time.Time) int64 {
	days := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
	return (days + 3) / 7 // 1 January 1970 was a Thursday
}

// Open reports whether the schedule is open at m.
func (s Schedule) Open(m Moment) bool {
	return s.Days&m.day != 0 && (s.FromOn == "" || s.FromOn <= m.today) && (s.UntilOn == "" || s.UntilOn >= m.today) &&
		(m.week-s.fromWeek())%max(s.EveryWeeks, 1) == 0 && (m.minute < 0 || s.Opens <= m.minute && m.minute < s.Closes)
}

func (s Schedule) fromWeek() int64 {
	t, err := time.Parse(time.DateOnly, s.FromOn)
	if err != nil {
		return 0
	}
	return weekOf(t)
}

// OpenAny reports whether one of them is open at m.
func OpenAny(times []Schedule, m Moment) bool {
	for _, s := range times {
		if s.Open(m) {
			return true
		}
	}
	return false
}

// nights parts what closes after midnight into its evening and the early hours of the next day.
func nights(times []Schedule) []Schedule {
	var out []Schedule
	for _, s := range times {
		if s.Closes == 0 {
			s.Closes = MinutesPerDay
		}
		if s.Closes > s.Opens {
			out = append(out, s)
			continue
		}
		evening, morning := s, s
		evening.Closes = MinutesPerDay
		morning.Opens, morning.Days = 0, (s.Days<<1|s.Days>>6)&127
		out = append(out, evening, morning)
	}
	return out
}

// check notes what is wrong with a schedule, before nights parts it, under fields of the given prefix.
func (s Schedule) check(f *fault.Fields, prefix string) {
	if s.Days <= 0 || s.Days > 127 {
		f.Add(prefix+"days", "programme.days")
	}
	if s.Opens < 0 || s.Opens >= MinutesPerDay || s.Closes < 0 || s.Closes > MinutesPerDay || s.Closes == s.Opens {
		f.Add(prefix+"closes", "programme.hours")
	}
	if s.EveryWeeks < 1 || s.EveryWeeks > MaxWeeks {
		f.Add(prefix+"every", "form.too_big", "Max", int64(MaxWeeks))
	} else if s.EveryWeeks > 1 && s.FromOn == "" {
		f.Add(prefix+"from", "programme.from_needed")
	}
	for name, day := range map[string]string{"from": s.FromOn, "until": s.UntilOn} {
		if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
			f.Add(prefix+name, "form.date")
		}
	}
	if s.FromOn != "" && s.UntilOn != "" && s.UntilOn < s.FromOn {
		f.Add(prefix+"until", "programme.until_before")
	}
}
