package config

import (
	"embed"
	"encoding/hex"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none

	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Texts holds the catalogue of what can be wrong with a setting.
//
//go:embed text/*.toml
var Texts embed.FS

// Check returns what is wrong as fault.Fields, each named by its setting, or nil.
func (c Config) Check() error {
	var bad fault.Fields
	c.Base.check(&bad)
	if c.Secret == "" && c.SecretFile == "" && db.IsPostgres(c.Data) {
		bad.Add("secret", "config.secret_needed")
	}
	c.Server.check(&bad)
	return bad.Err()
}

// Check is Config.Check for commands that serve nothing.
func (b Base) Check() error {
	var bad fault.Fields
	b.check(&bad)
	return bad.Err()
}

func (b Base) check(bad *fault.Fields) {
	if strings.TrimSpace(b.Data) == "" {
		bad.Add("data", "config.data")
	}
	if b.Zone == "" {
		bad.Add("zone", "config.zone")
	} else if _, err := time.LoadLocation(b.Zone); err != nil {
		bad.Add("zone", "config.zone")
	}
	if b.Secret != "" && !isSecret(b.Secret) {
		bad.Add("secret", "config.secret")
	}
}

func (s Server) check(bad *fault.Fields) {
	if _, port, err := net.SplitHostPort(s.Listen); err != nil || !isPort(port) {
		bad.Add("listen", "config.listen")
	}
	if s.BaseURL != "" && !isOrigin(s.BaseURL) {
		bad.Add("base-url", "config.base_url")
	}
	if s.ShutdownSeconds < 1 || s.ShutdownSeconds > 600 {
		bad.Add("shutdown-seconds", "config.range", "Least", "1", "Most", "600")
	}
	if s.AloneAge < 6 || s.AloneAge > 18 {
		bad.Add("alone-age", "config.range", "Least", "6", "Most", "18")
	}
	if s.ScannerAddress != "" && !isScanner(s.ScannerAddress) {
		bad.Add("scanner-address", "config.scanner")
	}
	if s.MetricsToken != "" && len(s.MetricsToken) < 16 {
		bad.Add("metrics-token", "config.metrics_token")
	}
	s.SMTP.check(bad)
	s.SMS.check(bad)
	s.OIDC.check(bad)
	s.Limits.check(bad)
	s.Keep.check(bad)
}

// longestKept is a hundred years.
const longestKept = 36525

func (k Keep) check(bad *fault.Fields) {
	for _, x := range []struct {
		name string
		days int
	}{
		{"keep-records-days", k.RecordsDays}, {"keep-reports-days", k.ReportsDays}, {"keep-checks-days", k.ChecksDays},
		{"keep-applications-days", k.ApplicationsDays}, {"keep-requests-days", k.RequestsDays}, {"keep-emergencies-days", k.EmergenciesDays},
	} {
		if x.days < 0 || x.days > longestKept {
			bad.Add(x.name, "config.range", "Least", "0", "Most", strconv.Itoa(longestKept))
		}
	}
}

func (m SMTP) check(bad *fault.Fields) {
	if m.Port < 0 || m.Port > 65535 {
		bad.Add("smtp-port", "config.range", "Least", "0", "Most", "65535")
	}
	if m.Host == "" {
		return
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		bad.Add("smtp-from", "config.smtp_from")
	}
	if m.User != "" && m.PasswordFile == "" {
		bad.Add("smtp-password-file", "config.smtp_password")
	}
}

func (s SMS) check(bad *fault.Fields) {
	if s.URL != "" && !isAddress(s.URL) {
		bad.Add("sms-url", "config.address")
	}
	if s.PerDay < 1 || s.PerDay > 1_000_000 {
		bad.Add("sms-per-day", "config.range", "Least", "1", "Most", "1000000")
	}
	for _, code := range s.CountryCodes() {
		if n, err := strconv.Atoi(code); code != "*" && (err != nil || n < 1 || n > 999) {
			bad.Add("sms-countries", "config.sms_countries")
			return
		}
	}
}

func (o OIDC) check(bad *fault.Fields) {
	if o.Issuer == "" {
		return
	}
	if o.SessionHours < 1 || o.SessionHours > 168 {
		bad.Add("oidc-session-hours", "config.range", "Least", "1", "Most", "168")
	}
	if !isAddress(o.Issuer) {
		bad.Add("oidc-issuer", "config.address")
	}
	if o.ClientID == "" {
		bad.Add("oidc-client-id", "config.oidc_client")
	}
}

// isAddress reports whether s is an https address, or an http one on this machine.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func (l Limits) check(bad *fault.Fields) {
	for _, x := range []struct {
		name              string
		value, least, max int
	}{
		{"limit-requests", l.Requests, 1, 1 << 20}, {"limit-streams", l.Streams, 1, 1 << 20},
		{"limit-seconds", l.Seconds, 1, 600}, {"limit-body-kb", l.BodyKB, 16, 64 << 10},
		{"limit-writes", l.Writes, 1, 1 << 20}, {"limit-readers", l.Readers, 0, 1000},
	} {
		if x.value < x.least || x.value > x.max {
			bad.Add(x.name, "config.range", "Least", strconv.Itoa(x.least), "Most", strconv.Itoa(x.max))
		}
	}
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

// isOrigin reports whether s is http or https, a host, and nothing after it but perhaps a slash.
func isOrigin(s string) bool {
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func isSecret(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == SecretBytes
}

// Origin is BaseURL without a slash at its end; where it is not set, http:// and Listen.
func (s Server) Origin() string {
	if s.BaseURL != "" {
		return strings.TrimSuffix(s.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return "http://" + s.Listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Location returns the network's time zone. Faults: Invalid "config.zone".
func (b Base) Location() (*time.Location, error) {
	l, err := time.LoadLocation(b.Zone)
	if err != nil || b.Zone == "" {
		return nil, fault.New(fault.Invalid, "config.zone")
	}
	return l, nil
}

// isScanner reports whether s is "host:port" or "unix:/path".
func isScanner(s string) bool {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		return strings.HasPrefix(path, "/")
	}
	host, port, err := net.SplitHostPort(s)
	return err == nil && host != "" && isPort(port)
}
