package thief

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
		os.Exit(0) // what is on a disk is the same with the race detector
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
