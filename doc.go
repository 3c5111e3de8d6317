// Package facelatch is the root of a module for face verification that people
// can choose, see through and walk away from, with no database of faces
// anywhere. The program is cmd/facelatch; README.md says what it does and
// ARCHITECTURE.md how it is built.
//
// The root holds only the tests that keep the module in shape. It will never
// hold code that anything imports.
package facelatch
