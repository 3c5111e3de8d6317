// Command facelatch issues passes that only their holders can use, and decides
// whether a pass and a face open a door. See facelatch --help.
package main

import (
	"os"
	_ "time/tzdata" // time zones, for machines that have none
)

// version is set when the program is built; see the Makefile.
var version = "unknown"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
