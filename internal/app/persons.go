package app

import "manyhands/internal/people"

// movers says what goes along when two records of one person become one: what gives a right or a duty,
// what forbids something, and what is still open and takes two people. What somebody did once stays with
// the record under which it was done, and so does every proof at signing in.
func movers() []people.Mover {
	return []people.Mover{
		people.Rows{Table: "gift", Column: "person_id"},
		people.Rows{Table: "kept_gift", Column: "person_id", Key: "gift_id",
			Where: "NOT EXISTS (SELECT 1 FROM kept_gift k WHERE k.person_id = $2 AND k.gift_id = kept_gift.gift_id)"},
		people.Rows{Table: "payout", Column: "requested_by", Where: "state IN ('requested', 'approved')"},
		people.Rows{Table: "payout", Column: "decided_by", Where: "state = 'approved'"},
		people.Rows{Table: "refund", Column: "requested_by", Where: "state IN ('requested', 'approved')"},
		people.Rows{Table: "refund", Column: "decided_by", Where: "state = 'approved'"},

		// Checks: those that the other record lacks altogether; the evidence before the standing that names it.
		people.Rows{Table: "evidence", Column: "subject_id", Where: "kind = 'person' AND " + lacks("evidence")},
		people.Rows{Table: "checklist_standing", Column: "subject_id", Key: "requirement", Text: true, Where: "kind = 'person' AND " + lacks("checklist_standing")},
		people.Rows{Table: "checklist_standing", Column: "first_by", Key: "kind || CAST(subject_id AS TEXT) || requirement", Text: true, Where: "open_id <> 0"},
		people.Rows{Table: "evidence", Column: "made_by", Where: "EXISTS (SELECT 1 FROM checklist_standing s WHERE s.open_id = evidence.id)"},

		people.Rows{Table: "application", Column: "made_by"},
		people.Rows{Table: "responsible", Column: "person_id", Key: "CAST(organisation_id AS TEXT) || post", Text: true,
			Where: "NOT EXISTS (SELECT 1 FROM responsible k WHERE k.person_id = $2 AND k.organisation_id = responsible.organisation_id AND k.post = responsible.post)"},
		people.Rows{Table: "conflict_of_interest", Column: "person_id", Key: "organisation_id",
			Where: "NOT EXISTS (SELECT 1 FROM conflict_of_interest k WHERE k.person_id = $2 AND k.organisation_id = conflict_of_interest.organisation_id)"},
		people.Rows{Table: "suspension", Column: "made_by", Where: "reviewed_by = 0 AND lifted_at = 0"},
		people.Rows{Table: "suspension", Column: "lift_first_by", Where: "lifted_by = 0"},
		people.Rows{Table: "sign_in_reset", Column: "asked_by", Where: "confirmed_by = 0 AND ended_at = 0 AND person_id <> $2"},

		people.Rows{Table: "child_guardian", Column: "person_id"},
		people.Rows{Table: "child_assignment", Column: "person_id"},
		people.Rows{Table: "child_request", Column: "made_by", Where: "state = 'open'"},
		people.Rows{Table: "concern_about", Column: "person_id", Key: "concern_id",
			Where: "NOT EXISTS (SELECT 1 FROM concern_about k WHERE k.person_id = $2 AND k.concern_id = concern_about.concern_id)"},
		people.Rows{Table: "concern", Column: "by_person"},
		people.Rows{Table: "concern", Column: "proposed_by", Where: "state = 'proposed'"},
		people.Rows{Table: "concern", Column: "lift_by", Where: "held"},
		people.Rows{Table: "disposal_ask", Column: "by_id", Key: "kind || CAST(subject_id AS TEXT)", Text: true},
		people.Rows{Table: "erasure", Column: "asked_by", Key: "record_id"},
		people.Rows{Table: "glass", Column: "person_id", Where: "reviewed_by = 0"},
		people.Rows{Table: "legal_hold", Column: "asked_by", Where: "lifted_at = 0"},
	}
}

// lacks is that the record which is kept was never asked for what a row of table is about.
func lacks(table string) string {
	return "NOT EXISTS (SELECT 1 FROM checklist_standing k WHERE k.kind = 'person' AND k.subject_id = $2 AND k.requirement = " + table + ".requirement)"
}

// sides are the decisions that take two different people.
func sides() []people.Apart {
	return []people.Apart{
		{Table: "payout", One: "requested_by", Other: "decided_by"},
		{Table: "refund", One: "requested_by", Other: "decided_by"},
		{Table: "suspension", One: "made_by", Other: "reviewed_by"},
		{Table: "suspension", One: "lift_first_by", Other: "lifted_by"},
		{Table: "sign_in_reset", One: "asked_by", Other: "confirmed_by"},
		{Table: "glass", One: "person_id", Other: "reviewed_by"},
		{Table: "legal_hold", One: "asked_by", Other: "lifted_by"},
		{Table: "disposal", One: "asked_by", Other: "by_id"},
		{Table: "child_request", One: "made_by", Other: "decided_by"},
	}
}
