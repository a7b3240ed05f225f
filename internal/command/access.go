package command

import (
	"fmt"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

type accessCmd struct {
	Explain explainCmd `cmd:"" help:"Say whether a person may do something, and which policies decide."`
}

// Question is what 'access explain' asks.
type Question struct {
	Email        string
	May          access.Permission
	Organisation string // address of an organisation; "" for any
	Record       string // code of a child's record; "" for none
	Purpose      access.Purpose
	Group        access.Group
	Reason       bool
}

// Answer is what it is told: the decision, and the roles that stand behind it.
type Answer struct {
	access.Decision
	Roles, Lapsed []access.Grant
}

type explainCmd struct {
	Person       string `arg:"" help:"E-mail address of the person."`
	May          string `arg:"" help:"What they want to do, such as payout.approve or record.read."`
	Organisation string `placeholder:"ADDRESS" help:"Where: the last part of the organisation's address. Default: anywhere."`
	Record       string `placeholder:"K-114" help:"Code of a child's record, for what begins with record."`
	Purpose      string `default:"care" help:"What for: care, meals, health, school, casework, referral, guardian or safeguarding."`
	Group        string `placeholder:"NAME" help:"Group of fields, for record.read and record.write."`
	Reason       bool   `help:"As if a reason had been given."`
}

// Help implements kong.HelpProvider.
func (explainCmd) Help() string {
	return `Answers 'why may I not see this?': asks the policies that the pages ask, and prints which of them decide, in words. It reads and changes nothing, shows nothing of a record, and leaves no row in the audit trail, since nothing is looked at.

Exit code 0: they may. 1: they may not.

Examples:

  manyhands access explain approver@example.org payout.approve
  manyhands access explain worker@example.org record.read --record K-114 --purpose meals --group health`
}

// Run explains.
func (c explainCmd) Run(h *house) error {
	q := Question{Email: c.Person, May: access.Permission(c.May), Organisation: c.Organisation, Record: c.Record,
		Purpose: access.Purpose(c.Purpose), Group: access.Group(c.Group), Reason: c.Reason}
	if err := q.check(); err != nil {
		return usage{err}
	}
	a, err := h.doors.Explain(h.ctx, h.base, q)
	if err != nil {
		return err
	}
	return h.explain(a)
}

// check returns what is wrong with the names of a question.
func (q Question) check() error {
	about := slices.Contains(access.RecordPermissions(), q.May)
	switch {
	case !slices.Contains(access.Permissions(), q.May) || slices.Contains(access.ConcernPermissions(), q.May):
		return fault.New(fault.Invalid, "command.access_permission")
	case about != (q.Record != ""):
		return fault.New(fault.Invalid, "command.access_record")
	case about && !slices.Contains(access.Purposes(), q.Purpose):
		return fault.New(fault.Invalid, "command.access_purpose")
	case (q.May == access.RecordRead || q.May == access.RecordWrite) && !slices.Contains(access.Groups(), q.Group):
		return fault.New(fault.Invalid, "command.access_group", "Groups", joined(access.Groups()))
	}
	return nil
}

func joined[S ~string](list []S) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

// explain prints an answer.
func (h *house) explain(a Answer) error {
	key := "command.access_no"
	if a.Allowed {
		key = "command.access_yes"
	}
	if err := h.say(key); err != nil {
		return err
	}
	for _, p := range a.By {
		if _, err := fmt.Fprintf(h.out, "  %s: %s\n", p, i18n.T(h.ctx, access.PolicyText+p)); err != nil {
			return err
		}
	}
	if len(a.By) == 0 {
		if err := h.say("command.access_nothing"); err != nil {
			return err
		}
	}
	for _, g := range a.Roles {
		if err := h.say("command.access_role", "Role", i18n.T(h.ctx, "access.role."+string(g.Role))); err != nil {
			return err
		}
	}
	for _, g := range a.Lapsed {
		if err := h.say("command.access_lapsed", "Role", i18n.T(h.ctx, "access.role."+string(g.Role))); err != nil {
			return err
		}
	}
	if !a.Allowed {
		return errTold
	}
	return nil
}
