// Package demo makes a complete sample network: organisations, programmes, needs, three years of
// gifts, matches, payouts and outcomes, and a giving day in progress. It works through the services
// that the product uses, on a clock of its own, so everything it shows has been through the same
// rules. The same seed gives the same network; only secret links differ.
//
// Every organisation and person in it is made up. What its children are called stands nowhere but in
// what is sealed, and the package must not write a word about a child anywhere else: no name, no
// address, no date of birth. Tests of the whole house look for each of them.
package demo
