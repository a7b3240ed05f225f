// Package config says what an operator can set, and reads it.
//
// Every setting is a field below; its comment and its help text are its documentation. A setting
// comes from, in this order, the first that names it: a flag (--base-url), the environment
// (MANYHANDS_BASE_URL), the file that --config names (base_url), the default. Defaults are safe: an
// installation with no settings at all listens on this machine alone and keeps everything in one
// folder.
//
// The package opens no database and starts nothing; it must know no business word.
package config

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// Config is everything that can be set. Commands that only open the database take Base alone.
type Config struct {
	Base   `embed:""`
	Server `embed:""`
}

// Base are the settings that every command shares.
type Base struct {
	// Data is a folder, which is made if missing and holds an embedded database, or the address of a
	// PostgreSQL database ("postgres://user@host/name", "host=... dbname=..."), which may name several
	// hosts: the one that takes writes is used. Empty: the folder DefaultData in the working folder;
	// for the demonstration, DemoData.
	Data string `env:"MANYHANDS_DATA" placeholder:"FOLDER|ADDRESS" group:"base" help:"Where everything is kept: a folder, or the address of a PostgreSQL database. Default: manyhands-data."`
	// Zone is the time zone whose days the network counts and whose clock its pages show.
	Zone string `env:"MANYHANDS_ZONE" default:"Asia/Shanghai" placeholder:"ZONE" group:"base" help:"Time zone of the network (IANA name)."`
	// Secret is 64 hexadecimal digits that key the hashes by which givers are told apart and the
	// signatures of callbacks. Set it in the environment or a file rather than as a flag, which other
	// users of the machine can read. When neither Secret nor SecretFile is given, a file named "secret" in the data
	// folder is used, and made if missing.
	Secret string `env:"MANYHANDS_SECRET" placeholder:"HEX" group:"base" help:"64 hexadecimal digits that key hashes and signatures. Better in the environment or a file."`
	// SecretFile is a file that holds Secret.
	SecretFile string `env:"MANYHANDS_SECRET_FILE" placeholder:"FILE" group:"base" help:"File with the secret. Default: 'secret' in the data folder, made if missing."`
	// MasterKey is the key of the vault, in which what is known of children and other sealed things lie: 64
	// hexadecimal digits, or what 'manyhands vault keygen' prints. Without MasterKey and MasterKeyFile the
	// file "master.key" in the data folder is used, and made when the vault is new; with PostgreSQL the
	// vault stays locked.
	MasterKey string `env:"MANYHANDS_MASTER_KEY" placeholder:"KEY" group:"base" help:"Master key of the vault. Better in the environment or a file."`
	// MasterKeyFile is a file that holds MasterKey. The program changes it when the key is rotated.
	MasterKeyFile string `env:"MANYHANDS_MASTER_KEY_FILE" placeholder:"FILE" group:"base" help:"File with the master key of the vault. Default: 'master.key' in the data folder, made if the vault is new."`
	// Log says how and from which level on log lines are written.
	Log Log `embed:"" prefix:"log-" group:"base"`
}

// The folders that are used when Data is empty. They differ so that made-up gifts never come to lie
// among real ones.
const (
	DefaultData = "manyhands-data"
	DemoData    = "manyhands-demo"
)

// Log are the settings of logging. Log lines go to standard error.
type Log struct {
	// Format is text, for people, or json, for programs that collect logs.
	Format string `env:"MANYHANDS_LOG_FORMAT" default:"text" enum:"text,json" help:"text or json."`
	// Level is the least important level that is written.
	Level string `env:"MANYHANDS_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error."`
}

// SlogLevel returns the level as package slog knows it; info for a level that does not exist.
func (l Log) SlogLevel() slog.Level {
	var v slog.Level
	if v.UnmarshalText([]byte(l.Level)) != nil {
		return slog.LevelInfo
	}
	return v
}

// Logger returns a logger that writes to w as the settings say.
func (l Log) Logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: l.SlogLevel()}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Server are the settings of a process that serves pages.
type Server struct {
	// Listen is the address and port on which pages are served. Leave it on this machine and put a
	// proxy that speaks https before it.
	Listen string `env:"MANYHANDS_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS:PORT" group:"server" help:"Where to serve pages."`
	// BaseURL is the address under which people reach the pages: links in mails begin with it. Empty:
	// http:// and Listen.
	BaseURL string `env:"MANYHANDS_BASE_URL" placeholder:"URL" group:"server" help:"Address under which people reach the pages, such as https://give.example.org."`
	// NetworkZH and NetworkEN are the network's name, on every page and in every mail.
	NetworkZH string `name:"network-zh" env:"MANYHANDS_NETWORK_ZH" default:"众手" placeholder:"NAME" group:"server" help:"The network's name in Chinese."`
	NetworkEN string `name:"network-en" env:"MANYHANDS_NETWORK_EN" default:"Manyhands" placeholder:"NAME" group:"server" help:"The network's name in English."`
	// Lang is the language of a visitor who states no preference.
	Lang string `env:"MANYHANDS_LANG" default:"zh" enum:"zh,en" group:"server" help:"Language for visitors who state none: zh or en."`
	// Sandbox offers a wallet that moves no money, to try things out. Never with real givers.
	Sandbox bool `env:"MANYHANDS_SANDBOX" default:"false" group:"server" help:"Offer a wallet that moves no money. Never with real givers."`
	// Filing has a charity's campaign open only with a public-fundraising certificate in force and a plan
	// that was filed ten days before, as Chinese law asks.
	Filing bool `env:"MANYHANDS_FILING" default:"true" negatable:"" group:"server" help:"A charity's campaign opens only with a certificate in force and a plan filed ten days before."`
	// TrustProxy takes the visitor's address from the last X-Forwarded-For. Only behind a proxy that
	// sets it; else anyone can pretend to be anyone to the limits on rates.
	TrustProxy bool `env:"MANYHANDS_TRUST_PROXY" default:"false" group:"server" help:"Take visitors' addresses from X-Forwarded-For. Only behind your own proxy."`
	// MetricsToken is what a collector must send as a bearer token to read /metrics. Empty: only
	// programs on this machine that ask directly, not through the proxy, may read it.
	MetricsToken string `env:"MANYHANDS_METRICS_TOKEN" placeholder:"TOKEN" group:"server" help:"Bearer token for /metrics; without it only this machine may read it."`
	// AloneAge is the age in years from which guardians may let a child go home alone.
	AloneAge int `env:"MANYHANDS_ALONE_AGE" default:"12" placeholder:"N" group:"server" help:"Age in years below which no child goes home alone, whatever guardians say."`
	// ScannerAddress is where a ClamAV daemon looks into every file before it is kept: "host:port" or
	// "unix:/path". With an address and no answer no file is taken. Empty: files are not scanned.
	ScannerAddress string `env:"MANYHANDS_SCANNER_ADDRESS" placeholder:"ADDRESS" group:"server" help:"ClamAV daemon that looks into uploads, such as 127.0.0.1:3310 or unix:/run/clamav/clamd.ctl. Without it they are not scanned."`
	// ShutdownSeconds is how long requests under way may take after the order to stop.
	ShutdownSeconds int `env:"MANYHANDS_SHUTDOWN_SECONDS" default:"20" placeholder:"N" group:"server" help:"Seconds that requests under way may take after the order to stop."`
	// SMTP is the mail server.
	SMTP SMTP `embed:"" prefix:"smtp-" group:"mail"`
	// SMS is how short messages leave.
	SMS SMS `embed:"" prefix:"sms-" group:"mail"`
	// OIDC is the network's own OpenID Connect provider.
	OIDC OIDC `embed:"" prefix:"oidc-" group:"oidc"`
	// Keep says how long things are kept that a safeguarding lead then destroys.
	Keep Keep `embed:"" prefix:"keep-" group:"keep"`
	// Limits bound what a process takes on at once.
	Limits Limits `embed:"" prefix:"limit-" group:"limits"`
}

// Shutdown is ShutdownSeconds as a duration.
func (s Server) Shutdown() time.Duration { return time.Duration(s.ShutdownSeconds) * time.Second }

// SMTP are the settings of the mail server. Without a Host mails are written to the log, which
// suits trying things out and nothing else: nobody can sign in by mail then.
type SMTP struct {
	Host string `env:"MANYHANDS_SMTP_HOST" placeholder:"HOST" help:"Mail server. Without it mails are only logged."`
	// Port is 0 for the usual port of Security.
	Port int `env:"MANYHANDS_SMTP_PORT" default:"0" placeholder:"N" help:"Its port; the usual one when 0."`
	// Security is starttls, tls, or none, which is for a mail server on the same machine.
	Security string `env:"MANYHANDS_SMTP_SECURITY" default:"starttls" enum:"starttls,tls,none" help:"starttls, tls or none."`
	User     string `env:"MANYHANDS_SMTP_USER" placeholder:"NAME" help:"Name to sign in with; empty for none."`
	// PasswordFile is a file whose first line is the password.
	PasswordFile string `env:"MANYHANDS_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"File whose first line is the password."`
	// From is the sender, an address or "Name <address>".
	From string `env:"MANYHANDS_SMTP_FROM" placeholder:"ADDRESS" help:"Sender, such as 'Give <give@example.org>'."`
}

// SMS are the settings of short messages. Without a URL they are only counted in the log, and nobody can
// sign in by telephone.
type SMS struct {
	// URL is where a program of yours takes messages as JSON and hands them to your provider.
	URL string `env:"MANYHANDS_SMS_URL" placeholder:"URL" help:"Program that takes short messages as JSON. Without it they are only logged."`
	// TokenFile is a file whose first line is sent to that program as a bearer token.
	TokenFile string `env:"MANYHANDS_SMS_TOKEN_FILE" placeholder:"FILE" help:"File whose first line is the bearer token for it."`
	// PerDay bounds what robots can cost: codes sent in 24 hours, over everybody.
	PerDay int `env:"MANYHANDS_SMS_PER_DAY" default:"500" placeholder:"N" help:"Codes by short message in 24 hours, over everybody."`
	// Countries are calling codes separated by commas, or *. Messages to some countries cost much, and
	// robots earn by having them sent.
	Countries string `env:"MANYHANDS_SMS_COUNTRIES" default:"86" placeholder:"CODES" help:"Calling codes to which codes are sent, such as 86,852; * for all."`
}

// CountryCodes returns Countries one by one.
func (s SMS) CountryCodes() []string {
	return strings.FieldsFunc(s.Countries, func(r rune) bool { return r == ',' || r == ' ' || r == '+' })
}

// OIDC are the settings of the network's own OpenID Connect provider. Without an Issuer it is not
// offered.
type OIDC struct {
	// Issuer is the provider's address as its discovery document says it, with https.
	Issuer   string `env:"MANYHANDS_OIDC_ISSUER" placeholder:"URL" help:"OpenID Connect provider, such as https://id.example.org. Without it, it is not offered."`
	ClientID string `name:"client-id" env:"MANYHANDS_OIDC_CLIENT_ID" placeholder:"ID" help:"Who this installation is there."`
	// SecretFile is a file whose first line is the client's secret; empty for a public client.
	SecretFile string `env:"MANYHANDS_OIDC_SECRET_FILE" placeholder:"FILE" help:"File whose first line is the client's secret."`
	// StrongACR are the values of the claim acr that stand for two proofs; AlwaysStrong says that the
	// provider asks everybody for two. Without either only the value mfa of amr counts.
	StrongACR    string `name:"strong-acr" env:"MANYHANDS_OIDC_STRONG_ACR" placeholder:"LIST" help:"Values of acr that stand for two proofs, with commas."`
	AlwaysStrong bool   `env:"MANYHANDS_OIDC_ALWAYS_STRONG" help:"The provider asks everybody for two proofs."`
	// SessionHours is for how many hours its word holds before it is asked again.
	SessionHours int `env:"MANYHANDS_OIDC_SESSION_HOURS" default:"12" placeholder:"N" help:"Hours for which its word holds."`
	// LabelZH and LabelEN are what people call it: "Sign in with ...".
	LabelZH string `name:"label-zh" env:"MANYHANDS_OIDC_LABEL_ZH" default:"统一登录" placeholder:"NAME" help:"What people call it in Chinese."`
	LabelEN string `name:"label-en" env:"MANYHANDS_OIDC_LABEL_EN" default:"the network's account" placeholder:"NAME" help:"What people call it in English."`
}

// StrongValues are the values of StrongACR.
func (o OIDC) StrongValues() []string {
	return strings.FieldsFunc(o.StrongACR, func(r rune) bool { return r == ',' || r == ' ' })
}

// Keep says for how many days things are kept before a safeguarding lead is asked to destroy them; 0 stands
// for the usual time, which package safeguard knows with its reason.
type Keep struct {
	RecordsDays      int `env:"MANYHANDS_KEEP_RECORDS_DAYS" default:"0" placeholder:"N" help:"Children's records, after the child has left; usually 1095."`
	ReportsDays      int `env:"MANYHANDS_KEEP_REPORTS_DAYS" default:"0" placeholder:"N" help:"Reports that a child may be harmed, after they were closed; usually 9131."`
	ChecksDays       int `env:"MANYHANDS_KEEP_CHECKS_DAYS" default:"0" placeholder:"N" help:"References of people's checks, after the last appointment; usually 2192."`
	ApplicationsDays int `env:"MANYHANDS_KEEP_APPLICATIONS_DAYS" default:"0" placeholder:"N" help:"Applications of organisations that were returned, after the last change; usually 730."`
	RequestsDays     int `env:"MANYHANDS_KEEP_REQUESTS_DAYS" default:"0" placeholder:"N" help:"What guardians asked for, after the answer; usually 1095."`
	EmergenciesDays  int `env:"MANYHANDS_KEEP_EMERGENCIES_DAYS" default:"0" placeholder:"N" help:"Reasons of emergencies, after the review; usually 1095."`
}

// Limits bound what a process takes on at once; over a limit it answers 503 or 413 instead of
// slowing down for everybody.
type Limits struct {
	Requests int `env:"MANYHANDS_LIMIT_REQUESTS" default:"512" placeholder:"N" help:"Requests at once."`
	Streams  int `env:"MANYHANDS_LIMIT_STREAMS" default:"2048" placeholder:"N" help:"Open live views at once."`
	Seconds  int `env:"MANYHANDS_LIMIT_SECONDS" default:"15" placeholder:"N" help:"Seconds that a request may take."`
	BodyKB   int `name:"body-kb" env:"MANYHANDS_LIMIT_BODY_KB" default:"1024" placeholder:"N" help:"Size of a request in KB, uploads apart."`
	Writes   int `env:"MANYHANDS_LIMIT_WRITES" default:"8192" placeholder:"N" help:"Writes that may wait."`
	Readers  int `env:"MANYHANDS_LIMIT_READERS" default:"0" placeholder:"N" help:"Reading connections; 0: two per core, at least 4."`
}
