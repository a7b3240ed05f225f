// Package ledger is the one book in which every gift is kept, whatever its unit: yuan in fen,
// evenings, meals, loaves, coats.
//
// Quantity sits in accounts. An [Entry] moves a quantity from one account to another of the same
// unit and is never changed afterwards; a [Hold] reserves a movement and ends exactly once; a [Set]
// of entries happens together or not at all. Ids come from the caller and are the idempotency keys:
// the same id with the same content is a success that changes nothing.
//
// A traced account keeps two lines, so that a gift can be followed to what it became. What arrives
// is laid end to end on the line of arrivals; what leaves uses that line from its beginning, first
// in, first out. A refund takes its quantity out of the middle of the line (a carve), which later
// uses skip; so what a giver was told once stays true.
//
//	arrivals  |--- gift 1 ---|---- gift 2 ----|-- gift 3 --|
//	uses      |---- payout 1 ----|--- payout 2 ---|  waiting
//
// The package knows no campaigns, pools or people: a subject is a number to it. It must not grow
// rules about who may give what; those belong to the packages that call it. Nothing else reads or
// writes its tables.
package ledger
