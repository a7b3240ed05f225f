package signin

// Way is how somebody proved who they are.
type Way string

// The ways. The first two show that somebody reads a mailbox or a telephone, and no more; ByAccount that
// somebody knows a password, perhaps.
const (
	ByLink     Way = "link"      // a link that came by mail
	BySMS      Way = "sms"       // a code that came to a telephone
	ByFamily   Way = "family"    // one of these two, and the family code
	ByPasskey  Way = "passkey"   // a passkey whose device checked its holder
	ByPassword Way = "password"  // a password and a code of an app
	ByLinkCode Way = "link_code" // a link and a code of an app
	ByRecovery Way = "recovery"  // a link and a recovery code
	ByProvider Way = "provider"  // the network's own OpenID Connect provider, which asked for two things
	ByAccount  Way = "account"   // the same provider, which asked for one or did not say
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

// Family reports whether the way opens a guardian's pages of their children: what does not rest on a
// mailbox or a telephone alone. The family code is enough for these, and for no desk.
func (w Way) Family() bool { return w == ByFamily || w.Strong() }

// provided reports whether the way is the provider's word, which is asked for anew before long.
func (w Way) provided() bool { return w == ByProvider || w == ByAccount }

// Ways lists all, for texts and tests.
func Ways() []Way {
	return []Way{ByLink, BySMS, ByFamily, ByPasskey, ByPassword, ByLinkCode, ByRecovery, ByProvider, ByAccount, ByConsole}
}
