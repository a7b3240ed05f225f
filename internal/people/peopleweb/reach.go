package peopleweb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"manyhands/internal/i18n"
	"manyhands/internal/people/reach"
	"manyhands/internal/ui"
)

// clockTime writes minutes after midnight: "18:30".
func clockTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutesOf reads "18:30"; "24:00" is the end of the day. false for anything else.
func minutesOf(s string) (int, bool) {
	if s == "24:00" {
		return reach.Day, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// hoursDay names the weekday or the day of some hours.
func hoursDay(ctx context.Context, h reach.Hours) string {
	if h.Weekday > 0 {
		return i18n.T(ctx, "people.hours.day."+strconv.Itoa(h.Weekday))
	}
	day, err := time.ParseInLocation(time.DateOnly, h.Day, i18n.ZoneOf(ctx))
	if err != nil {
		return h.Day
	}
	return i18n.Date(ctx, day)
}

func weekdayOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{}
	for d := 1; d <= 7; d++ {
		out = append(out, ui.Option{Value: strconv.Itoa(d), Label: i18n.T(ctx, "people.hours.day."+strconv.Itoa(d))})
	}
	return append(out, ui.Option{Value: "0", Label: i18n.T(ctx, "people.hours.one_day")})
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range reach.Kinds() {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "people.reach.kind."+string(k))})
	}
	return out
}
