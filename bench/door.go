package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/home"
)

// doorHolders is how many people take turns at the door.
const doorHolders = 12

// atDoor times whole showings at a door: a site with its controller, the daemon,
// and a tablet without a browser that sends fifteen frames a second over TLS, in
// one process on all cores. pageReads is whether the tablet finds the code.
func atDoor(dir home.Dir, faces string, runs int, pageReads bool) ([]rigtest.Timing, error) {
	ctx := context.Background()
	work, err := os.MkdirTemp("", "facelatch-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	r, err := rigtest.New(ctx, work, dir)
	if err != nil {
		return nil, err
	}
	lane := rigtest.Lane{Rig: r, Watch: &rigtest.Stopwatch{}, PageReads: pageReads}
	r.Options.Trace, r.Options.ReadCodes = lane.Watch.Mark, !pageReads
	all, err := timeShowings(ctx, lane, faces, runs)
	return all, errors.Join(err, r.Stop())
}

func timeShowings(ctx context.Context, lane rigtest.Lane, faces string, runs int) (all []rigtest.Timing, err error) {
	if lane.Holders, err = lane.Rig.Holders(faces, doorHolders); err != nil {
		return nil, err
	}
	if err := lane.Rig.Start(ctx); err != nil {
		return nil, err
	}
	if err := lane.Rig.UpToDate(ctx); err != nil {
		return nil, err
	}
	err = lane.Run(ctx, runs, func(t rigtest.Timing) {
		all = append(all, t)
		if len(all)%25 == 0 {
			fmt.Fprintf(os.Stderr, "\r%d of %d showings ", len(all), runs)
		}
	})
	fmt.Fprintln(os.Stderr)
	return all, err
}

// doors measures the door and prints a table for each way of reading codes.
func doors(runs int) error {
	faces := facesFolder()
	fmt.Printf("%s, %d cores; %s; load %s\n", processorName(), runtime.NumCPU(), runtime.Version(), load())
	for _, pageReads := range []bool{false, true} {
		all, err := atDoor("bin", faces, runs, pageReads)
		if err != nil {
			return err
		}
		printDoor(all, pageReads)
	}
	return nil
}

// load is how many programs want a core, in the last minutes: figures taken on
// a busy machine are worse.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	var one, five string
	fmt.Sscan(string(data), &one, &five)
	return one + ", " + five
}

func printDoor(all []rigtest.Timing, pageReads bool) {
	who := "the daemon"
	if pageReads {
		who = "the page"
	}
	var total []time.Duration
	var sum time.Duration
	for _, t := range all {
		if t.Opened {
			total = append(total, t.Total)
			sum += t.Total
		}
	}
	fmt.Printf("\n| a showing, codes read by %s | median ms | 99th percentile ms | share |\n|---|---:|---:|---:|\n", who)
	names := stageNames(pageReads)
	for i, stage := range rigtest.Stages() {
		var took []time.Duration
		var part time.Duration
		for _, t := range all {
			if t.Opened {
				took = append(took, t.Stages[stage])
				part += t.Stages[stage]
			}
		}
		printStage(names[i], took, 100*float64(part)/float64(max(sum, 1)))
	}
	printStage("**from the first frame to the latch**", total, 100)
	fmt.Printf("\n%d showings, %d opened.\n", len(all), len(total))
}

func printStage(name string, took []time.Duration, share float64) {
	fmt.Printf("| %s | %.1f | %.1f | %.1f %% |\n", name, ms(rigtest.Quantile(took, 0.5)), ms(rigtest.Quantile(took, 0.99)), share)
}

// stageNames says what each of rigtest.Stages ends.
func stageNames(pageReads bool) []string {
	names := []string{
		"the frame travels, is decoded, and its code is read", "the pass is verified and its seal tried",
		"waiting for the next frame, its way, decoding it", "(decoding, where it was not yet)", "finding the face, extracting",
		"judging its quality, comparing",
		"judging the pass anew, deciding", "the latch (a fake) answers",
	}
	if pageReads {
		names[0] = "the code's way from the page"
	}
	return names
}
