// Command check runs the project's tests for make test and make soak. It is
// there because go test alone says nothing about what it did not run: check
// counts skipped tests with their reasons, runs every fuzz target for a while,
// and verifies that each file of a fuzz corpus was really run.
//
// The last line of its output is "N passed, N failed, N skipped". It exits 0
// if nothing failed, 1 if something did (with CI=true a skipped test counts as
// failed), and 2 if Debian packages have to be installed first.
//
//	check test [-fuzztime 3s]    everything, in minutes
//	check soak [-fuzztime 1m] [-only fuzz]
//	                             the same at full counts, resumable; with -only
//	                             the steps whose names begin so, for a machine
//	                             that can do several at once
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// errFailed says that a test failed; the report has said which.
var errFailed = errors.New("tests failed")

// errUsage says that the command line makes no sense.
var errUsage = errors.New("usage: check test|soak [-fuzztime DURATION] [-only STEPS]")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errFailed):
		os.Exit(1)
	case errors.Is(err, errMissing), errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	default:
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 || (args[0] != "test" && args[0] != "soak") {
		return errUsage
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	fuzztime := flags.Duration("fuzztime", map[string]time.Duration{"test": 3 * time.Second, "soak": time.Minute}[args[0]], "how long to run each fuzz target")
	only := flags.String("only", "", "of a soak, only the steps whose names begin so")
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() > 0 {
		return errUsage
	}
	if err := installPackages(ctx, "packages-test.txt"); err != nil {
		return err
	}
	if args[0] == "soak" {
		return soak(ctx, *fuzztime, *only)
	}
	return test(ctx, *fuzztime)
}

// test runs everything once and reports.
func test(ctx context.Context, fuzztime time.Duration) error {
	steps, err := plan(ctx, fuzztime, false)
	if err != nil {
		return err
	}
	all := newResults()
	for _, s := range steps {
		one, err := s.run(ctx)
		if err != nil {
			return err
		}
		all.merge(one)
	}
	return all.report(os.Stdout, os.Getenv("CI") == "true")
}
