// Package e2e holds the tests of whole doors: from a pass in front of a camera
// to the latch, with everything between them real.
//
// It has nothing but tests and will never have anything else.
package e2e
