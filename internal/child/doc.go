// Package child keeps children's records: useful to those who need them, closed to everyone else.
//
// In clear a record is a code, an organisation, a state and dates. Everything that says who the child is
// or how they live is sealed under a key of the record's own (package vault) in groups of fields, so that
// each reader is given the groups that their purpose needs and no more, and so that destroying one key
// forgets one child without changing a count. Three ways lead to what is sealed, and no other: Open and
// OpenAll for a record's fields, and the reading of what a person has to decide (a referral, a request).
// Each asks package access and writes the audit trail in the same transaction, before anything is
// returned. A record that the asker may not know of is "not found", not "forbidden".
//
// The package must not put a name, a telephone number or any word that somebody typed into an error, an
// event, the trail or a log, and has no list of names beyond the records that are already the reader's.
// What guardians allow is package consent's.
package child

import "embed"

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS
