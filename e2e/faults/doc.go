// Package faults holds the tests that break what a controller stands on while it
// works: the disk fills up, PostgreSQL goes away and comes back. There is nothing in
// it but tests: nothing that was acknowledged may be lost, and people have to be told
// what to do.
package faults
