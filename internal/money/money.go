// Package money holds quantities of what is given: an int64 count of the smallest part of a unit,
// with the unit always beside it. Yuan are counted in fen, evenings and coats in ones.
//
// It is pure: no database, no language. Quantities of different units are never added or converted.
package money

import (
	"fmt"
	"strconv"
)

// Unit says what is counted. Money units are ISO 4217 codes in capitals; everything else is a
// lower-case English noun in the singular that the catalogues translate ("unit.meal").
type Unit string

// The units that a fresh network knows. A need may use any of them.
const (
	CNY     Unit = "CNY"
	Hour    Unit = "hour"
	Evening Unit = "evening"
	Meal    Unit = "meal"
	Loaf    Unit = "loaf"
	Coat    Unit = "coat"
	Book    Unit = "book"
	Seat    Unit = "seat"
	Child   Unit = "child"
	Day     Unit = "day"
	Kit     Unit = "kit"
	Pair    Unit = "pair"
	Trip    Unit = "trip"
)

// Units lists the units in the order in which a form offers them.
func Units() []Unit {
	return []Unit{CNY, Hour, Evening, Meal, Loaf, Coat, Book, Seat, Child, Day, Kit, Pair, Trip}
}

// Known reports whether the network counts in u.
func (u Unit) Known() bool {
	for _, k := range Units() {
		if u == k {
			return true
		}
	}
	return false
}

// IsMoney reports whether u is a currency.
func (u Unit) IsMoney() bool { return len(u) == 3 && u[0] >= 'A' && u[0] <= 'Z' }

// Digits is the number of decimal places that u is shown with: 2 for yuan, 0 for things.
func (u Unit) Digits() int {
	if u.IsMoney() {
		return 2
	}
	return 0
}

// MaxMinor is the largest single quantity that anyone may enter: a thousand million yuan in fen.
// It leaves room for a hundred million such entries in one int64 sum.
const MaxMinor int64 = 100_000_000_000

// Amount is a quantity with its unit.
type Amount struct {
	Minor int64 // in the smallest part of the unit
	Unit  Unit
}

// Yuan makes an amount from fen.
func Yuan(fen int64) Amount { return Amount{Minor: fen, Unit: CNY} }

// Decimal writes the amount as plain digits with a point, for CSV, JSON and forms: "1234.50".
func (a Amount) Decimal() string {
	d := a.Unit.Digits()
	if d == 0 {
		return strconv.FormatInt(a.Minor, 10)
	}
	neg, v := "", a.Minor
	if v < 0 {
		neg, v = "-", -v
	}
	return fmt.Sprintf("%s%d.%02d", neg, v/100, v%100)
}

// String is for logs: "CNY 1234.50".
func (a Amount) String() string { return string(a.Unit) + " " + a.Decimal() }
