// Package iddoc reads what an identity document says of itself: the lines at its
// foot that machines read, and the portrait in its chip.
//
// It is vocabulary: bytes in, fields out, with no input or output and no clock.
// What it returns says how it was come by, because a print alone does not prove
// that a document is genuine, and neither do check digits, which anybody can work
// out.
//
// It never keeps a document, never says that one is genuine, and never reads from
// a chip's portrait record what others wrote there about a person's sex, eyes,
// hair or expression.
//
// Sources: ICAO Doc 9303, 8th edition, parts 3 to 6 (machine-readable zone), 10
// and 11 (data group 2); ISO/IEC 19794-5:2005 and ISO/IEC 39794-5:2019 (face image
// data).
package iddoc
