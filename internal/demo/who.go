package demo

import (
	"context"
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
)

// Addresses of the sample network.
const (
	// Giver has given twice today, and once under an older address.
	Giver = "giver@example.org"
	// Guardian has one child enrolled, with another guardian who sees some things differently, and is
	// enrolling another.
	Guardian = "guardian@example.org"

	giverBefore    = "giver-before@example.org"
	otherGuardian  = "other-guardian@example.org"
	secondVerifier = "verifier-two@example.org"
	secondAdmin    = "administrator-two@example.org"
	leaver         = "leaving@example.org"
)

// Role is somebody whom a visitor of the sample network can be.
type Role struct {
	Role  string // "giver", "guardian" or an access.Role; demo.role.<Role> says what they do
	Email string
}

// Group is a few roles that belong together; demo.group.<Name> is its title.
type Group struct {
	Name  string
	Roles []Role
}

// Groups lists everybody whom a visitor can be, in the order in which a stranger best meets them.
func Groups() []Group {
	staff := func(name string, roles ...access.Role) Group {
		g := Group{Name: name}
		for _, r := range roles {
			g.Roles = append(g.Roles, Role{string(r), addresses[r]})
		}
		return g
	}
	return []Group{
		{"public", []Role{{"giver", Giver}, {"guardian", Guardian}}},
		staff("children", access.Worker, access.Supervisor, access.SafeguardingLead),
		staff("money", access.Coordinator, access.Treasurer, access.Approver),
		staff("trust", access.Verifier, access.Auditor, access.Administrator),
	}
}

// Staff lists who holds the roles of the sample network, in the order of access.Roles.
func Staff() []Role {
	var out []Role
	for _, r := range access.Roles() {
		out = append(out, Role{string(r), addresses[r]})
	}
	return out
}

// States lists the addresses of those who show what else can be; demo.state.<name> says what. Their
// addresses are all that is needed to be them: who starts the sample reads its mails.
func States() []struct{ Name, Email string } {
	return []struct{ Name, Email string }{{"returned", addressOf("orchard")}, {"draft", addressOf("morning")}, {"other_guardian", otherGuardian},
		{"unchecked", "chen.li@example.org"}, {"lapsed", "zhou.ning@example.org"}, {"leaving", leaver}, {"second", secondVerifier}}
}

// PastGift returns the private link's token of a gift that Giver made before there was an account, and
// has not put into it. Faults: NotFound "giving.no_gift".
func PastGift(ctx context.Context, r db.Queryer) (token string, err error) {
	gifts, err := giving.GiftsOfEmail(ctx, r, giverBefore, 0, 1)
	switch {
	case err != nil:
		return "", fmt.Errorf("demo: the past gift: %w", err)
	case len(gifts) == 0:
		return "", fault.New(fault.NotFound, "giving.no_gift")
	}
	return gifts[0].Token, nil
}

func addressOf(key string) string { return key + "@example.org" }

var addresses = map[access.Role]string{
	access.Coordinator: "coordinator@example.org", access.Treasurer: "treasurer@example.org", access.Approver: "approver@example.org",
	access.Verifier: "verifier@example.org", access.Auditor: "auditor@example.org", access.Administrator: "administrator@example.org",
	access.Worker: "worker@example.org", access.Supervisor: "supervisor@example.org", access.SafeguardingLead: "safeguarding-lead@example.org",
}

// names are how the grown-ups of the sample are called, by address. All are made up.
var names = map[string]tx{
	Giver: {"顾一鸣", "Gu Yiming"}, Guardian: {"苏梅", "Su Mei"}, otherGuardian: {"石磊", "Shi Lei"}, leaver: {"丁一", "Ding Yi"},
	"coordinator@example.org": {"林晓岚", "Lin Xiaolan"}, "treasurer@example.org": {"吴敏", "Wu Min"}, "approver@example.org": {"郑海", "Zheng Hai"},
	"verifier@example.org": {"宋青", "Song Qing"}, secondVerifier: {"钱立", "Qian Li"}, "auditor@example.org": {"韩琳", "Han Lin"},
	"administrator@example.org": {"罗峰", "Luo Feng"}, secondAdmin: {"秦岚", "Qin Lan"},
	"worker@example.org": {"许静", "Xu Jing"}, "supervisor@example.org": {"梁秋", "Liang Qiu"}, "safeguarding-lead@example.org": {"沈怡", "Shen Yi"},
	"zhou.ning@example.org": {"周宁", "Zhou Ning"}, "chen.li@example.org": {"陈立", "Chen Li"}, "chen.li+station@example.org": {"陈 立", "Chen Li"},
	"he.an@example.org": {"何安", "He An"}, "sun.ping@example.org": {"孙平", "Sun Ping"},
}

// called is how somebody is called in the network's language.
func (b *builder) called(email string) string { return b.pick(names[email]) }

func (b *builder) pick(t tx) string {
	if b.Lang == i18n.EN {
		return t.en
	}
	return t.zh
}
