package app

import (
	"io/fs"

	"manyhands/internal/access"
	"manyhands/internal/backup"
	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/child"
	"manyhands/internal/child/childdesk"
	"manyhands/internal/child/guardianweb"
	"manyhands/internal/child/tell"
	"manyhands/internal/concern"
	"manyhands/internal/concern/concernweb"
	"manyhands/internal/config"
	"manyhands/internal/consent"
	"manyhands/internal/csvfile"
	"manyhands/internal/db"
	"manyhands/internal/demo"
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
	"manyhands/internal/people/account"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/programme/applyweb"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/safeguard"
	"manyhands/internal/safeguard/safeguardweb"
	"manyhands/internal/ui"
	"manyhands/internal/vault"
)

// Catalogues lists the texts of every package that has any.
func Catalogues() []fs.FS {
	return []fs.FS{access.Texts, backup.Texts, blob.Texts, checklist.Texts, child.Texts, childdesk.Texts(), guardianweb.Texts(), tell.Texts, concern.Texts, concernweb.Texts(), config.Texts, consent.Texts, csvfile.Texts, db.Texts, demo.Texts, givingdesk.Texts(), givingweb.Texts(), job.Texts,
		ledger.Texts, node.Texts, payment.Texts, sandbox.Texts, sandboxweb.Texts, people.Texts, peopleweb.Texts, account.Texts, oidc.Texts, signin.Texts, programme.Texts, apply.Texts, applyweb.Texts(),
		programmeweb.Texts(), safeguard.Texts, safeguardweb.Texts(), ui.Texts(), vault.Texts}
}

// Texts returns all of them in one bundle.
func Texts() (*i18n.Bundle, error) { return i18n.NewBundle(Catalogues()...) }
