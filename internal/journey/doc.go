// Package journey proves the whole house from outside: browsers that give, staff that pay, readers
// who follow every link, in both languages. All of it is tests.
//
// A journey acts only as a person could, and looks at pages, mails and the log; it asks the database
// for nothing but counts and sums to compare with. What a rule says is the matter of its own package's
// tests.
package journey
