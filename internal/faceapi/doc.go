// Package faceapi converts the network that the npm package @vladmandic/face-api calls
// its face recognition model to an ONNX file. It is dlib's network of 2017 (King,
// "High quality face recognition with deep metric learning"): a residual network of 29
// convolutions over 150 by 150 pixels that gives 128 floats.
//
// A package of that form holds weights alone, most of them in bytes with a scale. What
// is computed with them stands in its program, and here in the table of layers. Numbers
// of channels are those of the weights, so that tests can do with few.
//
// It will never run a network, read or write a file, or convert approximately: what the
// ONNX file computes differs from the original by rounding only.
//
// # What changes
//
//   - Channels come first: pictures are 1 x 3 x 150 x 150, and weights are turned
//     accordingly.
//   - Weights in bytes become floats. The scale and the offset behind each convolution
//     are multiplied into it.
//   - A shortcut that halves the picture and adds empty channels is one convolution.
//   - Weights smaller than [mend.Smallest] become zero.
//
// The bytes of the result depend on the two files alone, on every processor
// architecture, so that the result can be pinned by its hash.
package faceapi
