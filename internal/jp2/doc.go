// Package jp2 decodes JPEG 2000, in which chips of identity documents keep
// portraits, in a child process.
//
// The decoder is OpenJPEG, C code with a history of bugs, and what it reads comes
// from a document that somebody brought. So it runs in a process of its own, which
// gets one picture through a pipe and gives back pixels through another: with no
// environment, bounded memory and time, and a filter of the kernel that ends it
// should it open a socket, run a program or change a file. [Decode] starts it;
// [Child] is what it does. The program that runs Decode has a command that calls
// Child.
//
// The package never writes a picture to a disk: the library reads from memory that
// has a name for it alone (memfd_create), and ends with the process.
//
// What remains: the kernel's buffers of the two pipes, which are not zeroed when
// they are freed; and the memory of the child, which the kernel zeroes before it
// gives it to another.
package jp2
