package access

// Permission names one thing that a person or a program may do.
type Permission string

// The permissions. Pages and routes name them as written here.
const (
	DeskSee           Permission = "desk.see"            // open the desk at all
	NeedEdit          Permission = "need.edit"           // write and close needs
	CampaignEdit      Permission = "campaign.edit"       // write, open and close campaigns
	FundOpen          Permission = "fund.open"           // open a fund that outlasts campaigns
	PoolEdit          Permission = "pool.edit"           // write a matching pool's rule
	PoolFund          Permission = "pool.fund"           // note that a sponsor's money has come
	PoolOpen          Permission = "pool.open"           // open and close a pool: it then commits a sponsor's money
	InvoiceRecord     Permission = "invoice.record"      // enter an invoice
	PayoutRequest     Permission = "payout.request"      // ask for a payout against an invoice
	PayoutApprove     Permission = "payout.approve"      // allow or refuse a payout
	PayoutPay         Permission = "payout.pay"          // make an approved payout
	OutcomeRecord     Permission = "outcome.record"      // record what a payout or a gift became
	BooksSee          Permission = "books.see"           // see the whole ledger
	BooksExport       Permission = "books.export"        // take it away as a file
	GiftSee           Permission = "gift.see"            // see gifts with their givers
	GiftReceive       Permission = "gift.receive"        // mark things as arrived
	GiftRecord        Permission = "gift.record"         // record gifts that were paid elsewhere: for keys, no role has it
	GiftRefundRequest Permission = "gift.refund_request" // ask for a gift to be given back
	GiftRefundApprove Permission = "gift.refund_approve" // allow or refuse it
	QuarantineResolve Permission = "quarantine.resolve"  // say what money that nobody expected is
	WordsJudge        Permission = "words.judge"         // read what givers wrote for the public, show or hide it
	OrganisationEdit  Permission = "organisation.edit"   // write organisations and programmes
	ProgrammeVerify   Permission = "programme.verify"    // say that a programme was checked
	PeopleSee         Permission = "people.see"          // see persons and their appointments
	PeopleAppoint     Permission = "people.appoint"      // make and end appointments
	KeyManage         Permission = "key.manage"          // make and revoke keys for programs
	JobRetry          Permission = "job.retry"           // run failed background work again
)

// table says what each role may do. Five rules stand behind it and are tested:
//
//   - Four eyes: no role both asks for money to leave and allows it.
//   - A matching pool takes three: one writes its rule, one notes the sponsor's money, one opens it.
//   - Who appoints people does not move money, so nobody appoints themselves rich in one step.
//   - Who hands out keys, by which gifts are recorded and matched, does not open or fund what matches them.
//   - Who audits changes nothing.
var table = map[Role][]Permission{
	Coordinator: {
		DeskSee, NeedEdit, CampaignEdit, FundOpen, PoolEdit, OutcomeRecord, BooksSee, GiftSee,
		GiftReceive, GiftRefundRequest, WordsJudge, OrganisationEdit, KeyManage,
	},
	Treasurer: {
		DeskSee, PoolFund, InvoiceRecord, PayoutRequest, PayoutPay, BooksSee, BooksExport,
		GiftSee, GiftRefundRequest, QuarantineResolve,
	},
	Approver: {
		DeskSee, PayoutApprove, GiftRefundApprove, PoolOpen, BooksSee, GiftSee,
	},
	Verifier: {
		DeskSee, ProgrammeVerify, BooksSee,
	},
	Auditor: {
		DeskSee, BooksSee, BooksExport, GiftSee, PeopleSee,
	},
	Administrator: {
		DeskSee, NeedEdit, CampaignEdit, FundOpen, WordsJudge, OrganisationEdit, BooksSee, PeopleSee,
		PeopleAppoint, JobRetry,
	},
}

// Roles returns all roles in the order in which pages list them.
func Roles() []Role {
	return []Role{Coordinator, Treasurer, Approver, Verifier, Auditor, Administrator}
}

// Permissions returns all permissions in the order of their declaration.
func Permissions() []Permission {
	return []Permission{DeskSee, NeedEdit, CampaignEdit, FundOpen, PoolEdit, PoolFund, PoolOpen, InvoiceRecord, PayoutRequest,
		PayoutApprove, PayoutPay, OutcomeRecord, BooksSee, BooksExport, GiftSee, GiftReceive, GiftRecord,
		GiftRefundRequest, GiftRefundApprove, QuarantineResolve, WordsJudge, OrganisationEdit, ProgrammeVerify,
		PeopleSee, PeopleAppoint, KeyManage, JobRetry}
}
