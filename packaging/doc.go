// Package packaging holds what Debian packages are made of, for scripts/deb: the
// services, their users, what they are started with, and what is done when a
// package is installed, upgraded and removed. Its tests build the packages twice,
// compare them, and install, upgrade, remove and purge them on a copy of this
// machine's system.
//
// There is nothing in it for other packages to import.
package packaging
