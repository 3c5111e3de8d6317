package main

import (
	"fmt"
	"io"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
)

// printReport prints what was measured for a person.
func printReport(w io.Writer, r eval.Report) {
	fmt.Fprintf(w, "images               %d\n", r.Images)
	fmt.Fprintf(w, "failures to acquire  %d (%.2f %%)\n", r.FailuresToAcquire, percentOf(r.FailuresToAcquire, r.Images))
	if len(r.Bad) > 0 {
		fmt.Fprintf(w, "could not be used    %d photographs or pairs, listed in the report; %d pairs were left out\n", len(r.Bad), r.PairsLeftOut)
	}
	printFigures(w, r.Figures)
	if c := r.CrossValidated; c != nil {
		fmt.Fprintf(w, "cross-validated      %.2f %%, standard error %.2f, in %d folds\n", 100*c.Mean, 100*c.StandardError, len(c.Folds))
	}
	if len(r.ByPerson) > 0 {
		fmt.Fprintf(w, "of %d people, each pair of them counted once, with intervals that allow for people in common:\n", r.People)
	}
	printPoints(w, r.ByPerson)
	if len(r.Uncompressed.OperatingPoints) > 0 {
		fmt.Fprintln(w, "without compressing one side as in a pass:")
		printFigures(w, r.Uncompressed)
	}
	if r.Cross != nil {
		fmt.Fprintln(w, "against all pairs of different people:")
		printFigures(w, *r.Cross)
		printPoints(w, r.CrossByPerson)
	}
	if q := r.Quality; q != nil {
		fmt.Fprintf(w, "at the threshold %.3f a problem was seen in %d of %d misses and %d of %d matches\n",
			q.Threshold, q.MissesExplained, q.Misses, q.MatchesWithReason, q.Matches)
	}
	if r.Showings != nil {
		printShowings(w, *r.Showings)
	}
	if r.Averaged != nil {
		printAveraged(w, *r.Averaged)
	}
}

// printPoints prints rates with intervals by person.
func printPoints(w io.Writer, points []eval.Point) {
	for _, p := range points {
		fmt.Fprintf(w, "at %.3f (%s)\n", p.Threshold, p.Name)
		for _, rate := range []struct {
			what string
			estimate.Rate
		}{{"FMR", p.FMR}, {"FNMR", p.FNMR}} {
			fmt.Fprintf(w, "  %-19s %.5f %% (95 %%: %.5f to %.5f; %d of %d)\n", rate.what, 100*rate.Rate.Rate, 100*rate.Low, 100*rate.High, rate.Errors, rate.Comparisons)
		}
	}
}

func printAveraged(w io.Writer, a eval.Averaged) {
	fmt.Fprintf(w, "references of 1 to %d photographs, of %d people:\n", a.Most, a.People)
	for _, m := range a.Means {
		fmt.Fprintf(w, "the mean of %d\n", m.Photographs)
		printPoints(w, m.ByPerson)
	}
}

func printShowings(w io.Writer, s eval.Showings) {
	fmt.Fprintf(w, "showings of %d attempts, of %d strangers and %d holders:\n", s.Attempts, s.Strangers, s.Holders)
	for _, p := range s.Points {
		fmt.Fprintf(w, "%s, threshold %.3f\n", p.Name, p.Threshold)
		printRate(w, "FMR of one attempt", p.AttemptFMR)
		printRate(w, "FMR of a showing", p.ShowingFMR)
		printRate(w, "FNMR of the first", p.FirstFNMR)
		printRate(w, "FNMR of a showing", p.ShowingFNMR)
	}
}

func printRate(w io.Writer, what string, r eval.Rate) {
	fmt.Fprintf(w, "  %-19s %.5f %% (95 %%: %.5f to %.5f; %d of %d)\n", what, 100*r.Rate, 100*r.Low, 100*r.High, r.Count, r.Of)
}

func printFigures(w io.Writer, f eval.Figures) {
	fmt.Fprintf(w, "pairs                %d (%d of one person, %d of two)\n", f.Pairs, f.Genuine, f.Impostor)
	fmt.Fprintf(w, "best accuracy        %.2f %%\n", 100*f.Accuracy)
	for _, p := range f.OperatingPoints {
		few := ""
		if !p.Supported {
			few = ", few pairs"
		}
		fmt.Fprintf(w, "FNMR at FMR %-8.0e %.2f %% (95 %%: %.2f to %.2f; threshold %.3f%s)\n",
			p.FMR, 100*p.FNMR, 100*p.FNMRLow, 100*p.FNMRHigh, p.Threshold, few)
	}
}

func percentOf(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}
