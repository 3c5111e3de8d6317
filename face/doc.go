// Package face turns a photograph into a decision's raw material: it detects
// faces, aligns one, judges the quality of the capture and the signs of a
// presentation attack, extracts a probe, and compares one probe with one
// reference.
//
// # The pipeline
//
//	picture -> Detect -> subject -> landmarks (twice) -> align -> extract -> compare
//	                                                  \-> quality, presentation attack
//
// Every function that touches a face takes a consent.Grant and asks it first.
// Only the subject is landmarked and extracted; other faces are counted.
//
// # What it will never do
//
// It compares exactly one probe with exactly one reference: there is no
// function that takes two references, and none will be added. It infers no
// age, sex, ethnicity or emotion. It writes nothing, logs nothing, and keeps
// nothing: memory that held a face is zeroed when it is released, on error
// paths too. References are never updated from probes.
//
// # Sources
//
// The detector is an UltraLight RFB-320, the extractor a MobileFaceNet
// (Chen et al. 2018, arXiv:1804.07573), aligned by a similarity transform on
// five points (Umeyama 1991). What each takes and gives is in the manifest
// (package models); how good they are is in docs/accuracy.md.
package face
