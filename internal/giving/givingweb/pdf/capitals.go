package pdf

const capitalDigits = "零壹贰叁肆伍陆柒捌玖"

// Capitals writes fen as an amount of yuan in the capital figures of Chinese financial documents:
// 12345 is 壹佰贰拾叁元肆角伍分, 10000 is 壹佰元整. Source: 《正确填写票据和结算凭证的基本规定》
// (annex to 《支付结算办法》, 1997), articles 1 and 2.
func Capitals(fen int64) string {
	if fen < 0 {
		return "负" + capitals(uint64(-(fen+1))+1)
	}
	return capitals(uint64(fen))
}

func capitals(fen uint64) string {
	yuan, jiao, rest := fen/100, fen/10%10, fen%10
	s := ""
	if yuan > 0 || fen == 0 {
		s = count(yuan) + "元"
	}
	if jiao > 0 {
		s += digit(jiao) + "角"
	} else if rest > 0 && yuan > 0 {
		s += "零"
	}
	if rest > 0 {
		return s + digit(rest) + "分"
	}
	return s + "整"
}

func digit(d uint64) string { return string([]rune(capitalDigits)[d]) }

// count writes a whole number; a gap of places between two figures is one 零.
func count(n uint64) string {
	for _, p := range []struct {
		worth uint64
		name  string
	}{{1e8, "亿"}, {1e4, "万"}, {1e3, "仟"}, {1e2, "佰"}, {1e1, "拾"}} {
		if n < p.worth {
			continue
		}
		head, rest := count(n/p.worth)+p.name, n%p.worth
		switch {
		case rest == 0:
			return head
		case rest < p.worth/10:
			return head + "零" + count(rest)
		}
		return head + count(rest)
	}
	return digit(n)
}
