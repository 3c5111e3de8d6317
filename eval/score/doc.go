// Package score compares the photographs of a data set, chunk by chunk, and
// keeps the comparison scores in a file until a report is made of them, so that
// memory stays bounded and an interrupted run goes on where it was.
//
// What it writes is the score of each comparison, by its number, and of each
// photograph whether it could be used and how good it is. It never writes what was
// extracted from a photograph, which would be a face on a disk: after an
// interruption the photographs that are still needed are read again. Whoever
// made the file removes it when the report is written.
package score
