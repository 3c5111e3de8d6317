// Package controllertest runs controllers of a site as processes of their own, so
// that tests and measurements can kill them, has others work with them, and judges
// what is there afterwards: whether everything that was acknowledged is kept, and
// the ledger says it.
//
// A [Site] is made in a folder, [Site.Start] starts a controller over it, and
// [Site.Judge] compares what a [Journal] heard with what is there. A test's program
// begins with [BeApart].
//
// It is for tests and for bench, and never a part of the product.
package controllertest
