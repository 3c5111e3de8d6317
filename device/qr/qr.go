// Package qr makes QR codes and finds them in pictures.
//
// It is the eye of a door before any pass has been shown: it looks for the
// squares of a QR code and for nothing else. It knows nothing of faces or of what
// a pass says, and never keeps, sends or writes a picture: what it made of one is
// cleared before it returns.
package qr
