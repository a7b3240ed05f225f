package app_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// levelTwo is how many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. Within a section they
// are the first ones.
var levelTwo = map[string]int{
	"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
	"4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
	"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2,
	"10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4,
	"13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3,
	"16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}

// TestTheListOfSecurityIsWhole holds docs/asvs.md against the numbers of the standard, the tests and the
// other pages that it names.
func TestTheListOfSecurityIsWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| [^|]+ \| (yes|n/a|operator|open) \| [^|]+ \|$`)
	listed := map[string]int{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		listed[m[1]]++
	}
	all := 0
	for section, n := range levelTwo {
		for i := range n {
			all++
			if id := fmt.Sprintf("%s.%d", section, i+1); listed[id] != 1 {
				t.Errorf("%s stands there %d times, want once", id, listed[id])
			}
		}
	}
	if len(listed) != all {
		t.Errorf("%d lines for %d requirements", len(listed), all)
	}
	tests := namesOfTests(t)
	for _, name := range regexp.MustCompile(`\b(Test|Fuzz)[A-Z]\w+`).FindAllString(string(text), -1) {
		if !tests[name] {
			t.Errorf("there is no test %s", name)
		}
	}
	for _, page := range regexp.MustCompile(`docs/[a-z-]+\.md`).FindAllString(string(text), -1) {
		if _, err := os.Stat("../../" + page); err != nil {
			t.Error(err)
		}
	}
}

func namesOfTests(t *testing.T) map[string]bool {
	t.Helper()
	name, out := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`), map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range name.FindAllStringSubmatch(string(text), -1) {
			out[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
