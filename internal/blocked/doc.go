// Package blocked rewrites a small convolutional network, an ONNX file, so that
// ONNX Runtime can run all of it in the layout in which it is fastest.
//
// The runtime's fast convolutions keep channels together in blocks of 8 or 16.
// It leaves that layout, and turns the picture's memory round, where a depthwise
// convolution has a number of channels that is no multiple of the block, and
// where a rectifier has slopes (PReLU). Networks that were pruned have both all
// over: 103 channels, 13, 231. Two changes remove them:
//
//   - Channels are added until there are a multiple of 16. Their weights are
//     zero, so they compute zero and nothing reads them.
//   - A PReLU becomes two convolutions of single pixels, a rectifier and a sum:
//     x + (1-slope)*relu(-x).
//
// The network of presentation attacks (fr_liveness, a pruned MiniFASNet) takes a
// third of the time after that: 2.1 instead of 6.3 ms of one core of x86-64 with
// AVX-512, runtime 1.30.0, all optimisations.
//
// It knows the operators that such networks have and refuses everything else,
// rather than rewriting in part. It will never run a network, read or write a
// file, or compute something else than the original, rounding apart; and what it
// writes depends on the bytes it was given alone, so that it can be pinned by its
// hash.
package blocked
