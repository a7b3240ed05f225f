package signin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/people/signin/internal/signindb"
)

// DeviceLife is how long a browser is remembered after it was last signed in from.
const DeviceLife = 365 * 24 * time.Hour

const mostDevices = 20 // remembered of one person

// Device says roughly what a browser is, as a person would: never its version, and nothing by which it
// could be told from another of its kind.
type Device struct {
	Browser string // "chrome", "wechat" ...; "other"
	System  string // "android", "iphone" ...; "other"
}

// String is how the database keeps it, "chrome/android".
func (d Device) String() string { return d.Browser + "/" + d.System }

func deviceOf(s string) Device {
	browser, system, _ := strings.Cut(s, "/")
	return Device{browser, system}
}

// named are marks in a User-Agent header, the more telling first: nearly all browsers call themselves
// Chrome and Safari too.
type named struct{ mark, name string }

var browsers = [...]named{{"micromessenger", "wechat"}, {"alipayclient", "alipay"}, {"huaweibrowser", "huawei"}, {"miuibrowser", "xiaomi"},
	{"heytapbrowser", "oppo"}, {"vivobrowser", "vivo"}, {"samsungbrowser", "samsung"}, {"ucbrowser", "uc"}, {"mqqbrowser", "qq"}, {"qqbrowser", "qq"},
	{"edg", "edge"}, {"firefox", "firefox"}, {"fxios", "firefox"}, {"crios", "chrome"}, {"chrome", "chrome"}, {"safari", "safari"}}

var systems = [...]named{{"openharmony", "harmony"}, {"harmonyos", "harmony"}, {"android", "android"}, {"iphone", "iphone"}, {"ipad", "ipad"},
	{"windows", "windows"}, {"cros", "chromeos"}, {"mac os", "mac"}, {"linux", "linux"}}

// ParseDevice reads a User-Agent header.
func ParseDevice(agent string) Device {
	agent = strings.ToLower(agent[:min(len(agent), 500)])
	find := func(list []named) string {
		for _, n := range list {
			if strings.Contains(agent, n.mark) {
				return n.name
			}
		}
		return "other"
	}
	return Device{find(browsers[:]), find(systems[:])}
}

// Devices lists every browser's and system's name, for texts.
func Devices() (names []string) {
	for _, list := range [][]named{browsers[:], systems[:], {{"", "other"}}} {
		for _, n := range list {
			names = append(names, n.name)
		}
	}
	return names
}

// knowDevice remembers the browser of a new session and returns the value of its cookie. When the person
// is known in others, and not in this one, they are told.
func (s *Service) knowDevice(ctx context.Context, tx *db.Tx, n Session, token string) (string, error) {
	hash, ok := tokenHash(token)
	if !ok {
		token, hash = newToken()
	}
	strong, known, err := s.device(ctx, tx, hash, n.PersonID)
	if err != nil {
		return "", err
	}
	if !known {
		if err := s.newDevice(ctx, tx, n); err != nil {
			return "", err
		}
	}
	err = s.q.PutDevice(ctx, tx, signindb.PutDeviceParams{TokenHash: hash, PersonID: n.PersonID, Strong: strong || n.Way.Family(), SeenAt: clock.Micros(n.Made)})
	if err != nil {
		return "", fmt.Errorf("signin: remember a device: %w", err)
	}
	return token, nil
}

// device reads what is known of a browser. strong: the person has proved more than a link in it.
func (s *Service) device(ctx context.Context, q db.Queryer, hash string, person int64) (strong, known bool, err error) {
	d, err := s.q.Device(ctx, q, signindb.DeviceParams{TokenHash: hash, PersonID: person})
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("signin: device: %w", err)
	}
	return d.Strong, true, nil
}

// newDevice tells a person of a browser in which they were never seen, unless it is their first, and
// makes room for it.
func (s *Service) newDevice(ctx context.Context, tx *db.Tx, n Session) error {
	seen, err := s.q.DevicesSeen(ctx, tx, n.PersonID)
	if err != nil {
		return fmt.Errorf("signin: devices: %w", err)
	}
	if len(seen) == 0 {
		return nil
	}
	if len(seen) >= mostDevices {
		err := s.q.TrimDevices(ctx, tx, signindb.TrimDevicesParams{PersonID: n.PersonID, Before: seen[mostDevices-2]})
		if err != nil {
			return fmt.Errorf("signin: forget old devices: %w", err)
		}
	}
	return s.tell(ctx, tx, n.PersonID, "device", n.Device)
}
