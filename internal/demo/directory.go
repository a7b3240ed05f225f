package demo

import (
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

// site is a made-up meeting place at a public square or street corner.
type site struct {
	name, line, town tx
	lat, lng         int64 // millionths of a degree
}

// details are what families need to know, by programme.
type details struct {
	key       string
	sites     []site
	times     []programme.Schedule
	from, to  int64 // ages
	cost      string
	fen       int64
	costNote  tx
	languages []string
	who, come tx
	capacity  tx
	phone     string
}

var (
	hongkou  = tx{"上海 虹口", "Hongkou, Shanghai"}
	putuo    = tx{"上海 普陀", "Putuo, Shanghai"}
	yangpu   = tx{"上海 杨浦", "Yangpu, Shanghai"}
	kunming  = tx{"云南 昆明", "Kunming, Yunnan"}
	ganluo   = tx{"四川 甘洛", "Ganluo, Sichuan"}
	xikou    = tx{"四川 凉山", "Liangshan, Sichuan"}
	mandarin = []string{"zh"}
	hills    = []string{"zh", "ii"}
)

// Days as bits from Monday.
const (
	weekdays  = 0b0011111
	weekend   = 0b1100000
	saturday  = 0b0100000
	wednesday = 0b0000100
	everyDay  = 0b1111111
)

func open(days programme.Weekdays, from, to int64) programme.Schedule {
	return programme.Schedule{Days: days, EveryWeeks: 1, Opens: from * 30, Closes: to * 30} // in half hours
}

// each gives one schedule in half hours after midnight.
func each(days programme.Weekdays, from, to int64) []programme.Schedule {
	return []programme.Schedule{open(days, from, to)}
}

var directory = []details{
	{key: "homework", from: 6, to: 12, cost: programme.Free, languages: mandarin, times: each(weekdays, 33, 38), phone: "021-5550-0101",
		who: tx{"放学后家里没有大人的小学生，不看户籍。", "Primary pupils with no adult at home after school, wherever they are registered."}, come: tx{"监护人到任意一间图书馆登记，带身份证明即可。", "A guardian signs up at any of the libraries, with proof of identity."}, capacity: tx{"每间二十四个座位，目前有空位。", "Twenty-four seats in each; there is room."},
		sites: []site{{tx{"夜灯图书馆 · 甜爱里", "Night Light Library, Sweet Lane"}, tx{"甜爱里 12 号底楼", "12 Sweet Lane, ground floor"}, hongkou, 31_268_400, 121_482_900},
			{tx{"夜灯图书馆 · 鲁迅广场", "Night Light Library, Park Square"}, tx{"广场东侧亭子旁", "By the pavilion, east side"}, hongkou, 31_273_900, 121_479_300},
			{tx{"夜灯图书馆 · 四平角", "Night Light Library, Siping Corner"}, tx{"四平角 3 号", "3 Siping Corner"}, hongkou, 31_265_200, 121_500_800}}},
	{key: "hotmeals", from: 3, to: 15, cost: programme.Free, languages: mandarin, times: each(weekdays, 35, 39),
		who: tx{"来写作业的孩子，以及接孩子的家人。", "Children at the libraries, and whoever collects them."}, come: tx{"到场即可，不用登记。", "Just come."}, sites: []site{{tx{"甜爱里厨房", "Sweet Lane kitchen"}, tx{"甜爱里 12 号后门", "12 Sweet Lane, back door"}, hongkou, 31_268_300, 121_483_100}}},
	{key: "putuo", from: 6, to: 12, cost: programme.Free, languages: mandarin, times: []programme.Schedule{open(wednesday, 37, 41), open(0b0010000, 37, 41)},
		come: tx{"到场即可，借书凭学生证。", "Just come; a pupil's card to borrow."}, sites: []site{{tx{"夜读室", "Reading room"}, tx{"曹杨新街 45 号", "45 Caoyang New Street"}, putuo, 31_241_700, 121_405_600}}},
	{key: "coats", from: 3, to: 15, cost: programme.Free, languages: mandarin, times: each(saturday, 18, 32), come: tx{"到收集点领取，报尺码就行。", "Collect at a point; only the size is asked."},
		sites: []site{{tx{"长风广场收集点", "Changfeng Square point"}, tx{"广场北门", "North gate"}, putuo, 31_226_500, 121_391_200}, {tx{"真如路口收集点", "Zhenru Corner point"}, tx{"路口东南角", "South-east corner"}, putuo, 31_252_300, 121_400_100},
			{tx{"桂林路口收集点", "Guilin Corner point"}, tx{"路口西侧", "West side"}, tx{"上海 徐汇", "Xuhui, Shanghai"}, 31_169_300, 121_417_800}}},
	{key: "tutors", from: 9, to: 15, cost: programme.Free, languages: []string{"zh", "en"}, times: each(weekend, 18, 24), capacity: tx{"排队约两周。", "About two weeks' wait."}, come: tx{"在线报名，长辈也可以打电话。", "Sign up online; grandparents may telephone."}, phone: "021-5550-0144"},
	{key: "art", from: 5, to: 14, cost: programme.Priced, fen: 20_00, costNote: tx{"颜料费，困难家庭免收。", "For paint; waived for families in need."}, languages: mandarin, times: each(saturday, 27, 31),
		sites: []site{{tx{"邻家画室", "Next Door studio"}, tx{"兰溪小街 8 号", "8 Lanxi Little Street"}, putuo, 31_248_900, 121_398_400}}},
	{key: "bread", cost: programme.Free, languages: mandarin, times: each(everyDay, 39, 41), come: tx{"20:30 前来取，不用开口。", "Collect until 20:30, without a word."}, sites: []site{{tx{"街角面包房", "Corner Bakery"}, tx{"国和街角", "Guohe Corner"}, yangpu, 31_307_600, 121_522_400}}},
	{key: "leukaemia", to: 18, cost: programme.Varies, costNote: tx{"按医院发票，付医保之外的部分。", "By the hospital's invoices: what insurance leaves."}, languages: mandarin, times: each(weekdays, 17, 34), come: tx{"向医院社工部提出申请。", "Apply at the hospital's social-work office."}, sites: []site{{tx{"社工部接待处", "Social-work desk"}, tx{"前卫广场西侧", "West of Qianwei Square"}, kunming, 25_033_400, 102_702_800}}},
	{key: "ward", from: 6, to: 15, cost: programme.Free, languages: mandarin, times: []programme.Schedule{open(0b0010101, 29, 33)}, come: tx{"请病区护士转告老师。", "Ask the nurses on the ward."}},
	{key: "lodging", cost: programme.Priced, fen: 40_00, costNote: tx{"每晚", "a night"}, languages: mandarin, come: tx{"经医院社工部安排，先打电话。", "Arranged by the hospital's social workers; telephone first."}, phone: "0871-5550-0170", capacity: tx{"十二间，本周余三间。", "Twelve rooms, three free this week."}},
	{key: "van", from: 3, to: 15, cost: programme.Free, languages: hills, times: []programme.Schedule{{Days: wednesday, EveryWeeks: 2, FromOn: "2025-03-05", Opens: 9 * 60, Closes: 16 * 60}},
		sites: []site{{tx{"三号线 · 河口晒场", "Route 3, river-mouth threshing floor"}, tx{"晒场", "Threshing floor"}, ganluo, 28_973_100, 102_781_500}, {tx{"三号线 · 老桥头", "Route 3, old bridge"}, tx{"桥头空地", "By the bridge"}, ganluo, 28_941_800, 102_800_200}, {tx{"三号线 · 垭口", "Route 3, the pass"}, tx{"路边亭", "Roadside shelter"}, ganluo, 28_902_600, 102_744_700}}},
	{key: "corners", from: 6, to: 15, cost: programme.Free, languages: hills, come: tx{"由学校申请，老师打电话即可。", "Schools apply; a teacher's call is enough."}},
	{key: "storytellers", from: 3, to: 9, cost: programme.Free, languages: hills, times: each(saturday, 20, 23), sites: []site{{tx{"故事屋", "Story house"}, tx{"县城中心广场", "Town square"}, ganluo, 28_966_200, 102_771_900}}},
	{key: "line", from: 8, cost: programme.Free, languages: []string{"zh", "yue"}, times: each(everyDay, 36, 44), who: tx{"任何想找人说说话的孩子和家人，不问姓名。", "Any child or family who wants to talk. Nobody is asked for a name."}, phone: "028-5550-0199"},
	{key: "schoolday", from: 8, to: 18, cost: programme.Free, languages: hills, come: tx{"由学校预约日期。", "Schools book a date."}},
	{key: "training", cost: programme.Free, languages: mandarin, times: each(weekend, 18, 34)},
	{key: "boarding", from: 6, to: 12, cost: programme.Free, languages: hills},
	{key: "room", from: 6, to: 12, cost: programme.Free, languages: hills, times: each(wednesday, 18, 32), come: tx{"告诉任何一位老师，或把纸条放进信箱。", "Tell any teacher, or leave a note in the box."}},
	{key: "terms", from: 12, to: 22, cost: programme.Free, languages: mandarin, who: tx{"由学校推荐，凭困难认定材料。", "Recommended by schools, with proof of need."}, sites: []site{{tx{"助学接待处", "Scholarship desk"}, tx{"鼓楼广场南侧", "South of Drum Tower Square"}, tx{"江苏 南京", "Nanjing, Jiangsu"}, 32_059_900, 118_778_300}}},
	{key: "robotics", from: 10, to: 16, cost: programme.Free, languages: []string{"zh", "ii", "en"}, times: each(0b1000000, 28, 32)},
}

// online are the programmes that meet on the web, and where.
var online = map[string]string{"tutors": "https://class.example.org/weekend", "robotics": "https://class.example.org/robotics"}

// sealed are those whose place is nobody's business but theirs.
var sealed = map[string]tx{"lodging": kunming, "line": {"四川 成都", "Chengdu, Sichuan"}}

var schemes = []struct {
	programmeItem
	details
	official string
}{
	{programmeItem{"orphans", "minzheng", "family", tx{"孤儿基本生活保障", "Living allowance for orphans"}, tx{"失去父母的未成年人，由国家按月发放基本生活费。", "Minors who have lost their parents receive a monthly allowance from the state."}, xikou},
		details{to: 18, cost: programme.Free, languages: hills, times: each(weekdays, 18, 34), who: tx{"失去父母、查找不到生父母的未满 18 周岁的未成年人。", "Minors under 18 who lost their parents, or whose parents cannot be found."}, come: tx{"监护人向户籍所在地的乡镇政府或街道办事处申请，不收费。", "A guardian applies at the township or neighbourhood office of the child's registration, free of charge."}, phone: "0834-5550-0112",
			sites: []site{{tx{"溪口县便民服务窗口", "Xikou County service window"}, tx{"县城中心广场 1 号窗口", "Town square, window 1"}, xikou, 27_894_600, 102_264_300}}}, "https://www.mca.gov.cn/"},
	{programmeItem{"hardship", "minzheng", "family", tx{"困境儿童基本生活补贴", "Allowance for children in hardship"}, tx{"父母不能履行抚养责任，或家庭特别困难、患重病重残的孩子，可以申请补贴和帮扶。", "For children whose parents cannot care for them, and for grave poverty, illness or disability at home."}, xikou},
		details{to: 18, cost: programme.Free, languages: hills, times: each(weekdays, 18, 34), come: tx{"监护人、村（居）委会或儿童主任都可以帮助申请。", "A guardian, the village committee or its children's officer can apply."}, phone: "0834-5550-0112",
			sites: []site{{tx{"溪口县便民服务窗口", "Xikou County service window"}, tx{"县城中心广场 2 号窗口", "Town square, window 2"}, xikou, 27_894_700, 102_264_400}}}, "https://www.gov.cn/"},
}

// directory tells what families need to know of every programme, and adds the government's schemes.
func (b *builder) directory() error {
	for _, x := range directory {
		if err := b.tell(x, ""); err != nil {
			return fmt.Errorf("%s: %w", x.key, err)
		}
	}
	for _, x := range schemes {
		x.details.key = x.programmeItem.key
		if err := b.publish(x.programmeItem); err != nil {
			return fmt.Errorf("%s: %w", x.details.key, err)
		}
		if err := b.tell(x.details, x.official); err != nil {
			return fmt.Errorf("%s: %w", x.details.key, err)
		}
	}
	return nil
}

// tell writes the details of one programme; official is the page of a government scheme, or "".
func (b *builder) tell(x details, official string) error {
	d := programme.Detail{Cost: x.cost, CostMinor: x.fen, CostNote: text(x.costNote), Languages: x.languages, AgeFrom: x.from, AgeTo: x.to,
		Eligibility: text(x.who), Coming: text(x.come), Capacity: text(x.capacity), Phone: x.phone, Times: x.times, Website: official}
	if official != "" {
		d.Kind = programme.Scheme
	}
	for _, s := range x.sites {
		d.Places = append(d.Places, programme.Place{Kind: programme.Physical, Name: text(s.name), Line: text(s.line), Town: text(s.town),
			Placed: true, At: programme.Position{Latitude: s.lat, Longitude: s.lng}})
	}
	if link := online[x.key]; link != "" {
		d.Places = append(d.Places, programme.Place{Kind: programme.Virtual, Name: i18n.Text{ZH: "线上教室", EN: "Online classroom"}, Link: link})
	}
	if town, ok := sealed[x.key]; ok {
		d.Places = append(d.Places, programme.Place{Kind: programme.Physical, Sealed: true, Town: text(town)})
	}
	return b.write(func(tx *db.Tx) error {
		return programme.SetDetail(b.ctx, tx, b.programmes[x.key], d, b.staff[string(access.Coordinator)])
	})
}
