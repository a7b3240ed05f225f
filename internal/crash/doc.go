// Package crash proves that the program, its disk, its database server and the wire between may die
// at any moment.
//
// Its tests build the real program and put a crew to work on it over HTTP: givers who pay, refuse,
// leave or pay too late, the gateway that calls back, now and then twice, and a staff that pays
// invoices and gives gifts back, always by two hands. Then something happens at a moment drawn from a
// seed:
//
//   - the program is killed with SIGKILL (both engines);
//   - the power fails: what was written and not synced is gone, whole or torn (package faultfs);
//   - the disk is full, cannot write, sync or read, or writes half, and heals;
//   - the database server is killed, whole or one of its processes, and started again;
//   - the wire to it is cut at any byte, and above all between a commit and its answer.
//
// Whatever happens, all that was answered is compared with the books, in a copy beside the program:
// each answered gift exactly once with the match that was shown, each answered notice posted once,
// payouts and refunds where their answers left them, every check clean. At the end everybody repeats
// what was not answered under the same keys, and the books, public ones too, must be the sum of all
// answers to the fen. A program whose database comes back works on by itself; while it cannot it
// answers 503 and when to ask again.
//
// Settings, all from the environment: MANYHANDS_CRASH_ROUNDS is how often it happens in each story
// (2), MANYHANDS_CRASH_SEED the seed (drawn anew each time), MANYHANDS_CRASH_PROGRAM a program that
// was built already. Where no file system can be mounted through FUSE its stories are skipped, unless
// MANYHANDS_CRASH_DISK=must. The package holds tests and nothing else.
package crash
