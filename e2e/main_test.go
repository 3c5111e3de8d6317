package e2e

import (
	"os"
	"testing"

	"github.com/facelatch/facelatch/e2e/rigtest"
)

func TestMain(m *testing.M) {
	rigtest.BeApart()
	os.Exit(m.Run())
}
