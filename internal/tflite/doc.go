// Package tflite converts a small convolutional network from a TensorFlow Lite
// file to an ONNX file, so that one runtime can run models of both kinds.
//
// It knows the operators of MobileFaceNet (Chen, Liu, Gao and Han 2018,
// arXiv:1804.07573) and no others, in 32-bit floats: two-dimensional
// convolutions, plain and depthwise; sums, differences and products; absolute
// values; rectifiers, plain (ReLU) and with slopes (PReLU); and the reshape
// that turns channels of one pixel into a vector. A file with anything else is
// refused rather than converted in part.
//
// It will never run a network, read or write a file, or convert approximately:
// what the ONNX file computes differs from the original by rounding only.
//
// # What changes
//
//   - The batch becomes one picture, whatever the file's batch was.
//   - Channels come first: pictures are 1 x C x H x W, and convolution weights
//     are turned accordingly.
//   - Where TensorFlow pads an uneven number of pixels it puts the larger half
//     at the bottom and right; the ONNX file states the pads.
//   - PReLU, also where it is spelled out as relu(x) + a*(x - |x|), is computed
//     by convolutions of single pixels, in the form that ONNX Runtime is fast at.
//   - Weights smaller than [mend.Smallest] become zero.
//
// The bytes of the result depend on the input's bytes alone, on every
// processor architecture, so that the result can be pinned by its hash.
package tflite
