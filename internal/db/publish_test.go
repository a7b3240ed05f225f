package db_test

import (
	"os"
	"path/filepath"
	"testing"

	"manyhands/internal/db"
)

func TestPublishKeepsTheFirst(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "name")
	for _, text := range []string{"first", "second"} {
		if err := os.WriteFile(name+"-new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Publish(name+"-new", name); err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(name + "-new") // where it was renamed it is gone
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
	if err := db.Publish(name+"-none", name+"-other"); err == nil {
		t.Error("a file that is not there was published")
	}
}
