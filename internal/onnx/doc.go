// Package onnx runs neural networks with ONNX Runtime, loaded when the
// program starts and called without cgo.
//
// It is one of the project's two native boundaries: memory that crosses it is
// owned by this package, lives outside the Go heap, is left out of core dumps
// and is zeroed when released. It knows nothing about faces.
//
// It will never download anything, never choose a model, and never write a
// file: the caller hands over a library's path and a model's bytes, both
// already checked against their hashes.
//
// # Binding
//
// ONNX Runtime exports one symbol, OrtGetApiBase, which leads to a table of C
// functions (struct OrtApi in onnxruntime_c_api.h). The table is append-only:
// an index never changes its meaning, so the handful used here are written
// down in api.go, and the table is asked for by version.
package onnx
