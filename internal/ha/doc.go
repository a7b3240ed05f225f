// Package ha proves that several servers on one database, and that database's failover, keep every
// promise.
//
// Its test builds, on this machine alone, a monitor, a primary and a synchronous standby with
// pg_auto_failover, and starts two real servers on them. Givers and the gateway work at both, each
// step now at one and now at the other, while the primary's process is killed, then the primary's
// whole node, while the primary's machine hangs, and while one of the two servers is killed. Everybody repeats what was not answered, under the same
// keys. At the end the books hold each answered gift exactly once, with its match, and every check is
// clean. The test prints how long nothing could be written.
//
// It runs when MANYHANDS_HA is 1 ('make test-ha'), takes two to three minutes and leaves nothing behind.
// One disk and one kernel stand in for three machines: what it cannot show is a network that is slow
// or divided. The package holds tests and nothing else.
package ha
