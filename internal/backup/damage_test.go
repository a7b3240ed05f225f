package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// TestDamage flips a bit at several places of every file, cuts it and removes it: each time the
// moment is refused, as what it is, and the database stays empty.
func TestDamage(t *testing.T) {
	t.Parallel()
	from, _ := dbtest.SQLite(t)
	fillSome(t, from)
	k := newTaker(t).withKey()
	k.take(from)
	to, _ := dbtest.SQLite(t)
	refused := func(what string, keys ...string) {
		t.Helper()
		e, ok := errors.AsType[*fault.Error](k.restore(to))
		if !ok || !slices.Contains(keys, e.Key) {
			t.Errorf("%s: %v, want %v", what, e, keys)
		}
		if _, err := k.verify(); err == nil {
			t.Errorf("%s: verified", what)
		}
	}
	for _, path := range files(t, k.folder) {
		if filepath.Base(path) == "lock" {
			continue
		}
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put := func(b []byte) {
			t.Helper()
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for n := 0; n < len(good); n += 1 + len(good)/4 {
			bad := slices.Clone(good)
			bad[n] ^= 0x10
			put(bad)
			refused("a bit flipped", "backup.damaged")
			put(good[:n])
			refused("cut short", "backup.damaged")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		refused("gone", "backup.missing", "backup.not_backup")
		put(good)
	}
	if got := content(t, to); len(got) != 0 {
		t.Errorf("refused backups left rows: %v", got)
	}
	if err := k.restore(to); err != nil {
		t.Errorf("mended: %v", err)
	}
}

// TestMends damages a chunk and looks that the next run writes it anew, for the moments before too.
func TestMends(t *testing.T) {
	t.Parallel()
	d, now := dbtest.SQLite(t)
	fillSome(t, d)
	k := newTaker(t).withKey()
	first := k.take(d)
	bad := filepath.Join(k.folder, pathOf(first.files()[0]))
	if err := os.Truncate(bad, 100); err != nil {
		t.Fatal(err)
	}
	now.Advance(time.Second)
	if s := k.take(d); s.Written != 1 {
		t.Errorf("%d chunks written", s.Written)
	}
	for _, moment := range []string{first.Moment, ""} {
		if _, err := Verify(t.Context(), k.folder, moment, k.key, nil); err != nil {
			t.Errorf("moment %q: %v", moment, err)
		}
	}
}

// TestListGuardsChunks damages a moment's list: a run says so and removes nothing.
func TestListGuardsChunks(t *testing.T) {
	t.Parallel()
	d, now := dbtest.SQLite(t)
	fillSome(t, d)
	k := newTaker(t).withKey()
	first := k.take(d)
	path := filepath.Join(k.folder, moments, first.Moment)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(good, []byte(first.files()[0]+"\n"), nil, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	exec(t, d, "DELETE FROM event")
	now.Advance(time.Second)
	if _, err := Take(t.Context(), d, k.folder, k.o); !errors.Is(err, fault.New(fault.Invalid, "backup.list", "Moment", first.Moment)) {
		t.Errorf("with a list that lacks a line: %v", err)
	}
	if _, err := k.verify(); err != nil {
		t.Errorf("the new moment: %v", err)
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), k.folder, first.Moment, k.key, nil); err != nil {
		t.Errorf("the first, mended: %v", err)
	}
}

func TestWrongKey(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	k := newTaker(t).withKey()
	k.take(d)
	k.key = newTaker(t).withKey().key
	if _, err := k.verify(); !errors.Is(err, errWrongKey) {
		t.Errorf("with another's key: %v", err)
	}
}

// TestTellsNothing looks for what people typed, and for the names of tables, in names and bytes.
func TestTellsNothing(t *testing.T) {
	t.Parallel()
	d, now := dbtest.SQLite(t)
	fillSome(t, d)
	exec(t, d, "INSERT INTO person (id, email, name, made_at) VALUES (1, 'somebody@example.org', 'Somebody', 1)")
	k := newTaker(t).withKey()
	first := k.take(d)
	for _, path := range files(t, k.folder) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"somebody", "organisation", "person", "event"} {
			if bytes.Contains(bytes.ToLower(b), []byte(word)) || strings.Contains(strings.TrimPrefix(path, k.folder), word) {
				t.Errorf("%s tells %q", path, word)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	// Under another key the same rows have other names: nobody can look whether a row is there.
	k.o.NameKey = bytes.Repeat([]byte{8}, 32)
	now.Advance(time.Second)
	second := k.take(d)
	for _, f := range second.files() {
		if slices.Contains(first.files(), f) || second.Reused != 0 {
			t.Errorf("the same name under two keys: %s", f)
		}
	}
	if len(first.files()) != len(second.files()) {
		t.Error("another number of chunks")
	}
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	const work, phrase = 10, "correct horse battery"
	d, _ := dbtest.SQLite(t)
	fillSome(t, d)
	k := newTaker(t)
	if _, err := PassphraseKey(k.folder, phrase); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a folder without a key: %v", err)
	}
	if err := os.MkdirAll(k.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if k.o.To, err = passphraseReaders(disk{dir: k.folder}, phrase, work); err != nil {
		t.Fatal(err)
	}
	k.take(d)
	if again, err := passphraseReaders(disk{dir: k.folder}, phrase, work); err != nil || again.names != k.o.To.names {
		t.Errorf("the second run: %v", err)
	}
	if _, err := passphraseReaders(disk{dir: k.folder}, "wrong horse battery", work); !errors.Is(err, errWrongKey) {
		t.Errorf("another passphrase: %v", err)
	}
	if k.key, err = PassphraseKey(k.folder, phrase); err != nil {
		t.Fatal(err)
	}
	if _, err := k.verify(); err != nil {
		t.Error(err)
	}
	if _, err := PassphraseKey(k.folder, "wrong horse battery"); !errors.Is(err, errWrongKey) {
		t.Errorf("reading with another passphrase: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if _, err := WriteKey(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info, err)
	}
	if _, err := WriteKey(path); !errors.Is(err, errExists) {
		t.Errorf("twice: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(path); !errors.Is(err, fault.New(fault.Invalid, "backup.key_open")) {
		t.Errorf("others can read it: %v", err)
	}
	if _, err := ReadersOf([]string{"age1nonsense"}); !errors.Is(err, fault.New(fault.Invalid, "backup.recipient", "Number", "1")) {
		t.Errorf("no public key: %v", err)
	}
	for name, text := range map[string]string{"phrase": "eleven char\n", "other": "# nothing\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadPassphrase(filepath.Join(dir, "phrase")); !errors.Is(err, fault.New(fault.Invalid, "backup.passphrase")) {
		t.Errorf("a short passphrase: %v", err)
	}
	if _, err := ReadKey(filepath.Join(dir, "other")); !errors.Is(err, errIdentity) {
		t.Errorf("no key inside: %v", err)
	}
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte(firstLine + "aa-bb\n" + keyPrefix + "aa-cc\n" + sumPrefix + "00\nrest"))
	f.Add([]byte(firstLine))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, rest, err := parseList("m", data)
		if err == nil && len(firstLine)+len(strings.Join(append(list.chunks, list.keys...), "\n"))+len(rest) > len(data) {
			t.Errorf("%d lines and %d bytes out of %d bytes", len(list.chunks)+len(list.keys), len(rest), len(data))
		}
	})
}
