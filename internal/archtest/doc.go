// Package archtest holds the tests of the house itself: who may import whom, how long a file may be,
// which words SQL may not use, that every text exists in both languages. A rule of style that is not
// tested here does not exist; a rule that bans something names what to use instead.
//
// The tests read the source as files, so that they run again whenever a file changes. The package
// has no code of its own and nothing may import it.
package archtest
