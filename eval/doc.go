// Package eval measures how often verification is wrong, on photographs of a
// data set whose terms allow it.
//
// It works under a grant to measure, which can neither seal a reference nor
// open a latch. It never gates: every photograph in which a face is found is
// compared, and one in which none is found counts against the engine, so that
// no figure improves by refusing. It keeps no photograph, no reference and no
// score when it is done; in a report it names photographs only where they could
// not be used. Who somebody is and which group they are in is told by whoever
// measures, and never inferred.
//
// Terms are those of ISO/IEC 2382-37 and ISO/IEC 19795-1: FMR and FNMR are
// false match and false non-match rates, a failure to acquire is a photograph
// without an extracted face.
package eval
