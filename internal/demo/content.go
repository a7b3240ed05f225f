package demo

import "manyhands/internal/money"

// A text in both languages, Chinese first.
type tx struct{ zh, en string }

type organisation struct {
	key, kind     string
	name, about   tx
	place         tx
	certified     bool // holds a public-fundraising certificate
	certDaysAhead int  // until the certificate runs out
}

var organisations = []organisation{
	{"harbour", "charity", tx{"浦江灯火儿童基金会", "Harbour Lights Children's Fund"},
		tx{"为随父母进城、留守在家和长期住院的孩子筹集并看管善款，每一笔支出都对应发票公开。", "Raises and looks after money for children who moved to the city, stayed behind in the village or spend months in hospital. Every payment is published against its invoice."},
		tx{"上海", "Shanghai"}, true, 420},
	{"nightlight", "centre", tx{"夜灯图书馆", "Night Light Libraries"},
		tx{"退休教师在社区图书馆陪孩子写作业，开饭在前，功课在后。", "Retired teachers help with homework in neighbourhood libraries. The hot meal comes before the maths."},
		tx{"上海 虹口", "Hongkou, Shanghai"}, false, 0},
	{"mountain", "charity", tx{"荒山书路公益中心", "Books for Barren Mountains"},
		tx{"流动图书车沿着固定的路线，把书送到没有图书馆的村子。", "A library van on a fixed round brings books to villages that have no library."},
		tx{"四川 甘洛", "Ganluo, Sichuan"}, true, 38},
	{"tingsheng", "charity", tx{"听声青少年心理援助中心", "Tingsheng Listening Line"},
		tx{"受过训练的心理学学生接听，督导始终在线。不问姓名。", "Trained psychology students answer, with a supervisor always on the line. Nobody is asked for a name."},
		tx{"四川 成都", "Chengdu, Sichuan"}, true, 300},
	{"dianchi", "hospital", tx{"滇池儿童医院", "Dianchi Children's Hospital"},
		tx{"血液科与社工部共同执行救助项目，款项只进入医院账户。", "Its haematology and social-work departments run the aid programme together; money goes to the hospital's account alone."},
		tx{"云南 昆明", "Kunming, Yunnan"}, false, 0},
	{"cornerstone", "shop", tx{"街角面包房", "Corner Bakery"},
		tx{"每天多烤几只面包，谁需要谁带走，不用开口。", "Bakes a few loaves too many each day. Whoever needs one takes it home without a word."},
		tx{"上海 杨浦", "Yangpu, Shanghai"}, false, 0},
	{"chenguang", "company", tx{"晨光软件", "Chenguang Software"},
		tx{"连续三年出资配捐，并资助校园心理健康日。", "Has matched gifts for three years and sponsors mental-health days at schools."},
		tx{"浙江 杭州", "Hangzhou, Zhejiang"}, false, 0},
	{"hechuan", "company", tx{"禾川物流", "Hechuan Logistics"},
		tx{"提供车辆与司机时间，把冬衣和书运上山。", "Lends vans and drivers' time to carry coats and books uphill."},
		tx{"四川 成都", "Chengdu, Sichuan"}, false, 0},
	{"qingshan", "school", tx{"青山镇中心小学", "Qingshan Central Primary School"},
		tx{"寄宿制小学，有一间正在建设的心理辅导室。", "A boarding primary school with a counselling room in the making."},
		tx{"四川 凉山", "Liangshan, Sichuan"}, false, 0},
	{"linjia", "centre", tx{"邻家社区服务站", "Next Door Community Station"},
		tx{"收冬衣、管绘本、排志愿者的班。", "Collects coats, keeps picture books and draws up the volunteers' rota."},
		tx{"上海 普陀", "Putuo, Shanghai"}, false, 0},
	{"yangfan", "charity", tx{"扬帆助学促进会", "Setting Sail Scholarships"},
		tx{"奖助学金按学期直接付给学校，不经个人之手。", "Pays scholarships to schools, term by term, through nobody's hands."},
		tx{"江苏 南京", "Nanjing, Jiangsu"}, true, 250},
	{"minzheng", "government", tx{"溪口县社会救助服务中心", "Xikou County Social Assistance Centre"},
		tx{"提供低保、医疗救助的政策咨询与家庭经济状况核对。", "Advises on allowances and medical assistance and confirms families' means."},
		tx{"四川 凉山", "Liangshan, Sichuan"}, false, 0},
}

type programmeItem struct {
	key, of, theme string
	name, summary  tx
	place          tx
}

var programmes = []programmeItem{
	{"homework", "nightlight", "learning", tx{"放学后的一盏灯", "A light after school"}, tx{"周一到周五 16:30，作业辅导与一顿热饭。", "Monday to Friday from 16:30: help with homework and a hot meal."}, tx{"上海 虹口", "Hongkou, Shanghai"}},
	{"hotmeals", "nightlight", "meals", tx{"先吃饭，再写作业", "A meal before maths"}, tx{"图书馆厨房每晚三十多份热饭。", "The library kitchens serve some thirty hot meals an evening."}, tx{"上海 虹口", "Hongkou, Shanghai"}},
	{"putuo", "nightlight", "learning", tx{"普陀夜读", "Putuo evening reading"}, tx{"每周两晚，陪读与借阅。", "Two evenings a week of reading together and borrowing."}, tx{"上海 普陀", "Putuo, Shanghai"}},
	{"leukaemia", "harbour", "health", tx{"血液病患儿治疗救助", "Treatment aid, children's blood diseases"}, tx{"医保报销后的自付部分，凭医院发票直接付给医院。", "What insurance leaves unpaid, paid straight to the hospital against its invoices."}, tx{"云南 昆明", "Kunming, Yunnan"}},
	{"ward", "harbour", "family", tx{"病房学校", "School on the ward"}, tx{"老师每周三次到病房，让长期住院的孩子不掉队。", "A teacher comes to the ward three times a week so that long stays do not cost a school year."}, tx{"云南 昆明", "Kunming, Yunnan"}},
	{"lodging", "harbour", "family", tx{"陪护家庭的住处", "Rooms for families"}, tx{"医院旁的短租房，一晚四十元。", "Rooms beside the hospital at forty yuan a night."}, tx{"云南 昆明", "Kunming, Yunnan"}},
	{"van", "mountain", "books", tx{"三号线图书车", "Library van, route 3"}, tx{"六个村子，两周一趟。", "Six villages, once a fortnight."}, tx{"四川 甘洛", "Ganluo, Sichuan"}},
	{"corners", "mountain", "books", tx{"教室里的书角", "Book corners in classrooms"}, tx{"一个班，一个书架，八十本书。", "One class, one shelf, eighty books."}, tx{"四川 凉山", "Liangshan, Sichuan"}},
	{"storytellers", "mountain", "learning", tx{"山里的故事人", "Storytellers in the hills"}, tx{"培训当地老师讲绘本，两种语言都讲。", "Trains local teachers to tell picture books, in both languages."}, tx{"四川 甘洛", "Ganluo, Sichuan"}},
	{"line", "tingsheng", "listening", tx{"夜间倾听热线", "Evening listening line"}, tx{"每晚 18:00 至 22:00，有督导。", "Every evening from 18:00 to 22:00, supervised."}, tx{"四川 成都", "Chengdu, Sichuan"}},
	{"schoolday", "tingsheng", "listening", tx{"校园心理健康日", "Mental-health day at school"}, tx{"一天的课程、小组与教师工作坊，结束后有回访。", "A day of lessons, groups and a teachers' workshop, with a visit afterwards."}, tx{"四川", "Sichuan"}},
	{"training", "tingsheng", "listening", tx{"倾听者培训", "Training of listeners"}, tx{"四十小时培训与每周督导。", "Forty hours of training and weekly supervision."}, tx{"四川 成都", "Chengdu, Sichuan"}},
	{"coats", "linjia", "warmth", tx{"一件冬衣", "One winter coat"}, tx{"九个收集点，按尺码打包，直送学校。", "Nine collection points, packed by size and sent straight to schools."}, tx{"上海 普陀", "Putuo, Shanghai"}},
	{"tutors", "linjia", "learning", tx{"周末远程辅导", "Weekend tutoring at a distance"}, tx{"一对二，网速慢也能用，长辈看得懂。", "Two pupils a tutor, on slow lines, with a page that grandparents can read."}, tx{"上海 普陀", "Putuo, Shanghai"}},
	{"art", "linjia", "learning", tx{"周六美术课", "Saturday art class"}, tx{"设计师带课，颜料管够。", "Taught by designers, with paint enough for all."}, tx{"上海 普陀", "Putuo, Shanghai"}},
	{"bread", "linjia", "meals", tx{"街角的面包", "Bread from the corner"}, tx{"面包房多烤的面包，当晚送到中心。", "The bakery's extra loaves, at the centres the same evening."}, tx{"上海 杨浦", "Yangpu, Shanghai"}},
	{"boarding", "qingshan", "warmth", tx{"寄宿生的暖冬", "A warm winter for boarders"}, tx{"被褥、热水和晚间值守。", "Bedding, hot water and someone awake at night."}, tx{"四川 凉山", "Liangshan, Sichuan"}},
	{"room", "qingshan", "listening", tx{"一间能说话的屋子", "A room to talk in"}, tx{"心理辅导室的建设与每周驻校。", "Fitting out the counselling room, and a counsellor one day a week."}, tx{"四川 凉山", "Liangshan, Sichuan"}},
	{"terms", "yangfan", "learning", tx{"一学期一学期", "Term by term"}, tx{"奖助学金，直接付给学校。", "Scholarships, paid to the school."}, tx{"江苏 南京", "Nanjing, Jiangsu"}},
	{"robotics", "yangfan", "learning", tx{"线上机器人课", "Robotics online"}, tx{"工程师周末上课，器材随书车上山。", "Engineers teach at weekends; the kits travel with the library van."}, tx{"线上", "Online"}},
}

type impact struct {
	yuan int64
	what tx
}

type campaignItem struct {
	key, programme string
	title, body    tx
	goal           int64 // yuan
	startDay       int   // days before today
	days           int   // how long it runs
	gifts          int   // how many come
	impacts        []impact
	payee          string
	unit           money.Unit // of its outcomes
	perYuan        int64      // yuan per unit of outcome
	outcome        tx
}

var campaigns = []campaignItem{
	{"meals26", "hotmeals", tx{"今冬的热饭", "This winter's hot meals"}, tx{"虹口三间夜灯图书馆，每晚三十多份热饭，从十一月吃到二月。", "Three Night Light Libraries in Hongkou, some thirty hot meals an evening, from November to February."}, 180_000, 40, 90, 330, []impact{{8, tx{"一顿热饭", "a hot meal"}}, {40, tx{"一个孩子一周的晚饭", "a week of evening meals"}}, {160, tx{"一个孩子一个月的晚饭", "a month of evening meals"}}}, "nightlight", money.Meal, 8, tx{"放学后的热饭", "hot meals after school"}},
	{"chemo26", "leukaemia", tx{"第二个疗程", "The second course"}, tx{"昆明血液科病房，医保之外的化疗费用。没有照片，没有名字；款项只付给医院。", "Chemotherapy that insurance does not cover, haematology ward, Kunming. No pictures, no names; the money goes to the hospital alone."}, 300_000, 60, 82, 420, []impact{{35, tx{"一天的药", "a day of medicine"}}, {100, tx{"一次血液检查", "a blood test"}}, {260, tx{"一天的住院", "a day on the ward"}}}, "dianchi", money.Day, 35, tx{"化疗用药", "chemotherapy medicine"}},
	{"van26", "van", tx{"三号线明年继续开", "Keep route 3 on the road"}, tx{"图书车的油费、保险和一位司机，两周一趟，六个村子。", "Fuel, insurance and a driver for the library van: six villages, once a fortnight."}, 96_000, 30, 120, 150, []impact{{12, tx{"一本新书", "a new book"}}, {50, tx{"一个村子的一次停靠", "one stop at one village"}}, {400, tx{"整条路线跑一趟", "one full round"}}}, "mountain", money.Trip, 400, tx{"图书车出车", "rounds of the library van"}},
	{"coats26", "coats", tx{"把冬衣送上山", "Coats up the mountain"}, tx{"冬衣有人捐，运费、清洗和打包需要钱。", "People give coats; washing, packing and carrying them costs money."}, 60_000, 20, 60, 120, []impact{{6, tx{"清洗一件冬衣", "washing one coat"}}, {18, tx{"一件冬衣送到学校", "one coat delivered to a school"}}}, "linjia", money.Coat, 18, tx{"送到学校的冬衣", "coats delivered to schools"}},
	{"line26", "line", tx{"每晚有人听", "Someone listens every evening"}, tx{"热线的督导、线路和值班补贴。", "Supervision, lines and allowances of the listening line."}, 120_000, 50, 120, 180, []impact{{25, tx{"一小时的倾听", "an hour of listening"}}, {100, tx{"一个晚上的一条线路", "one line for one evening"}}}, "tingsheng", money.Hour, 25, tx{"热线倾听", "listening on the line"}},
	{"room26", "room", tx{"一间能说话的屋子", "A room to talk in"}, tx{"青山镇中心小学的心理辅导室：门、灯、沙盘和每周一天的老师。", "The counselling room at Qingshan school: a door, a lamp, a sand tray and a counsellor one day a week."}, 80_000, 25, 75, 90, []impact{{30, tx{"半小时辅导", "half an hour of counselling"}}, {240, tx{"一天驻校", "one day at the school"}}}, "qingshan", money.Day, 240, tx{"驻校心理辅导", "counselling at the school"}},
	{"kits26", "robotics", tx{"二十套机器人器材", "Twenty robotics kits"}, tx{"器材随书车上山，周末线上开课。", "The kits travel with the library van; lessons are online at weekends."}, 36_000, 15, 60, 60, []impact{{90, tx{"一组传感器", "a set of sensors"}}, {1800, tx{"一套器材", "one kit"}}}, "yangfan", money.Kit, 1800, tx{"机器人器材", "robotics kits"}},
	{"meals25", "hotmeals", tx{"去年冬天的热饭", "Last winter's hot meals"}, tx{"从十二月到三月，一晚没有停。", "From December to March, without missing an evening."}, 96_000, 360, 100, 330, []impact{{8, tx{"一顿热饭", "a hot meal"}}}, "nightlight", money.Meal, 8, tx{"放学后的热饭", "hot meals after school"}},
	{"chemo25", "leukaemia", tx{"第一个疗程", "The first course"}, tx{"去年的化疗自付费用，凭发票逐笔付给医院。", "Last year's chemotherapy, paid to the hospital invoice by invoice."}, 90_000, 420, 120, 360, []impact{{35, tx{"一天的药", "a day of medicine"}}}, "dianchi", money.Day, 35, tx{"化疗用药", "chemotherapy medicine"}},
	{"books24", "corners", tx{"四十个书角", "Forty book corners"}, tx{"四十个班，每班一个书架、八十本书。", "Forty classes, a shelf and eighty books each."}, 95_000, 820, 90, 240, []impact{{15, tx{"一本书", "a book"}}, {1200, tx{"一个书角", "one book corner"}}}, "mountain", money.Book, 15, tx{"书角的新书", "new books for the corners"}},
	{"line25", "training", tx{"培训三十位倾听者", "Training thirty listeners"}, tx{"四十小时课程与督导。", "Forty hours of lessons and supervision."}, 20_000, 560, 80, 110, []impact{{55, tx{"一小时培训", "an hour of training"}}}, "tingsheng", money.Hour, 55, tx{"倾听者培训", "training of listeners"}},
	{"winter24", "boarding", tx{"寄宿生的被褥", "Bedding for boarders"}, tx{"二百四十套被褥，入冬前送到。", "Two hundred and forty sets of bedding, there before the frost."}, 56_000, 1_000, 60, 150, []impact{{300, tx{"一套被褥", "a set of bedding"}}}, "qingshan", money.Kit, 300, tx{"过冬的被褥", "bedding for the winter"}},
	{"terms25", "terms", tx{"秋季学期", "The autumn term"}, tx{"学费与住宿费，按学期付给学校。", "Fees and board, paid to the school for the term."}, 13_000, 300, 70, 140, []impact{{20, tx{"一天的住校", "a day at boarding school"}}}, "qingshan", money.Day, 20, tx{"住校的日子", "days at boarding school"}},
	{"lodging24", "lodging", tx{"医院旁的二十间房", "Twenty rooms by the hospital"}, tx{"让陪护的家人睡在床上。", "So that families need not sleep in the corridor."}, 24_000, 700, 100, 170, []impact{{40, tx{"一晚住宿", "one night"}}}, "dianchi", money.Day, 40, tx{"陪护家庭的住宿", "rooms for families"}},
}

type needItem struct {
	programme, kind string
	unit            money.Unit
	wanted          int64
	title, body     tx
	days            int // how long it still asks
	promised, came  int64
}

var needs = []needItem{
	{"homework", "time", money.Evening, 24, tx{"数学辅导，周二和周四", "Maths tutors, Tuesdays and Thursdays"}, tx{"16:30 到 18:30，先一起吃饭。屋里始终有两位成年人。", "16:30 to 18:30, a hot meal first. Always two adults in the room."}, 45, 8, 4},
	{"homework", "time", money.Evening, 16, tx{"英语陪读，周三", "English reading, Wednesdays"}, tx{"不需要是老师，读得慢一点就好。", "You need not be a teacher; read slowly."}, 45, 5, 3},
	{"putuo", "time", money.Evening, 12, tx{"普陀夜读的第二位成年人", "A second adult, Putuo evening reading"}, tx{"每晚需要两位核验过的成年人。", "Each evening needs two checked adults."}, 30, 6, 2},
	{"art", "time", money.Day, 6, tx{"周六美术课的代课老师", "Art teacher for six Saturdays"}, tx{"老师休产假，六个周六。", "Six Saturdays while the teacher is on leave."}, 60, 2, 0},
	{"tutors", "time", money.Hour, 80, tx{"周末远程辅导", "Weekend tutoring at a distance"}, tx{"一对二，语文和数学。", "Two pupils a tutor, Chinese and maths."}, 60, 24, 18},
	{"robotics", "time", money.Hour, 40, tx{"线上机器人课讲师", "Robotics teachers, online"}, tx{"周六上午，一小时一节。", "Saturday mornings, an hour a lesson."}, 50, 12, 6},
	{"van", "time", money.Trip, 12, tx{"图书车的副驾驶", "A companion for the van driver"}, tx{"两周一趟，当天往返，帮忙搬书。", "Once a fortnight, there and back in a day, to help carry books."}, 80, 3, 2},
	{"ward", "time", money.Hour, 60, tx{"病房学校的语文老师", "Chinese teachers for the ward school"}, tx{"每周三次，每次一小时，医院会先培训。", "Three times a week, an hour each; the hospital trains you first."}, 40, 15, 9},
	{"coats", "things", money.Coat, 400, tx{"冬衣，110 到 150 码", "Winter coats, sizes 110 to 150"}, tx{"九个收集点，最缺 130 码。请洗净、扣子齐全。", "Nine collection points; size 130 is most needed. Washed, with all buttons."}, 25, 96, 68},
	{"coats", "things", money.Pair, 300, tx{"保暖手套", "Warm gloves"}, tx{"新的，儿童尺码。", "New, in children's sizes."}, 25, 80, 40},
	{"boarding", "things", money.Kit, 60, tx{"床上用品", "Sets of bedding"}, tx{"一套含被、褥、枕。", "A quilt, a mattress pad and a pillow each."}, 35, 12, 10},
	{"boarding", "things", money.Pair, 120, tx{"棉鞋，32 到 38 码", "Padded shoes, sizes 32 to 38"}, tx{"寄宿生晚自习穿。", "For boarders at evening study."}, 35, 20, 25},
	{"art", "things", money.Kit, 30, tx{"水彩颜料", "Watercolour sets"}, tx{"十八色以上。", "Eighteen colours or more."}, 40, 9, 6},
	{"room", "things", money.Kit, 4, tx{"沙盘套件", "Sand trays"}, tx{"辅导室使用。", "For the counselling room."}, 40, 1, 1},
	{"bread", "food", money.Loaf, 40, tx{"今晚的面包", "Tonight's bread"}, tx{"20:30 前到中心来取，不用说什么。", "At the centre until 20:30. Collect without a word."}, 1, 6, 12},
	{"hotmeals", "food", money.Meal, 90, tx{"三个晚上的热饭", "Hot meals for three evenings"}, tx{"餐馆与食堂可认领一个晚上。", "A restaurant or canteen can take an evening."}, 10, 30, 30},
	{"ward", "food", money.Meal, 60, tx{"陪护家属的晚饭", "Evening meals for families on the ward"}, tx{"清淡，送到社工部。", "Plain food, to the social-work office."}, 14, 10, 20},
	{"van", "books", money.Book, 400, tx{"三号线的绘本", "Picture books for route 3"}, tx{"六到九岁，封面完好。", "For six to nine, with good covers."}, 55, 60, 200},
	{"corners", "books", money.Book, 800, tx{"十个书角的书", "Books for ten corners"}, tx{"三到六年级，科普与故事。", "For years three to six: science and stories."}, 70, 150, 230},
	{"storytellers", "books", money.Book, 120, tx{"双语绘本", "Picture books in two languages"}, tx{"彝汉对照。", "In Yi and Chinese."}, 70, 10, 30},
	{"line", "listening", money.Hour, 112, tx{"今晚的倾听班", "Evening shifts on the listening line"}, tx{"18:00 至 22:00，受过训练的心理学学生，督导在线。", "18:00 to 22:00, trained psychology students, a supervisor on call."}, 14, 60, 36},
	{"line", "listening", money.Evening, 14, tx{"夜间督导", "Supervisors for the evening"}, tx{"持证督导，每晚一位。", "Licensed supervisors, one an evening."}, 14, 6, 4},
	{"training", "listening", money.Hour, 40, tx{"督导带训", "Supervised practice"}, tx{"每周一小时，带两位新人。", "An hour a week with two new listeners."}, 50, 10, 12},
	{"schoolday", "listening", money.Evening, 10, tx{"家长夜谈主持", "Hosts for parents' evenings"}, tx{"校园心理健康日之后的家长会。", "For the parents' meeting after a mental-health day."}, 60, 3, 1},
	{"tutors", "things", money.Kit, 20, tx{"旧平板电脑", "Used tablets"}, tx{"能开机、能充电，我们来清除数据。", "That start and charge; we wipe them."}, 60, 4, 5},
	{"lodging", "things", money.Kit, 40, tx{"新的床单", "New bed linen"}, tx{"一米二床。", "For beds 1.2 m wide."}, 30, 8, 12},
}
