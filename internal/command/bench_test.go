package command

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestBenchIsToldEverything(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	json, svg := filepath.Join(folder, "a.json"), filepath.Join(folder, "a.svg")
	var got Bench
	doors := Doors{Bench: func(_ context.Context, b Bench) error {
		got = b
		for w, text := range map[io.Writer]string{b.JSON: "figures", b.SVG: "picture"} {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	}}
	code, text := run(t, doors, "bench", "giving-day", "--engine=postgres", "--target=/t", "--keep=/k", "--size=7", "--seconds=8", "--rate=9", "--shards=10",
		"--json="+json, "--svg="+svg)
	if code != ExitOK {
		t.Fatalf("%d %s", code, text)
	}
	if got.Suite != "giving-day" || got.Engine != "postgres" || got.Target != "/t" || got.Keep != "/k" || got.Size != 7 || got.Seconds != 8 || got.Rate != 9 || got.Shards != 10 {
		t.Errorf("bench was given %+v", got)
	}
	for file, want := range map[string]string{json: "figures", svg: "picture"} {
		if b, err := os.ReadFile(file); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", file, b, err)
		}
	}
	for _, args := range [][]string{{"bench", "sofa"}, {"bench", "ledger", "--engine=papyrus"}} {
		if code, _ := run(t, doors, args...); code != ExitUsage {
			t.Errorf("%v: %d", args, code)
		}
	}
}
