package latch

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// logOnly moves nothing. It says what it would do, to a person who looks at a
// terminal; where there is no terminal it says nothing, since what it says
// would be kept in a journal.
type logOnly struct{ out io.Writer }

func newLog(f *os.File) *logOnly {
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &logOnly{io.Discard}
	}
	return &logOnly{f}
}

func (l *logOnly) Unlatch(_ context.Context, pulse time.Duration) error {
	fmt.Fprintf(l.out, "The latch would open for %v.\n", pulse)
	return nil
}

func (l *logOnly) Check(context.Context) error { return nil }

func (l *logOnly) Close() error { return nil }
