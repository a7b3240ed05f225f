package demo

var checkNotes = map[string]tx{
	"identity":   {"登记证书与统一社会信用代码一致。", "Registration matches the unified social credit code."},
	"visit":      {"两位核验员到场查看，记录已封存。", "Two verifiers went there; their record is sealed."},
	"references": {"街道与一所学校书面确认。", "Confirmed in writing by the neighbourhood office and a school."},
	"finances":   {"上年度财务报告与银行流水相符。", "Last year's accounts agree with the bank's."},
}

// Nicknames that givers chose. They name nobody.
var nicknames = []string{"一个邻居", "老读者", "三楼的灯", "小区门口", "慢慢走", "山那边", "梧桐", "A neighbour", "早班公交", "豆浆油条",
	"第七排", "Someone on the 21", "远方的朋友", "夜班护士", "退休教师", "面包香", "南风", "雨天", "二十年后", "同路人"}

var words = []string{"愿每个晚上都有热饭。", "慢慢来，会好的。", "书要一直开上山。", "给值夜的人。", "加油。", "Keep the light on.",
	"一点心意。", "为了那间能说话的屋子。", "冬天不冷。", "谢谢你们在。", "For the driver of route 3.", "听见就好。"}
