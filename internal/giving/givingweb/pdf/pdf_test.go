package pdf

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func letter() Letter {
	return Letter{Issuer: "灯塔公益网络", Title: "捐赠致谢函 / acknowledgement",
		Text:  strings.Repeat("感谢您为“冬日热饭”捐赠。您的善意会变成孩子们放学后的一顿热饭。", 4),
		Facts: [][2]string{{"捐赠金额", "¥123.45"}, {"大写", "人民币" + Capitals(12345)}, {"捐赠人", "喆镕堃昇玥㛃"}},
		Notes: []string{"本函不是捐赠票据。", "It is not a tax document."}, MadeAt: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
}

func TestRender(t *testing.T) {
	t.Parallel()
	b, err := letter().Render()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(b), "%PDF-") || len(b) > 200_000 {
		t.Fatalf("no small PDF: %d bytes", len(b))
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is not installed: run make deps")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"捐赠致谢函", "¥123.45", "壹佰贰拾叁元肆角伍分", "喆镕堃昇玥", "本函不是捐赠票据。", "It is not a tax document."} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"one two three", []string{"one", "two", "three"}},
		{"一二三四五六", []string{"一二三四五", "六"}},
		{"一二三四五。六", []string{"一二三四", "五。六"}},
		{"一二三四（五）", []string{"一二三四", "（五）"}},
		{"abcdefgh", []string{"abcde", "fgh"}},
		{"一 ab 二", []string{"一 ab", "二"}},
	} {
		got, err := lines(c.text, 5, runes)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q %v, want %q", c.text, got, err, c.want)
		}
	}
}

func runes(s string) (float64, error) { return float64(utf8.RuneCountInString(s)), nil }

func FuzzLines(f *testing.F) {
	f.Add("一二三四五。六 abc defgh")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		got, err := lines(text, 7, runes)
		if err != nil {
			t.Fatal(err)
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(got, "")) != squeeze(text) {
			t.Fatalf("%q lost or gained characters: %q", text, got)
		}
		for _, l := range got {
			if n, _ := runes(l); n > 7 {
				t.Fatalf("%q is too wide", l)
			}
		}
	})
}
