// Package crash proves that the program may die at any moment.
//
// Its test builds the real program, lets givers and the gateway work against it over HTTP, kills it
// with SIGKILL at moments drawn from a seed, starts it again, has everybody repeat what was not
// answered under the same keys, and at the end compares what was answered with what is in the books:
// each answered gift exactly once, with its match; each answered notice posted once; nothing twice;
// every check of the books clean.
//
// A killed process loses nothing that it has handed to the operating system, so the test shows that
// nobody is answered before the commit and that nothing happens twice. It cannot show that a commit
// outlives a power cut: for that the database waits for the disk (synchronous=FULL), which only a
// machine that loses power could test.
//
// MANYHANDS_CRASH_ROUNDS sets how often the program is killed (10), MANYHANDS_CRASH_SEED the seed
// (drawn anew each time), MANYHANDS_CRASH_PROGRAM a program that was built already. The package holds
// tests and nothing else.
package crash
