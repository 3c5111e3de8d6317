// Package estimate tells how often verification is wrong for groups of people,
// from comparison scores alone, with intervals that allow for scores having
// people in common.
//
// It is pure: it takes scores and numbers that stand for people, and never
// sees a photograph, a name or a file. Which group somebody is in is told to
// it; it never guesses.
//
// Terms are those of ISO/IEC 2382-37, 19795-1 and 19795-10: FMR and FNMR are
// false match and false non-match rates, and a difference of rates between
// groups of people is a differential.
package estimate
