// Package clienttest has a desk asked, and its results verified, by clients that
// others wrote, from npm, under Node.js. It is for tests only and will never be a
// part of the program.
package clienttest
