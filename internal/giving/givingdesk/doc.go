// Package givingdesk holds the staff's pages of giving: what needs an answer today, campaigns, pools,
// gifts, payouts and the books.
//
// A handler reads a form, calls one function of package giving inside one transaction and shows a
// page. The package decides nothing about money and knows no SQL: who may do what is package
// access's to say, what is possible package giving's. It never shows who gave a sealed gift, and the
// names of other givers only to whoever may see the gifts of that organisation.
package givingdesk
