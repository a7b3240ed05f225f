package signin

// Way is how somebody proved who they are.
type Way string

// The ways. The first two show that somebody reads a mailbox or a telephone, and no more.
const (
	ByLink     Way = "link"      // a link that came by mail
	BySMS      Way = "sms"       // a code that came to a telephone
	ByPasskey  Way = "passkey"   // a passkey whose device checked its holder
	ByPassword Way = "password"  // a password and a code of an app
	ByLinkCode Way = "link_code" // a link and a code of an app
	ByRecovery Way = "recovery"  // a link and a recovery code
	ByProvider Way = "provider"  // the network's own OpenID Connect provider
	ByConsole  Way = "console"   // a link made on the server by its operator
)

// Strong reports whether the way shows two things, or one that cannot be read off a stolen mailbox or
// telephone. The desk opens for no other.
func (w Way) Strong() bool {
	switch w {
	case ByPasskey, ByPassword, ByLinkCode, ByRecovery, ByProvider, ByConsole:
		return true
	}
	return false
}

// Ways lists all, for texts and tests.
func Ways() []Way {
	return []Way{ByLink, BySMS, ByPasskey, ByPassword, ByLinkCode, ByRecovery, ByProvider, ByConsole}
}
