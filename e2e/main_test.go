package e2e

import (
	"flag"
	"os"
	"testing"

	"github.com/facelatch/facelatch/e2e/rigtest"
)

func TestMain(m *testing.M) {
	rigtest.BeApart()
	flag.Parse()
	if testing.Short() {
		os.Exit(0) // with the race detector the parts are tested by themselves, and whole doors without it
	}
	os.Exit(m.Run())
}
