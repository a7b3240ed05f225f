package programme

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
)

// Micro is how many units of a Position make a degree.
const Micro = 1_000_000

// Position is a point on earth in millionths of a degree (WGS 84), north and east positive.
type Position struct {
	Latitude  int64 // -90 to 90 degrees
	Longitude int64 // -180 to 180 degrees
}

// earthMetres is the mean radius of the earth (IUGG).
const earthMetres = 6_371_008.8

// ParsePosition reads "31.2304, 121.4737": latitude, then longitude, in degrees with at most nine
// decimals, full-width digits and commas too. Faults: Invalid "programme.position".
func ParsePosition(s string) (Position, error) {
	bad := fault.New(fault.Invalid, "programme.position")
	if len(s) > 100 {
		return Position{}, bad
	}
	parts := strings.FieldsFunc(norm.NFKC.String(s), func(r rune) bool { return strings.ContainsRune(",;、 \t°", r) })
	if len(parts) != 2 {
		return Position{}, bad
	}
	lat, ok := parseDegrees(parts[0], 90)
	lng, ok2 := parseDegrees(parts[1], 180)
	if !ok || !ok2 {
		return Position{}, bad
	}
	return Position{lat, lng}, nil
}

// parseDegrees reads a plain decimal number of degrees between -most and most.
func parseDegrees(s string, most int64) (int64, bool) {
	sign := int64(1)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = rest, -1
	}
	whole, part, dotted := strings.Cut(s, ".")
	if whole == "" || len(whole) > 3 || len(part) > 9 || dotted && part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	if err != nil || n > most*Micro {
		return 0, false
	}
	return sign * n, true
}

// String writes the position as ParsePosition reads it, with no more decimals than it needs.
func (p Position) String() string { return Degrees(p.Latitude) + "," + Degrees(p.Longitude) }

// Degrees writes millionths of a degree as a decimal number of degrees.
func Degrees(e6 int64) string { return strconv.FormatFloat(float64(e6)/Micro, 'f', -1, 64) }

// Rounded gives the position to the hundredth of a degree, about a kilometre: near enough to find what
// is near, and too coarse to say where somebody lives.
func (p Position) Rounded() Position { return Position{hundredth(p.Latitude), hundredth(p.Longitude)} }

func hundredth(e6 int64) int64 {
	const step = Micro / 100
	return int64(math.Round(float64(e6)/step)) * step
}

func (p Position) valid() bool {
	return p.Latitude >= -90*Micro && p.Latitude <= 90*Micro && p.Longitude >= -180*Micro && p.Longitude <= 180*Micro
}

func radians(e6 int64) float64 { return float64(e6) / Micro * math.Pi / 180 }

// Metres is the distance to another point along the great circle, by the haversine formula.
func (p Position) Metres(o Position) int64 {
	lat1, lat2 := radians(p.Latitude), radians(o.Latitude)
	a, b := math.Sin((lat2-lat1)/2), math.Sin(radians(o.Longitude-p.Longitude)/2)
	h := a*a + math.Cos(lat1)*math.Cos(lat2)*b*b
	return int64(math.Round(2 * earthMetres * math.Asin(math.Sqrt(min(h, 1)))))
}

// box is the least range of latitude, and of one or two ranges of longitude, that holds every point
// within some distance. The second range is empty unless the box crosses 180°.
type box struct {
	south, north           int64
	west, east             int64
	westBeyond, eastBeyond int64
}

func (p Position) around(metres int64) box {
	angle := float64(metres) / earthMetres
	reach := int64(math.Ceil(angle * 180 / math.Pi * Micro))
	b := box{south: p.Latitude - reach, north: p.Latitude + reach, west: -180 * Micro, east: 180 * Micro, westBeyond: 1, eastBeyond: 0}
	if b.south <= -90*Micro || b.north >= 90*Micro || angle >= math.Pi/2 {
		b.south, b.north = max(b.south, -90*Micro), min(b.north, 90*Micro)
		return b // a pole lies inside: every longitude does
	}
	wide := int64(math.Ceil(math.Asin(min(1, math.Sin(angle)/math.Cos(radians(p.Latitude)))) * 180 / math.Pi * Micro))
	b.west, b.east = p.Longitude-wide, p.Longitude+wide
	switch {
	case b.west < -180*Micro:
		b.westBeyond, b.eastBeyond, b.west = b.west+360*Micro, 180*Micro, -180*Micro
	case b.east > 180*Micro:
		b.westBeyond, b.eastBeyond, b.east = -180*Micro, b.east-360*Micro, 180*Micro
	}
	return b
}
