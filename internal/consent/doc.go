// Package consent keeps what guardians allow and refuse for a child: who was asked what, in which exact
// words, what they said, and until when.
//
// An answer is a row that is never changed. Whether something is allowed now is not stored anywhere: it
// is computed from the latest answers of everyone who holds parental authority and from the clock, so
// that what runs out stops by itself and nothing depends on a job. The rules follow care.md's model of
// school immunisation (one answer per guardian, a conflict is a state) and the Personal Information
// Protection Law, Arts. 14-16, 28-31: separate purposes, plain words, withdrawal as easy as consent.
//
// The package knows children and guardians as numbers only and holds no word about either, but for the
// reason of an override, which is sealed. It must not decide who may answer for whom: its callers have
// asked package access before.
package consent

import "embed"

// Texts holds the catalogues of names and faults. The words that guardians agree to are not among them:
// see Form.
//
//go:embed text/*.toml
var Texts embed.FS
