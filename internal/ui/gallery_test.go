package ui_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/ui"
)

// The gallery shows every part. With -gallery=DIR the test writes it there, with the static files,
// to be looked at in a browser.
var galleryDir = flag.String("gallery", "", "folder to write the gallery to")

func seq(cs ...templ.Component) templ.Component { return templ.Join(cs...) }

func inside(outer, children templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, children), w)
	})
}

func raw(s string) templ.Component { return templ.Raw(s) }

func tag(open string, children templ.Component, end string) templ.Component {
	return seq(raw(open), children, raw(end))
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func galleryContext(t testing.TB, b *i18n.Bundle, lang i18n.Lang, path string) context.Context {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	return ui.With(i18n.With(context.Background(), b, lang, nil), ui.Env{
		URL: u, Asset: func(name string) string { return "static/" + name },
		Network: ui.Network{
			Name:        i18n.Text{ZH: "申城邻里互助网络", EN: "Shanghai Neighbours Network"},
			Certificate: "53310000MJ5679032L", Email: "hello@neighbours.example",
		},
		Person:  &ui.Person{Name: "Lin", Desk: true},
		Allowed: func(context.Context, string) bool { return true },
	})
}

// words gives a text of the gallery in the language of the page.
type words struct{ lang i18n.Lang }

func (w words) t(zh, en string) string {
	if w.lang == i18n.ZH {
		return zh
	}
	return en
}

func galleryPages(w words) map[string]templ.Component {
	return map[string]templ.Component{
		"home": inside(ui.Public(ui.PageData{Title: w.t("部件", "Parts"), Description: "parts", Nav: "give"}), publicGallery(w)),
		"form": inside(ui.Public(ui.PageData{Title: w.t("捐赠", "Give"), Nav: "give"}), formGallery(w)),
		"desk": inside(ui.Desk(ui.DeskData{Title: w.t("拨付", "Payouts"), Nav: "payouts", Counts: map[string]int{"payouts": 5, "today": 2}}), deskGallery(w)),
		"bare": inside(ui.Bare(ui.PageData{Title: w.t("付款", "Payment"), NoIndex: true}), ui.Confirm(ui.ConfirmView{
			Title: w.t("批准这笔拨付？", "Approve this payout?"), Text: w.t("批准后将由财务付款，无法撤回。", "After this the treasurer pays it. It cannot be taken back."),
			Action: "/desk/payouts/1/approve", Button: w.t("批准", "Approve"), Cancel: "/desk/payouts", Key: "k1"})),
		"error": ui.ErrorPage(ui.ErrorView{Status: 500, Title: w.t("我们这边出了点问题", "Something went wrong on our side"),
			Sentence: w.t("请过几分钟再试。", "Try again in a few minutes."), RequestID: "3fz9k"}),
		"busy page": ui.BusyPage(ui.BusyView{Href: "/campaigns?kind=time", Seconds: 3}),
		"busy gift": ui.BusyPage(ui.BusyView{Sent: true, Giving: true, Resend: true, Once: true, Href: "/campaigns/winter-meals/give", Seconds: 3,
			Fields: []ui.Hidden{{Name: "form_key", Value: "k1"}, {Name: "message", Value: "\"><script>alert(1)</script>"}}}),
		"busy step":   ui.BusyPage(ui.BusyView{Sent: true, Promised: true, Resend: true, Href: "/g/x/pay", Seconds: 1}),
		"busy unsure": ui.BusyPage(ui.BusyView{Sent: true, Unsure: true, Resend: true, Once: true, Href: "/g/x/pay", Seconds: 5}),
		"busy upload": ui.BusyPage(ui.BusyView{Sent: true, Unsure: true, Sentence: "S"}),
		"busy sent":   ui.BusyPage(ui.BusyView{Sent: true}),
		"fragment":    ui.ErrorPage(ui.ErrorView{Status: 409, Title: "T", Sentence: "S", Fragment: true}),
	}
}

func publicGallery(w words) templ.Component {
	hero := tag(`<section class="page band split"><div class="stack">`, seq(
		ui.Chip(ui.Warm, w.t("今晚：14 个课堂开放", "Tonight: 14 centres open")),
		raw("<h1>"+w.t("许多双手，接住一个孩子，再接住下一个", "Many hands reach one child. Then another.")+"</h1>"),
		raw(`<p class="lede">`+w.t("捐一笔钱、一个晚上、一件棉衣或今早的面包，看看它变成了什么。", "Give money, an evening, a coat or this morning's bread. See what it became.")+"</p>"),
		tag(`<div class="row">`, seq(ui.LinkButton(ui.Give, "/campaigns", w.t("现在捐赠", "Give now")), ui.LinkButton(ui.Quiet, "/needs", w.t("看看需求", "See the needs"))), "</div>"),
		ui.Figures([]ui.Figure{{Value: "12,318", Label: w.t("名儿童受益", "children reached"), Href: "/books"}, {Value: "¥4,210,000", Label: w.t("收到善款", "given")}, {Value: "61,022", Label: w.t("顿热饭", "hot meals")}}),
	), `</div><div>`)
	ripple := tag("", ui.Ripple(ui.RippleView{Label: w.t("一次善举带动的善举", "One act and the acts it led to"), Root: rippleSample()}), `</div></section>`)
	cards := tag(`<section class="page band"><div class="stack"><div class="row between"><h2>`+w.t("本周所需", "What is needed this week")+`</h2>`, seq(
		ui.FilterChips(w.t("种类", "Kind"), "kind", []ui.Option{{Label: w.t("全部", "all")}, {Value: "money", Label: w.t("善款", "money")}, {Value: "time", Label: w.t("时间", "time")}}),
		raw(`</div><div class="grid">`), cardSamples(w),
		raw(`</div>`), ui.Empty(ui.EmptyView{Title: w.t("现在没有这样的需求", "Nothing of this kind is needed now"), Text: w.t("换一个地区或种类看看。", "Try another place or kind."), Href: "/needs", Action: w.t("查看全部", "See all")}),
	), `</div></section>`)
	flow := tag(`<section class="page band stack"><h2>`+w.t("这笔善款去了哪里", "Where your gift went")+`</h2><div class="card">`, flowSample(w), `</div></section>`)
	chain := tag(`<section class="page band split"><div class="stack"><h2>`+w.t("一步一步", "Step by step")+`</h2>`, seq(chainSample(w), raw(`</div><div class="stack">`),
		ui.Notice(ui.OK, w.t("谢谢，捐赠已经到账。", "Thank you. Your gift has arrived.")), ui.Notice(ui.Hot, w.t("有几处需要再看一下。", "Some of this needs another look.")),
		ui.Notice(ui.Cool, w.t("配捐保留 15 分钟。", "The match is held for 15 minutes.")),
		ui.Facts([]ui.Fact{{Label: w.t("收款方", "Payee"), Value: w.t("医院", "the hospital")}, {Label: w.t("金额", "Amount"), Extra: ui.Amount(money.Yuan(180_050))}}),
		ui.Meter(ui.MeterView{Percent: 72}), ui.Meter(ui.MeterView{Percent: 100}), ui.Meter(ui.MeterView{Percent: 0}),
		ui.Proof("size    182331\nroot    9f3c6b21a0\nleaf    181904"), ui.Paragraphs(i18n.Text{EN: "One.\n\nTwo."}), ui.Words(i18n.Text{ZH: "只有中文"})),
		`</div></section>`)
	return seq(hero, ripple, cards, flow, chain)
}

func cardSamples(w words) templ.Component {
	return seq(
		ui.Card(ui.CardView{Href: "/campaigns/a", Kind: w.t("善款", "money"), Tone: ui.Warm, Verified: true, Title: w.t("云南白血病患儿医疗援助", "Medical aid for children with leukaemia, Yunnan"),
			Text: w.t("善款直接付给医院。", "Paid straight to the hospital."), Percent: 72, Left: w.t("还差 ¥84,200", "¥84,200 to go"), Note: w.t("¥35 是一天的药费", "¥35 is a day of medicine")}),
		ui.Card(ui.CardView{Href: "/needs/b", Kind: w.t("时间", "time"), Tone: ui.Cool, Verified: true, Title: w.t("虹口夜光图书室数学辅导", "Maths tutors, Night Light Library, Hongkou"),
			Text: w.t("周二、周四 16:30，先吃一顿热饭。", "Tuesdays and Thursdays 16:30. A hot meal first."), Percent: 50, Left: w.t("还有 4 个晚上", "4 evenings open"), Note: w.t("每间教室至少两名成人", "2 adults in the room, always")}),
		ui.Card(ui.CardView{Href: "/needs/c", Kind: w.t("物资", "things"), Tone: ui.OK, Title: w.t("甘洛县冬衣", "Winter coats for Ganluo County"),
			Text: w.t("尺码 110 至 150，9 个收集点。", "Sizes 110 to 150. Drop at 9 collection points."), Percent: 100, Left: w.t("还差 236 件", "236 coats to go"), Note: ""}),
	)
}

func chainSample(w words) templ.Component {
	return ui.Chain([]ui.Step{
		{When: noon, Exact: true, Tone: ui.Warm, Title: w.t("¥50 到账", "¥50 arrived"), Text: w.t("微信支付", "by WeChat Pay")},
		{When: noon.Add(72 * time.Hour), Tone: ui.Cool, Title: w.t("拨付给虹口夜光图书室", "Paid on to Night Light Library, Hongkou"), Extra: ui.Chip(ui.Plain, w.t("两人批准", "two approvals"))},
		{When: noon.Add(96 * time.Hour), Tone: ui.OK, Title: w.t("14 顿热饭", "14 hot meals")},
		{Title: w.t("¥15 等待下一张发票", "¥15 waits for the next invoice")},
	})
}

func flowSample(w words) templ.Component {
	return ui.Flow(ui.FlowView{Label: w.t("您的 50 元和 50 元配捐变成了 14 顿饭和 2 本书", "Your 50 yuan and 50 matched became 14 meals and 2 textbooks"), Middle: w.t("虹口夜光图书室", "Night Light Library"),
		Sources:  []ui.FlowEnd{{Label: w.t("您", "you"), Note: "¥50", Size: 5000, Tone: ui.Warm}, {Label: w.t("配捐", "match"), Note: "¥50", Size: 5000, Tone: ui.Warm}},
		Outcomes: []ui.FlowEnd{{Label: w.t("14 顿热饭", "14 hot meals"), Note: w.t("三个晚上，¥57", "three evenings, ¥57"), Size: 5700, Tone: ui.OK}, {Label: w.t("2 本课本", "2 textbooks"), Note: "¥28", Size: 2800, Tone: ui.OK}, {Label: w.t("¥15 尚未使用", "¥15 not yet spent"), Size: 1500}}})
}

func rippleSample() ui.RippleNode {
	var grow func(level, n int) ui.RippleNode
	grow = func(level, n int) ui.RippleNode {
		node := ui.RippleNode{Label: "act", Tone: []ui.Tone{ui.Warm, ui.Cool, ui.OK}[(level+n)%3], Weight: int64(1 + n*n*level*5)}
		for i := range []int{3, 2, 2, 1, 0}[level] {
			node.Children = append(node.Children, grow(level+1, n+i))
		}
		return node
	}
	root := grow(0, 0)
	root.Children[0].Href = "/ripple/1"
	return root
}

func formGallery(w words) templ.Component {
	form := inside(ui.Form(ui.FormView{Action: "/campaigns/a/give", Key: "k7", Failed: true, ID: "give"}), seq(
		ui.Picks(ui.PicksView{Legend: w.t("金额", "Amount"), Name: "pick", Value: "35", Options: []ui.Pick{{"10", "¥10", w.t("一顿热饭", "a hot meal")}, {"35", "¥35", w.t("一天的药费", "a day of medicine")}, {"100", "¥100", w.t("一次血检", "a blood test")}}}),
		ui.MoneyField(ui.FieldView{Label: w.t("其他金额", "Another amount"), Name: "amount", Value: "12,50", Error: w.t("小数请用点号。", "Use a full stop for decimals.")}),
		ui.Field(ui.FieldView{Label: w.t("电子邮箱", "E-mail"), Name: "email", Type: "email", Autocomplete: "email", Required: true, Hint: w.t("用于寄送收据", "Your receipt goes there")}),
		ui.Textarea(ui.FieldView{Label: w.t("留言", "A few words"), Name: "words", Max: 200}),
		ui.Select(ui.SelectView{Label: w.t("项目", "Programme"), Name: "programme", Value: "2", Required: true, Options: []ui.Option{{"1", "A"}, {"2", w.t("夜光图书室", "Night Light Library")}}}),
		ui.Checkbox(ui.CheckboxView{Label: w.t("不公开我的名字", "Do not show my name"), Name: "anonymous", Checked: true}),
		ui.Button(ui.ButtonView{Text: w.t("捐赠 ¥35", "Give ¥35"), Kind: ui.Give, Wide: true}),
	))
	return tag(`<section class="page band split"><div class="card">`, form, `</div><aside class="card stack"><h2>`+w.t("说明", "Good to know")+`</h2><p class="quiet">`+w.t("即时开具收据，无需注册。", "Receipt at once. No account needed.")+`</p></aside></section>`)
}

func deskGallery(w words) templ.Component {
	rows := `<tbody><tr><td>2026-11-23</td><td>` + w.t("第二食堂", "Kitchen two") + `</td><td class="n">¥1,234.50</td><td><span class="chip t-warm">` + w.t("待批准", "to approve") + `</span></td><td class="n"><a href="/desk/payouts/1">` + w.t("打开", "Open") + `</a></td></tr>` +
		`<tr><td>2026-11-22</td><td>` + w.t("县医院", "County hospital") + `</td><td class="n">¥180,000</td><td><span class="chip t-ok">` + w.t("已付款", "paid") + `</span></td><td class="n"><a href="/desk/payouts/2">` + w.t("打开", "Open") + `</a></td></tr></tbody>`
	return seq(
		ui.Crumbs([]ui.Link{{Text: w.t("工作台", "Desk"), Href: "/desk"}, {Text: w.t("拨付", "Payouts"), Href: "/desk/payouts"}}),
		inside(ui.Head(w.t("拨付", "Payouts"), w.t("发票核对之后，由另一人批准。", "Checked against an invoice, approved by another person.")), seq(ui.Exports(), ui.LinkButton(ui.Primary, "/desk/payouts/new", w.t("新建", "New")))),
		ui.Tabs(w.t("状态", "State"), []ui.Tab{{Label: w.t("待批准", "To approve"), Href: "?s=1", Current: true, Count: 5}, {Label: w.t("已付款", "Paid"), Href: "?s=2"}}),
		inside(ui.Filters(ui.FilterView{Action: "/desk/payouts", Label: w.t("筛选拨付", "Filter payouts")}), ui.Field(ui.FieldView{Label: w.t("机构", "Organisation"), Name: "q", Type: "search"})),
		inside(ui.Table(w.t("拨付列表", "Payouts")), seq(ui.TableHead([]ui.Column{{Label: w.t("日期", "Date"), Sort: "date"}, {Label: w.t("收款方", "Payee"), Sort: "payee"}, {Label: w.t("金额", "Amount"), Sort: "amount", Num: true}, {Label: w.t("状态", "State")}, {Num: true}}), raw(rows))),
		ui.Pager("abc"), ui.PostButton(ui.Danger, "/desk/x", w.t("停用", "Suspend")), ui.Time(noon), ui.Ago(noon, noon.Add(time.Hour)),
	)
}

func renderPage(t testing.TB, ctx context.Context, c templ.Component) string {
	t.Helper()
	var buf bytes.Buffer
	if err := c.Render(ctx, &buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestWriteGallery(t *testing.T) {
	if *galleryDir == "" {
		t.Skip("no -gallery folder given")
	}
	b := i18ntest.Bundle(t, ui.Texts())
	for _, lang := range i18n.Langs() {
		for name, page := range galleryPages(words{lang}) {
			html := renderPage(t, galleryContext(t, b, lang, "/desk/payouts?sort=-date"), page)
			write(t, filepath.Join(*galleryDir, name+"-"+string(lang)+".html"), []byte(html))
		}
	}
	err := fs.WalkDir(ui.Static(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(ui.Static(), p)
		write(t, filepath.Join(*galleryDir, "static", p), body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
