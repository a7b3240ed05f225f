package pdf

import (
	"strings"
	"testing"
)

func TestCapitals(t *testing.T) {
	t.Parallel()
	for fen, want := range map[int64]string{
		0:                 "零元整",
		5:                 "伍分",
		50:                "伍角整",
		55:                "伍角伍分",
		100:               "壹元整",
		105:               "壹元零伍分",
		1000:              "壹拾元整",
		12345:             "壹佰贰拾叁元肆角伍分",
		10005_00:          "壹万零伍元整",
		10500_00:          "壹万零伍佰元整",
		105000_00:         "壹拾万伍仟元整",
		1001_10:           "壹仟零壹元壹角整",
		100000000_00:      "壹亿元整",
		100000001_00:      "壹亿零壹元整",
		1_0000_0000_00_00: "壹佰亿元整",
		1000000000_00:     "壹拾亿元整",
		-12345:            "负壹佰贰拾叁元肆角伍分",
	} {
		if got := Capitals(fen); got != want {
			t.Errorf("Capitals(%d) = %s, want %s", fen, got, want)
		}
	}
}

// readCapitals is the way back, written on its own so that the two can disagree.
func readCapitals(s string) (fen int64) {
	s, negative := strings.CutPrefix(s, "负")
	whole, small, hasYuan := strings.Cut(s, "元")
	if !hasYuan {
		whole, small = "", s
	}
	fen = readCount([]rune(whole)) * 100
	last := int64(0)
	for _, r := range small {
		switch r {
		case '角':
			fen += last * 10
		case '分':
			fen += last
		default:
			last = int64(strings.Index(capitalDigits, string(r)) / 3)
		}
	}
	if negative {
		return -fen
	}
	return fen
}

func readCount(s []rune) int64 {
	for _, p := range []struct {
		name  rune
		worth int64
	}{{'亿', 1e8}, {'万', 1e4}} {
		for i := len(s) - 1; i >= 0; i-- {
			if s[i] == p.name {
				return readCount(s[:i])*p.worth + readCount(s[i+1:])
			}
		}
	}
	var sum, last int64
	for _, r := range s {
		switch r {
		case '仟':
			sum += last * 1000
		case '佰':
			sum += last * 100
		case '拾':
			sum += last * 10
		default:
			last = int64(strings.Index(capitalDigits, string(r)) / 3)
			continue
		}
		last = 0
	}
	return sum + last
}

func FuzzCapitals(f *testing.F) {
	for _, n := range []int64{0, 1, 10, 105, 12345, 1_000_005_00, 99_999_999_999, -7} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		n %= 1_0000_0000_0000_00 // a million million yuan: further figures have no settled form
		s := Capitals(n)
		if got := readCapitals(s); got != n {
			t.Fatalf("%d is written %s, which reads %d", n, s, got)
		}
		if strings.Contains(s, "零零") {
			t.Fatalf("%d: %s", n, s)
		}
	})
}
