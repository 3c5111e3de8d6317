package acts_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childURL is set for a process that acts until it is killed.
const childURL = "FACELATCH_ACTS_CHILD"

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		child(url)
		return
	}
	goleak.VerifyTestMain(m)
}
