package child_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, child.Texts, "child.", "idnumber.")
	b := i18ntest.Bundle(t, child.Texts)
	var keys []string
	for _, s := range child.States() {
		keys = append(keys, "child.state."+string(s))
	}
	for _, g := range access.Groups() {
		keys = append(keys, "child.group."+string(g))
	}
	for _, k := range child.NumberKinds() {
		keys = append(keys, "child.number_kind."+string(k))
	}
	for _, r := range child.Relations() {
		keys = append(keys, "child.relation."+string(r))
	}
	for _, p := range child.Proofs() {
		keys = append(keys, "child.proof."+string(p))
	}
	for _, k := range child.NoteKinds() {
		keys = append(keys, "child.note_kind."+string(k))
	}
	for _, k := range child.RequestKinds() {
		keys = append(keys, "child.request_kind."+string(k))
	}
	for _, s := range []child.ReferralState{child.InProgress, child.Accepted, child.Done, child.Rejected, child.Revoked} {
		keys = append(keys, "child.referral."+string(s))
	}
	for _, k := range keys {
		if !b.Has(k) {
			t.Errorf("%s has no text", k)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for typed, wanted := range map[string]string{
		"李雷":            "李雷",
		" 李  雷 ":        "李 雷",
		"买买提•艾力":        "买买提·艾力",
		"买买提・艾力":        "买买提·艾力",
		"阿卜杜拉‧吐尔逊":      "阿卜杜拉·吐尔逊",
		"卓玛":            "卓玛",
		"丹":             "丹",
		"𠀀𪚥":            "𠀀𪚥",
		"\U00030000":    "\U00030000",
		"\U0002ebf0甲":   "\U0002ebf0甲",
		"\ue863":        "\ue863", // where old registers put what had no code
		"Zoe\u0308":     "Zoë",
		"O’Brien-Smith": "O’Brien-Smith",
		"བཀྲ་ཤིས":       "བཀྲ་ཤིས",
		"":              "",
		"·":             "!",
		"a\u202eb":      "!",
		"a\x00b":        "!",
		"<script>":      "!",
		"甲1":            "!",
		"\xff":          "!",
	} {
		got, err := child.PersonName("name", typed)
		if err != nil {
			got = "!"
		}
		want(t, typed, got, wanted)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for typed, wanted := range map[string]string{
		"13800000000": "13800000000", "138 0000 0000": "13800000000", "１３８００００００００": "13800000000",
		"+86 138-0000-0000": "13800000000", "0086 13800000000": "13800000000", "010-12345678": "01012345678", "(010)12345678": "01012345678",
		"+44 20 7946 0000": "+442079460000", "": "", "12345": "!", "1380000000a": "!", "1234567890123456": "!", "++8613800000000": "!",
	} {
		got, err := child.PhoneNumber("phone", typed)
		if err != nil {
			got = "!"
		}
		want(t, typed, got, wanted)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for typed, wanted := range map[string]string{
		"K-4711": "K-4711", "k4711": "K-4711", " k 4711 ": "K-4711", "Ｋ－４７１１": "K-4711", "4711": "K-4711", "K—114": "K-114",
		"": "", "K-": "", "K-11": "", "K-0114": "", "K-1x4": "", "KK-114": "", "K-1234567890": "", "K-11一": "",
	} {
		want(t, typed, child.ParseCode(typed), wanted)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return x.UTC()
	}
	for _, x := range []struct {
		birth, at string
		years     int
	}{
		{"2014-11-24", "2026-11-23 23:59", 11}, {"2014-11-24", "2026-11-24 00:00", 12},
		{"2016-02-29", "2027-02-28 12:00", 10}, {"2016-02-29", "2027-03-01 00:00", 11}, {"2016-02-29", "2028-02-29 00:00", 12},
	} {
		years, ok := child.Identity{Birth: x.birth}.Age(at(x.at), zone)
		want(t, x.birth+" at "+x.at, years, x.years)
		want(t, "known", ok, true)
	}
	_, ok := child.Identity{}.Age(at("2026-01-01 00:00"), zone)
	want(t, "without a birthday", ok, false)
}

func FuzzPersonName(f *testing.F) {
	for _, s := range []string{"买买提•艾力", "𠀀", "\ue863", "a\u202eb", "Zoe\u0308", "．．", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		s, err := child.PersonName("name", typed)
		if err != nil {
			return
		}
		again, err := child.PersonName("name", s)
		if err != nil || again != s || !utf8.ValidString(s) || strings.ContainsAny(s, "<>&\"\x00\n") {
			t.Fatalf("%q becomes %q, then %q, %v", typed, s, again, err)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("Ｋ－４７１１")
	f.Add("k 114")
	f.Fuzz(func(t *testing.T, typed string) {
		if s := child.ParseCode(typed); s != "" && child.ParseCode(s) != s {
			t.Fatalf("%q becomes %q, then %q", typed, s, child.ParseCode(s))
		}
	})
}

func FuzzPhoneNumber(f *testing.F) {
	f.Add("+86 138-0000-0000")
	f.Add("008613800000000")
	f.Fuzz(func(t *testing.T, typed string) {
		s, err := child.PhoneNumber("phone", typed)
		if err == nil && strings.Trim(s, "+0123456789") != "" {
			t.Fatalf("%q becomes %q", typed, s)
		}
	})
}
