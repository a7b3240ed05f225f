package access

// Roles returns all roles in the order in which pages list them.
func Roles() []Role {
	return []Role{Coordinator, Treasurer, Approver, Verifier, Auditor, Administrator, Worker, Supervisor, SafeguardingLead}
}
