package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/kong"

	"manyhands/internal/fault"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, Texts, "config.")
}

// parse reads settings as the program does.
func parse(t *testing.T, file string, args ...string) (Config, error) {
	t.Helper()
	var c Config
	r, err := FromTOML(strings.NewReader(file))
	if err != nil {
		return c, err
	}
	k, err := kong.New(&c, kong.Resolvers(r), kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Parse(args)
	return c, err
}

func TestDefaultsAreSafe(t *testing.T) {
	t.Parallel()
	c, err := parse(t, "")
	if err != nil {
		t.Fatal(err)
	}
	c.Data = DefaultData
	if err := c.Check(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if c.Listen != "127.0.0.1:8080" || c.Sandbox || c.TrustProxy {
		t.Errorf("defaults are not safe: %+v", c)
	}
	if got := c.Origin(); got != "http://127.0.0.1:8080" {
		t.Errorf("origin %q", got)
	}
}

func TestEverySettingIsInTheManual(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := names()
	if err != nil || len(all) < 20 {
		t.Fatalf("%d settings, %v", len(all), err)
	}
	for _, name := range all {
		if !bytes.Contains(manual, []byte("`"+strings.ReplaceAll(name, "-", "_")+"`")) {
			t.Errorf("docs/operations.md does not explain %s", name)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Setenv("MANYHANDS_LISTEN", "127.0.0.1:2")
	t.Setenv("MANYHANDS_ZONE", "Asia/Urumqi")
	file := "listen = \"127.0.0.1:3\"\nzone = \"UTC\"\nsandbox = true\n[smtp]\nhost = \"mail.example.org\"\nport = 2525\nfrom = \"a@example.org\"\n"
	c, err := parse(t, file, "--listen", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:1" {
		t.Errorf("a flag goes first, got %q", c.Listen)
	}
	if c.Zone != "Asia/Urumqi" {
		t.Errorf("the environment goes before the file, got %q", c.Zone)
	}
	if !c.Sandbox || c.SMTP.Host != "mail.example.org" || c.SMTP.Port != 2525 {
		t.Errorf("the file goes before the default, got %+v", c.SMTP)
	}
	if c.SMTP.Security != "starttls" {
		t.Errorf("the default goes last, got %q", c.SMTP.Security)
	}
}

func TestFileFaults(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ file, name, key string }{
		{"lisen = \"x\"", "lisen", "config.unknown"},
		{"help = true", "help", "config.unknown"},
		{"[smtp]\nhots = \"x\"", "smtp-hots", "config.unknown"},
		{"listen = [\"a\"]", "listen", "config.kind"},
		{"listen = 1979-05-27", "listen", "config.kind"},
		{"listen = 1.5", "listen", "config.kind"},
	} {
		_, err := FromTOML(strings.NewReader(x.file))
		f, _ := errors.AsType[fault.Fields](err)
		if got, ok := f.Get(x.name); !ok || got.Key != x.key {
			t.Errorf("%q: %v, want %s: %s", x.file, err, x.name, x.key)
		}
	}
	_, err := FromTOML(strings.NewReader("zone = \"UTC\"\nlisten = oops"))
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != "config.toml" || e.Args["Line"] != "2" {
		t.Errorf("broken TOML: %v", err)
	}
	if _, err := FromTOML(bytes.NewReader(make([]byte, maxFile+1))); !errors.Is(err, fault.New(fault.Invalid, "config.file_large")) {
		t.Errorf("large file: %v", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name string
		set  func(*Config)
	}{
		{"data", func(c *Config) { c.Data = " " }},
		{"zone", func(c *Config) { c.Zone = "Asia/Shangai" }},
		{"zone", func(c *Config) { c.Zone = "" }},
		{"secret", func(c *Config) { c.Secret = "abc" }},
		{"secret", func(c *Config) { c.Data = "postgres://db/give" }},
		{"listen", func(c *Config) { c.Listen = "8080" }},
		{"listen", func(c *Config) { c.Listen = ":http8" }},
		{"base-url", func(c *Config) { c.BaseURL = "give.example.org" }},
		{"base-url", func(c *Config) { c.BaseURL = "https://give.example.org/path" }},
		{"shutdown-seconds", func(c *Config) { c.ShutdownSeconds = 0 }},
		{"metrics-token", func(c *Config) { c.MetricsToken = "short" }},
		{"smtp-from", func(c *Config) { c.SMTP.Host = "mail.example.org" }},
		{"smtp-port", func(c *Config) { c.SMTP.Port = 70000 }},
		{"smtp-password-file", func(c *Config) { c.SMTP.Host, c.SMTP.From, c.SMTP.User = "h", "a@b.org", "u" }},
		{"sms-url", func(c *Config) { c.SMS.URL = "http://sms.example.org" }},
		{"sms-per-day", func(c *Config) { c.SMS.PerDay = 0 }},
		{"keep-reports-days", func(c *Config) { c.Keep.ReportsDays = -1 }},
		{"keep-checks-days", func(c *Config) { c.Keep.ChecksDays = 40_000 }},
		{"sms-countries", func(c *Config) { c.SMS.Countries = "86,China" }},
		{"oidc-issuer", func(c *Config) { c.OIDC.Issuer, c.OIDC.ClientID = "http://id.example.org", "x" }},
		{"oidc-session-hours", func(c *Config) {
			c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.SessionHours = "https://id.example.org", "x", 169
		}},
		{"oidc-client-id", func(c *Config) { c.OIDC.Issuer = "https://id.example.org" }},
		{"limit-requests", func(c *Config) { c.Limits.Requests = 0 }},
	} {
		c, err := parse(t, "")
		if err != nil {
			t.Fatal(err)
		}
		c.Data = DefaultData
		x.set(&c)
		f, _ := errors.AsType[fault.Fields](c.Check())
		if _, ok := f.Get(x.name); !ok || len(f) != 1 {
			t.Errorf("want one thing wrong, with %s: %v", x.name, f)
		}
	}
}

func TestSecretIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := Base{Data: filepath.Join(t.TempDir(), "new")}
	got := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			s, err := b.LoadSecret()
			if err != nil {
				t.Error(err)
			}
			got[i] = s
		})
	}
	wg.Wait()
	for _, s := range got {
		if len(s) != SecretBytes || !bytes.Equal(s, got[0]) {
			t.Fatalf("secrets differ: %x, %x", s, got[0])
		}
	}
	files, _ := os.ReadDir(b.Data)
	if info, err := os.Stat(filepath.Join(b.Data, "secret")); err != nil || info.Mode().Perm() != 0o600 || len(files) != 1 {
		t.Errorf("secret file: %v, %v, %d files", info, err, len(files))
	}
}

func TestSecretFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open, short := filepath.Join(dir, "open"), filepath.Join(dir, "short")
	if err := errors.Join(os.WriteFile(open, []byte(strings.Repeat("ab", 32)), 0o644), os.WriteFile(short, []byte("ab"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		b   Base
		key string
	}{
		{Base{Data: "postgres://db/give"}, "config.secret_needed"},
		{Base{Data: dir, SecretFile: open}, "config.secret_open"},
		{Base{Data: dir, SecretFile: short}, "config.secret"},
		{Base{Data: dir, Secret: "zz"}, "config.secret"},
	} {
		if _, err := x.b.LoadSecret(); !errors.Is(err, fault.New(fault.Invalid, x.key)) {
			t.Errorf("%+v: %v, want %s", x.b, err, x.key)
		}
	}
	if _, err := (Base{Data: dir, SecretFile: filepath.Join(dir, "none")}).LoadSecret(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		log  Log
		want string
	}{
		{Log{Format: "json", Level: "info"}, `"msg":"b"`},
		{Log{Format: "text", Level: "warn"}, ""},
		{Log{}, "msg=b"},
	} {
		var b bytes.Buffer
		l := x.log.Logger(&b)
		l.Debug("a")
		l.Info("b")
		if got := b.String(); !strings.Contains(got, x.want) || (got == "") != (x.want == "") || strings.Contains(got, "a\"") {
			t.Errorf("%+v wrote %q", x.log, got)
		}
	}
}

func FuzzFromTOML(f *testing.F) {
	f.Add("listen = \"127.0.0.1:3\"\n[smtp]\nhost = \"x\"")
	f.Add("a.b.c = 1\n[[x]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := FromTOML(strings.NewReader(text))
		if (r == nil) == (err == nil) {
			t.Errorf("resolver %v, error %v", r, err)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("not a fault: %v", err)
		}
	})
}
