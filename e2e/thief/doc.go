// Package thief holds the test that steals the disks of a real site and looks for
// everything that nobody should find there. There is nothing in it but tests; what
// a thief obtains by it stands in controller/public/thief.json, and on the page of
// each site.
package thief
