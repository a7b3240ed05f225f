// Package journey proves the whole house from outside: browsers that give, staff that pay, readers
// who follow every link, in both languages. All of it is tests.
//
// A journey may look only where a person could: at pages, mails and the log. What a rule says is the
// matter of its own package's tests.
package journey
