// Package public is the page at which everybody can read what a site does with
// faces: who runs it and why, which doors look, what else they accept, how long
// anything is kept, which software and models do it and how often they are wrong,
// what the operator did, and what a thief would get.
//
// The page is made from [Facts] alone, on the server, in Chinese and English. It
// has no script and sets no cookie, loads nothing from anywhere else, and never
// says anything about a person. Who reads it is not recorded.
package public
