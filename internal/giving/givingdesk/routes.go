package givingdesk

import (
	"manyhands/internal/access"
	"manyhands/internal/web"
)

// Routes adds the pages to m, each with the permission that it asks for. Whoever holds it for one
// organisation alone is asked again, by what they would change, in the transaction that changes it.
func (h *Desk) Routes(m *web.Mux) {
	m.Handle("GET /desk", web.Need(access.DeskSee), h.today)
	m.Handle("POST /desk/jobs/{id}/retry", web.Need(access.JobRetry), h.retryJob)
	h.payoutRoutes(m)
	h.campaignRoutes(m)
	h.poolRoutes(m)
	h.giftRoutes(m)
	h.bookRoutes(m)
}

func (h *Desk) payoutRoutes(m *web.Mux) {
	m.Handle("GET /desk/payouts", web.Need(access.DeskSee), h.listPayouts)
	m.Handle("GET /desk/payouts.csv", web.Need(access.BooksExport), h.exportPayouts(asCSV))
	m.Handle("GET /desk/payouts.xlsx", web.Need(access.BooksExport), h.exportPayouts(asXLSX))
	m.Handle("GET /desk/payouts/new", web.Need(access.PayoutRequest), h.newPayout)
	m.Handle("POST /desk/payouts", web.Need(access.PayoutRequest), h.requestPayout)
	m.Handle("GET /desk/payouts/{id}", web.Need(access.DeskSee), h.showPayout)
	m.Handle("POST /desk/payouts/{id}/approve", web.Need(access.PayoutApprove), h.approvePayout)
	m.Handle("POST /desk/payouts/{id}/refuse", web.Need(access.PayoutApprove), h.refusePayout)
	m.Handle("POST /desk/payouts/{id}/pay", web.Need(access.PayoutPay), h.payPayout)
	m.Handle("POST /desk/payouts/{id}/outcomes", web.Need(access.OutcomeRecord), h.recordOutcome)
	m.Handle("GET /desk/invoices", web.Need(access.DeskSee), h.listInvoices)
	m.Handle("GET /desk/invoices/new", web.Need(access.InvoiceRecord), h.newInvoice)
	m.Handle("POST /desk/invoices", web.Need(access.InvoiceRecord), h.recordInvoice)
	m.Handle("GET /desk/invoices/{id}", web.Need(access.DeskSee), h.showInvoice)
}

func (h *Desk) campaignRoutes(m *web.Mux) {
	m.Handle("GET /desk/campaigns", web.Need(access.DeskSee), h.listCampaigns)
	m.Handle("GET /desk/campaigns/new", web.Need(access.CampaignEdit), h.newCampaign)
	m.Handle("POST /desk/campaigns", web.Need(access.CampaignEdit), h.createCampaign)
	m.Handle("GET /desk/campaigns/{id}", web.Need(access.DeskSee), h.showCampaign)
	m.Handle("GET /desk/campaigns/{id}/edit", web.Need(access.CampaignEdit), h.editCampaign)
	m.Handle("POST /desk/campaigns/{id}", web.Need(access.CampaignEdit), h.updateCampaign)
	m.Handle("POST /desk/campaigns/{id}/open", web.Need(access.CampaignEdit), h.openCampaign)
	m.Handle("POST /desk/campaigns/{id}/close", web.Need(access.CampaignEdit), h.closeCampaign)
	m.Handle("POST /desk/campaigns/{id}/redirect", web.Need(access.CampaignEdit), h.redirectRest)
}

func (h *Desk) poolRoutes(m *web.Mux) {
	m.Handle("GET /desk/pools", web.Need(access.DeskSee), h.listPools)
	m.Handle("GET /desk/pools/new", web.Need(access.PoolEdit), h.newPool)
	m.Handle("POST /desk/pools", web.Need(access.PoolEdit), h.createPool)
	m.Handle("GET /desk/pools/{id}", web.Need(access.DeskSee), h.showPool)
	m.Handle("POST /desk/pools/{id}/fund", web.Need(access.PoolFund), h.fundPool)
	m.Handle("POST /desk/pools/{id}/open", web.Need(access.PoolOpen), h.openPool)
}

func (h *Desk) giftRoutes(m *web.Mux) {
	m.Handle("GET /desk/gifts", web.Need(access.GiftSee), h.listGifts)
	m.Handle("GET /desk/gifts.csv", web.Need(access.BooksExport), h.exportGifts(asCSV))
	m.Handle("GET /desk/gifts.xlsx", web.Need(access.BooksExport), h.exportGifts(asXLSX))
	m.Handle("GET /desk/gifts/{id}", web.Need(access.GiftSee), h.showGift)
	m.Handle("POST /desk/gifts/{id}/arrived", web.Need(access.GiftReceive), h.arrived)
	m.Handle("POST /desk/gifts/{id}/take-back", web.Need(access.GiftReceive), h.takeBack)
	m.Handle("POST /desk/gifts/{id}/refund", web.Need(access.GiftRefundRequest), h.requestRefund)
	m.Handle("POST /desk/gifts/{id}/refunds/{refund}/approve", web.Need(access.GiftRefundApprove), h.approveRefund)
	m.Handle("POST /desk/gifts/{id}/refunds/{refund}/refuse", web.Need(access.GiftRefundApprove), h.refuseRefund)
	m.Handle("GET /desk/gifts/refunds", web.Need(access.GiftSee), h.listRefunds)
	m.Handle("GET /desk/gifts/quarantine", web.Need(access.GiftSee), h.listQuarantine)
	m.Handle("GET /desk/words", web.Need(access.WordsJudge), h.listWords)
	m.Handle("POST /desk/words/{id}", web.Need(access.WordsJudge), h.judgeWords)
	m.Handle("POST /desk/quarantine/{id}", web.Need(access.QuarantineResolve), h.resolveQuarantine)
}

func (h *Desk) bookRoutes(m *web.Mux) {
	m.Handle("GET /desk/funds/new", web.Need(access.FundOpen), h.newFund)
	m.Handle("POST /desk/funds", web.Need(access.FundOpen), h.openFund)
	m.Handle("GET /desk/books", web.Need(access.BooksSee), h.listBooks)
	m.Handle("GET /desk/books.csv", web.Need(access.BooksExport), h.exportBooks(asCSV))
	m.Handle("GET /desk/books.xlsx", web.Need(access.BooksExport), h.exportBooks(asXLSX))
	m.Handle("GET /desk/books/{fund}", web.Need(access.BooksSee), h.showStatement)
	m.Handle("GET /desk/books/{fund}/in.csv", web.Need(access.BooksExport), h.exportStatement(asCSV, false))
	m.Handle("GET /desk/books/{fund}/in.xlsx", web.Need(access.BooksExport), h.exportStatement(asXLSX, false))
	m.Handle("GET /desk/books/{fund}/out.csv", web.Need(access.BooksExport), h.exportStatement(asCSV, true))
	m.Handle("GET /desk/books/{fund}/out.xlsx", web.Need(access.BooksExport), h.exportStatement(asXLSX, true))
}
