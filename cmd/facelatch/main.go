// Command facelatch issues passes that only their holders can use, and decides
// whether a pass and a face open a door. See facelatch --help.
package main

import (
	"log/slog"
	"os"
	_ "time/tzdata" // time zones, for machines that have none
)

// version is set when the program is built; see the Makefile.
var version = "unknown"

func main() {
	// Libraries write there, at a full disk a line for each try, and nobody can tell
	// from it what to do. What people have to know the parts say themselves.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
