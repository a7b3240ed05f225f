// Command manyhands is the whole platform in one program: it serves the pages, keeps the books and
// does the operator's work. This file only connects the parts, the signals and the exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"manyhands/internal/app"
	"manyhands/internal/bench"
	"manyhands/internal/command"
	"manyhands/internal/config"
)

// version is set when a release is built: go build -ldflags "-X main.version=v1.0.0".
var version string

// collectAt is how far the heap may grow, in percent of what is in use, before it is collected. What is
// in use is small, some tens of megabytes, so at Go's usual 100 a busy house collects all the time.
const collectAt = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	doors := command.Doors{Version: stamp(), Catalogues: app.Catalogues(),
		Serve:   func(ctx context.Context, c config.Config) error { return app.Serve(ctx, c, options(c)) },
		Demo:    func(ctx context.Context, c config.Config) error { return app.Demo(ctx, c, options(c), os.Stdout) },
		Explain: app.Explain,
		Bench:   func(ctx context.Context, b command.Bench) error { return bench.Run(ctx, bench.Options(b)) },
	}
	return command.Main(ctx, doors, os.Args[1:], os.Stdout, os.Stderr)
}

func options(c config.Config) app.Options {
	return app.Options{Version: stamp(), Log: c.Log.Logger(os.Stderr)}
}

// stamp is the release's version, or the commit that the program was built from.
func stamp() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	return commit + changed
}
