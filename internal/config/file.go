package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"manyhands/internal/fault"
)

// maxFile bounds a configuration file.
const maxFile = 1 << 20

// FromTOML reads a configuration file and returns it as a source of settings for kong. A setting is
// named as its flag with underscores (base_url); a table's name is its keys' beginning ([smtp] host
// is smtp-host). A setting in the environment comes before the file's.
//
// Faults: Fields that name each key which is no setting ("config.unknown") or holds a list or a date
// ("config.kind"); Invalid "config.toml" (Problem) for a file that is not TOML, "config.file_large".
func FromTOML(r io.Reader) (kong.Resolver, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("config: read file: %w", err)
	}
	if len(text) > maxFile {
		return nil, fault.New(fault.Invalid, "config.file_large")
	}
	var tree map[string]any
	if _, err := toml.Decode(string(text), &tree); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "config.toml", "Line", lineOf(err))
	}
	known, err := names()
	if err != nil {
		return nil, err
	}
	f := file{}
	var bad fault.Fields
	f.take("", tree, known, &bad)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

func lineOf(err error) string {
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		return strconv.Itoa(e.Position.Line)
	}
	return "?"
}

// names returns the flag names of all settings.
func names() ([]string, error) {
	k, err := kong.New(&Config{})
	if err != nil {
		return nil, fmt.Errorf("config: settings: %w", err)
	}
	var out []string
	for _, f := range k.Model.Flags {
		if f.Name != "help" {
			out = append(out, f.Name)
		}
	}
	return out, nil
}

// file holds what a configuration file sets, by flag name.
type file map[string]any

func (f file) take(prefix string, tree map[string]any, known []string, bad *fault.Fields) {
	for key, value := range tree {
		name := prefix + strings.ReplaceAll(key, "_", "-")
		switch v := value.(type) {
		case map[string]any:
			f.take(name+"-", v, known, bad)
		case string, int64, bool:
			if !slices.Contains(known, name) {
				bad.Add(name, "config.unknown")
			}
			f[name] = fmt.Sprint(v)
		default:
			bad.Add(name, "config.kind")
		}
	}
}

// Validate implements kong.Resolver; FromTOML has checked everything.
func (f file) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, e := range flag.Envs {
		if _, set := os.LookupEnv(e); set {
			return nil, nil // the environment goes before the file
		}
	}
	if v, ok := f[flag.Name]; ok {
		return v, nil
	}
	return nil, nil
}
