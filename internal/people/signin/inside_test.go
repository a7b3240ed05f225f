package signin

import (
	"strings"
	"testing"
	"time"

	"manyhands/internal/i18n"
)

func TestNewPassword(t *testing.T) {
	t.Parallel()
	s := &Service{cfg: Config{BaseURL: "https://give.example.org", Network: i18n.Text{ZH: "春风公益网络", EN: "Spring Wind"}}}
	for typed, key := range map[string]string{
		"":                                     "form.required",
		"ninechars":                            "signin.password_short",
		"  十个汉字才够长吧 ":                          "",
		"正确的马电池订书钉":                            "signin.password_short",
		"1234567890":                           "signin.password_common",
		"１２３４５６７８９０":                           "signin.password_common",
		"IloveYou1314":                         "signin.password_common",
		"aaaaaaaaaaaa":                         "signin.password_common",
		"abababababab":                         "signin.password_common",
		"abcdefghijklm":                        "signin.password_common",
		"giver@example.org":                    "signin.password_named",
		"giver123456":                          "signin.password_named",
		"Manyhands2026!":                       "signin.password_named",
		"m4nyh4nds-m4nyh4nds":                  "signin.password_named",
		"众手众手众手众手2026":                         "signin.password_named",
		"春风公益网络 2026":                          "signin.password_named",
		"Spring Wind 2026":                     "signin.password_named",
		"wind1234567":                          "signin.password_named",
		"give.example.org":                     "signin.password_named",
		"many hands make light work":           "",
		"springwind is not a password":         "",
		"correct horse battery":                "",
		"with\x00control characters":           "form.encoding",
		"\xff\xfe is not text":                 "form.encoding",
		strings.Repeat("长", LongestPassword):   "signin.password_common",
		strings.Repeat("长短高", 66):              "signin.password_common",
		strings.Repeat("长短高低", 51):             "form.too_long",
		strings.Repeat("a b c d e f", 1) + "𠀀": "",
	} {
		_, err := newPassword(typed, append(s.names(), "giver@example.org", "giver")...)
		got := ""
		if f, ok := err.(interface{ Error() string }); ok && err != nil {
			got = f.Error()
		}
		if key == "" && err != nil || key != "" && !strings.HasSuffix(got, key) {
			t.Errorf("%q: %v, want %q", typed, err, key)
		}
	}
}

func FuzzPassword(f *testing.F) {
	for _, s := range []string{"", "four words in a row", "ｆｕｌｌ　width", "\xff", "𠀀𠀁", strings.Repeat("ﷺ", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := password(s)
		if !ok {
			return
		}
		if again, ok := password(a); !ok || again != a {
			t.Errorf("%q became %q and then %q, %v", s, a, again, ok)
		}
	})
}

func TestHashes(t *testing.T) {
	t.Parallel()
	h := newHasher()
	one, err := h.hash(t.Context(), "four words in a row")
	two, _ := h.hash(t.Context(), "four words in a row")
	if err != nil || one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s, %s, %v", one, two, err)
	}
	for _, x := range []struct {
		password, hash string
		want, bad      bool
	}{{"four words in a row", one, true, false}, {"Four words in a row", one, false, false}, {"", "", false, false},
		{"x", "$2a$10$abc", false, true}, {"x", "$argon2id$v=18$m=19456,t=2,p=1$YQ$YQ", false, true}, {"x", strings.TrimSuffix(one, "A") + "!", false, true}} {
		if got, err := h.matches(t.Context(), x.password, x.hash); got != x.want || (err != nil) != x.bad {
			t.Errorf("%q: %v, %v", x.password, got, err)
		}
	}
}

func FuzzRecoveryCode(f *testing.F) {
	for _, s := range []string{"", "abcd-efgh-jkmn-pqrs", "ＡＢＣＤ efgh jkmn pqrs", "123456"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if code, ok := recoveryCode(s); ok && len(code) != recoveryLetters {
			t.Errorf("%q became %q", s, code)
		}
	})
}

func TestDrawnCodesAreRead(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		code := drawCode()
		got, ok := recoveryCode(strings.ToUpper(code[:4] + "－" + code[4:8] + "-" + code[8:12] + " " + code[12:]))
		if !ok || got != code || seen[code] {
			t.Errorf("%q was read as %q, %v", code, got, ok)
		}
		seen[code] = true
	}
	if _, ok := recoveryCode("123456"); ok {
		t.Error("a code of the app was read as a recovery code")
	}
}

func FuzzCodeStep(f *testing.F) {
	f.Add("123456", int64(0))
	f.Add("１２３ ４５６", int64(1<<33))
	f.Fuzz(func(t *testing.T, typed string, unix int64) {
		now := time.Unix(unix%(1<<40), 0)
		if step, ok := codeStep([]byte("12345678901234567890"), typed, now); ok && (step < now.Unix()/30-1 || step > now.Unix()/30+1) {
			t.Errorf("%q: step %d at %d", typed, step, now.Unix())
		}
	})
}

// The vectors of RFC 6238, appendix B, in six digits.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	for unix, code := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"} {
		if step, ok := codeStep([]byte("12345678901234567890"), code, time.Unix(unix, 0)); !ok || step != unix/30 {
			t.Errorf("at %d: %v", unix, ok)
		}
	}
}

func TestParseDevice(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "other/other",
		"Mozilla/5.0 (Linux; Android 13; V2203A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 XWEB/1 MMWEBSDK/2 MicroMessenger/8.0": "wechat/android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0":                                         "edge/windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.1 Mobile Safari/604.1":                                     "safari/iphone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0":                                                                              "firefox/mac",
		"<script>alert(1)</script>" + strings.Repeat("x", 100_000):                                                                                                          "other/other",
	} {
		d := ParseDevice(agent)
		if d.String() != want || deviceOf(d.String()) != d {
			t.Errorf("%.40q is %s, want %s", agent, d, want)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	token, hash := newToken()
	if got, ok := tokenHash(token); !ok || got != hash || strings.Contains(hash, token) {
		t.Errorf("%q, %q, %v", hash, got, ok)
	}
	for _, s := range []string{"", token + "\n", token[:42], strings.Repeat("A", 42) + "B", strings.Repeat("é", 43)} {
		if _, ok := tokenHash(s); ok {
			t.Errorf("%q passed", s)
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	b := bucket{free: 5, cap: time.Hour}
	for failures, want := range map[int64]time.Duration{1: 0, 5: 0, 6: 15 * time.Second, 7: 30 * time.Second, 13: 32 * time.Minute, 14: time.Hour, 1 << 40: time.Hour} {
		if got := b.wait(failures); got != want {
			t.Errorf("after %d: %s, want %s", failures, got, want)
		}
	}
}

// BenchmarkHash says what a guess costs us, and whoever has stolen the table.
func BenchmarkHash(b *testing.B) {
	h := newHasher()
	for b.Loop() {
		if _, err := h.hash(b.Context(), "four words in a row"); err != nil {
			b.Fatal(err)
		}
	}
}

// An installation whose address can have no passkeys starts all the same.
func TestAddressesWithPasskeys(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]bool{"https://Give.Example.org": true, "http://localhost:8080": true, "http://127.0.0.1:8080": false,
		"http://[::1]:8080": false, "https://xn--fsqu00a.xn--fiqs8s": true} {
		s, err := New(Config{BaseURL: base})
		if err != nil || s.Passkeys() != want {
			t.Errorf("%s: %v, want %v", base, err, want)
		}
	}
	for _, base := range []string{"http://intranet:8080", "https://例子.中国", "https://a_b.example.org"} {
		if _, err := New(Config{BaseURL: base}); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	if _, err := New(Config{BaseURL: "give.example.org"}); err == nil {
		t.Error("no host, and no error")
	}
}

func TestDrawnFamilyCodes(t *testing.T) {
	t.Parallel()
	s := &Service{cfg: Config{Secret: []byte("secret")}}
	for range 300 {
		code, seal := s.DrawFamily(Session{ID: 7})
		if len(code) != FamilyDrawn || easyFamily(code) || seal == s.familySeal(Session{ID: 8}, code) {
			t.Errorf("drew %q", code)
		}
	}
	for wrong, want := range map[int64]time.Duration{1: 0, 5: 0, 6: time.Minute, 7: 2 * time.Minute, 16: 1024 * time.Minute, 17: familyMost, 1 << 40: familyMost} {
		if got := familyWaits(wrong); got != want {
			t.Errorf("after %d: %s, want %s", wrong, got, want)
		}
	}
}

func FuzzDigits(f *testing.F) {
	for _, s := range []string{"", "482 915", "４８２９１５", "٤٨٢٩١٥", "48-29-15", "\xff", strings.Repeat("1", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := digits(typed)
		if ok && (code == "" || len(code) > familyLongest || strings.Trim(code, "0123456789") != "") {
			t.Errorf("%q was read as %q", typed, code)
		}
		if again, ok2 := digits(code); ok && (!ok2 || again != code) {
			t.Errorf("%q became %q and then %q", typed, code, again)
		}
		easyFamily(code)
	})
}
