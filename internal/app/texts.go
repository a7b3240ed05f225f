package app

import (
	"io/fs"

	"manyhands/internal/access"
	"manyhands/internal/backup"
	"manyhands/internal/config"
	"manyhands/internal/csvfile"
	"manyhands/internal/db"
	"manyhands/internal/giving/givingdesk"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/ledger"
	"manyhands/internal/node"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/payment/sandbox/sandboxweb"
	"manyhands/internal/people"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/programme"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/ui"
)

// Catalogues lists the texts of every package that has any.
func Catalogues() []fs.FS {
	return []fs.FS{access.Texts, backup.Texts, config.Texts, csvfile.Texts, db.Texts, givingdesk.Texts(), givingweb.Texts(), job.Texts,
		ledger.Texts, node.Texts, payment.Texts, sandbox.Texts, sandboxweb.Texts, people.Texts, peopleweb.Texts, programme.Texts,
		programmeweb.Texts(), ui.Texts()}
}

// Texts returns all of them in one bundle.
func Texts() (*i18n.Bundle, error) { return i18n.NewBundle(Catalogues()...) }
