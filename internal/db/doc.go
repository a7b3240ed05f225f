// Package db opens the database and is the only way to read and write it.
//
// Two engines run the same SQL text: SQLite, embedded in the program (the default), and PostgreSQL.
// There is one way to write, [DB.Write], and one way to read, [DB.Read]:
//
//   - Write queues its body with all others that wait. One writer takes them in turn into one
//     physical transaction, each inside its own savepoint, and commits once for all of them: group
//     commit. A body that fails rolls back alone. Nobody is answered before the commit is durable.
//   - Read gives one consistent snapshot that cannot write.
//
// A body may run more than once, so it must have no effect outside the database. A write inside a
// write is refused.
//
// The package knows no business words. It must not grow any: what a row means belongs to the
// package that owns the table.
package db
