// Package demo makes a complete sample network: organisations, programmes, needs, three years of
// gifts, matches, payouts and outcomes, and a giving day in progress. It works through the services
// that the product uses, on a clock of its own, so everything it shows has been through the same
// rules. The same seed gives the same network; only secret links differ.
//
// Every organisation and person in it is made up. No child appears in it, by name or otherwise.
package demo
