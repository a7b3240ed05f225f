package access

import "slices"

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
	ProgrammeVerify   Permission = "programme.verify"    // say that a programme or an organisation was checked
	OrganisationStop  Permission = "organisation.stop"   // suspend an organisation at once, and let it go on
	PeopleSee         Permission = "people.see"          // see persons and their appointments
	PeopleAppoint     Permission = "people.appoint"      // make and end appointments to any role
	PeopleArrange     Permission = "people.arrange"      // appoint workers and supervisors, and arrange their cover
	KeyManage         Permission = "key.manage"          // make and revoke keys for programs
	JobRetry          Permission = "job.retry"           // run failed background work again

	// Children's records. Those of an organisation as a whole:
	RecordFind    Permission = "record.find"    // look for a record by its code
	RecordEnrol   Permission = "record.enrol"   // begin a record
	GlassReview   Permission = "glass.review"   // judge an emergency access afterwards
	AuditSearch   Permission = "audit.search"   // read who looked at what
	AuditExport   Permission = "audit.export"   // take it away as a file
	CheckRecord   Permission = "check.record"   // record the outcome of a person's background check
	ConcernTriage Permission = "concern.triage" // see that there are reports, and open those that are one's to hear

	// Those of one record (Record):
	RecordOpen     Permission = "record.open"     // see that it is there, its code and its state
	RecordRead     Permission = "record.read"     // read a group of its fields
	RecordWrite    Permission = "record.write"    // change a group of its fields
	RecordNote     Permission = "record.note"     // write a note
	RecordAmend    Permission = "record.amend"    // change a note
	RecordAttach   Permission = "record.attach"   // add a file
	RecordAssign   Permission = "record.assign"   // say which worker the child is assigned to
	RecordRefer    Permission = "record.refer"    // refer or transfer the child to another organisation
	RecordHistory  Permission = "record.history"  // read who looked at it
	RecordConsent  Permission = "record.consent"  // note what a guardian answered on paper or in person
	RecordAnswer   Permission = "record.answer"   // answer as the guardian
	RecordRequest  Permission = "record.request"  // ask for a correction or for erasure
	RecordGlass    Permission = "record.glass"    // open it in an emergency
	RecordOverride Permission = "record.override" // let it be shared without consent, with a reason
	RecordEnd      Permission = "record.end"      // note that the child has left
	RecordHold     Permission = "record.hold"     // keep it from being erased
	RecordErase    Permission = "record.erase"    // destroy it

	// Those of one report (Concern):
	ConcernHear  Permission = "concern.hear"  // read it
	ConcernAct   Permission = "concern.act"   // note what was done about it and to whom it was reported
	ConcernClose Permission = "concern.close" // close it, or confirm that another closes it
)

// Permissions returns all permissions in the order of their declaration.
func Permissions() []Permission {
	return slices.Concat(PlacePermissions(), RecordPermissions(), ConcernPermissions())
}

// PlacePermissions returns those that hold for an organisation or the whole network.
func PlacePermissions() []Permission {
	return []Permission{DeskSee, NeedEdit, CampaignEdit, FundOpen, PoolEdit, PoolFund, PoolOpen, InvoiceRecord, PayoutRequest,
		PayoutApprove, PayoutPay, OutcomeRecord, BooksSee, BooksExport, GiftSee, GiftReceive, GiftRecord,
		GiftRefundRequest, GiftRefundApprove, QuarantineResolve, WordsJudge, OrganisationEdit, ProgrammeVerify, OrganisationStop,
		PeopleSee, PeopleAppoint, PeopleArrange, KeyManage, JobRetry,
		RecordFind, RecordEnrol, GlassReview, AuditSearch, AuditExport, CheckRecord, ConcernTriage}
}

// RecordPermissions returns those that are asked about one child's record.
func RecordPermissions() []Permission {
	return []Permission{RecordOpen, RecordRead, RecordWrite, RecordNote, RecordAmend, RecordAttach, RecordAssign, RecordRefer, RecordHistory,
		RecordConsent, RecordAnswer, RecordRequest, RecordGlass, RecordOverride, RecordEnd, RecordHold, RecordErase}
}

// ConcernPermissions returns those that are asked about one report.
func ConcernPermissions() []Permission { return []Permission{ConcernHear, ConcernAct, ConcernClose} }
