// Package command is the program's command line: what a person can ask of it, in words worth
// reading, and how it answers.
//
// Each command lies in its own file, reads its arguments and calls one function of the package that
// does the work. Nothing is decided here that a web page would have to decide too. The package
// starts no server itself: Doors are handed in.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/alecthomas/kong"

	"manyhands/internal/access"
	"manyhands/internal/config"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Exit codes of the program.
const (
	ExitOK     = 0
	ExitFailed = 1 // a check found something, or the work could not be done
	ExitUsage  = 2 // the command line or a setting is not right
)

// Doors are the parts of the program that know all others; package app has them.
type Doors struct {
	Version    string
	Catalogues []fs.FS // texts of every package, beside this one's
	Serve      func(context.Context, config.Config) error
	Demo       func(context.Context, config.Config) error
	Bench      func(context.Context, Bench) error
	Explain    func(context.Context, config.Base, Question) (Answer, error)
}

// grammar is the whole command line.
type grammar struct {
	config.Base `embed:""`
	Config      kong.ConfigFlag `env:"MANYHANDS_CONFIG" placeholder:"FILE" group:"base" help:"TOML file with settings, named as the flags with underscores."`

	Serve   serveCmd   `cmd:"" help:"Serve the network's pages."`
	Demo    demoCmd    `cmd:"" help:"Make a sample network and serve it."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this program's schema."`
	Check   checkCmd   `cmd:"" help:"Prove the books: recompute every promise from the entries."`
	Follow  followCmd  `cmd:"" help:"Print all that is written down about one gift."`
	Import  importCmd  `cmd:"" help:"Take in programmes or gifts from a file."`
	Backup  backupCmd  `cmd:"" help:"Keep everything in an encrypted folder, while the house works."`
	Restore restoreCmd `cmd:"" help:"Read a backup into an empty database of either engine."`
	Vault   vaultCmd   `cmd:"" help:"Look after the master key of what is sealed."`
	Access  accessCmd  `cmd:"" help:"Explain who may do what, by which policy."`
	Appoint appointCmd `cmd:"" help:"Give a person a role; this is how the first administrator comes in."`
	Bench   benchCmd   `cmd:"" help:"Measure this machine with this program."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

const description = `Manyhands: the platform of a network of children's charities. Every gift in one book, and anyone can check what it became.

To look around:          manyhands demo
To run a network:        manyhands serve --base-url https://give.example.org
To let yourself in:      manyhands appoint you@example.org administrator --link
All about one command:   manyhands COMMAND --help`

// house is what a command works with.
type house struct {
	ctx      context.Context // in the language of whoever called
	base     config.Base
	doors    Doors
	out, err io.Writer
	figures  textfile // of the work under way
}

// say writes a sentence of the catalogue to standard output.
func (h *house) say(key string, args ...any) error {
	_, err := fmt.Fprintln(h.out, i18n.T(h.ctx, key, args...))
	return err
}

// errExit ends kong's own printing of help, which cannot return.
var errExit = errors.New("command: help was printed")

// Main runs the command that args (without the program's name) ask for, and returns the exit code.
func Main(ctx context.Context, doors Doors, args []string, stdout, stderr io.Writer) int {
	ctx, err := withLanguage(ctx, doors.Catalogues)
	if err != nil {
		fmt.Fprintln(stderr, "manyhands:", err)
		return ExitFailed
	}
	h := &house{ctx: ctx, doors: doors, out: stdout, err: stderr}
	var g grammar
	todo, err := parse(&g, args, stdout, stderr)
	switch {
	case errors.Is(err, errExit):
		return ExitOK
	case err != nil:
		complain(ctx, stderr, err)
		fmt.Fprintln(stderr, i18n.T(ctx, "command.see_help"))
		return ExitUsage
	}
	h.base = g.Base
	if h.base.Data == "" {
		h.base.Data = config.DefaultData
		if todo.Command() == "demo" {
			h.base.Data = config.DemoData
		}
	}
	if err := h.base.Check(); err != nil {
		complain(ctx, stderr, err)
		return ExitUsage
	}
	return code(ctx, stderr, todo.Run(h))
}

func parse(g *grammar, args []string, stdout, stderr io.Writer) (todo *kong.Context, err error) {
	roles := make([]string, 0, len(access.Roles()))
	for _, r := range access.Roles() {
		roles = append(roles, string(r))
	}
	k, err := kong.New(g, kong.Name("manyhands"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Configuration(config.FromTOML), kong.Vars{"roles": strings.Join(roles, ",")},
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110, NoExpandSubcommands: true, NoAppDescFormat: true, FlagsLast: true}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "base", Title: "Settings of every command:"}, {Key: "server", Title: "Settings of the server:"},
			{Key: "mail", Title: "Settings of mail and short messages:"},
			{Key: "oidc", Title: "Signing in with the network's own provider:"}, {Key: "keep", Title: "For how many days things are kept (0: as usual):"}, {Key: "limits", Title: "Limits:"},
		}),
		kong.Exit(func(int) { panic(errExit) }))
	if err != nil {
		return nil, fmt.Errorf("command: grammar: %w", err)
	}
	defer func() {
		if r := recover(); r == errExit {
			err = errExit
		} else if r != nil {
			panic(r)
		}
	}()
	return k.Parse(args)
}

// usage is an error of whoever wrote the command line or a setting.
type usage struct{ error }

// Unwrap returns the error within.
func (u usage) Unwrap() error { return u.error }

func code(ctx context.Context, stderr io.Writer, err error) int {
	if err == nil {
		return ExitOK
	}
	if !errors.Is(err, errTold) {
		complain(ctx, stderr, err)
	}
	if _, ok := errors.AsType[usage](err); ok {
		return ExitUsage
	}
	return ExitFailed
}

// errTold is the end of a command that has said on its own what is wrong.
var errTold = errors.New("command: failed")

// complain says what is wrong: a fault in the reader's language, anything else as it is, for this
// reader is the operator.
func complain(ctx context.Context, w io.Writer, err error) {
	if fields, ok := errors.AsType[fault.Fields](err); ok {
		for _, f := range fields {
			fmt.Fprintf(w, "manyhands: %s: %s\n", f.Name, i18n.Field(ctx, f))
		}
		return
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && i18n.Has(ctx, e.Key) {
		fmt.Fprintln(w, "manyhands:", i18n.Fault(ctx, err))
		return
	}
	fmt.Fprintln(w, "manyhands:", err)
}
