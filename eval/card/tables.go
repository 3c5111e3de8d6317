package card

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/eval"
	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/face"
)

// share says a share of one in percent, small ones with as many digits as tell.
func share(s float64) string {
	switch p := 100 * s; {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return strconv.FormatFloat(p, 'g', 2, 64) + " %"
	case p < 99.995:
		return fmt.Sprintf("%.2f %%", p)
	}
	return "100 %"
}

// number sets thousands apart.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func span(rate, low, high float64) string {
	bare := func(s float64) string { return strings.TrimSuffix(share(s), " %") }
	return fmt.Sprintf("%s (%s to %s)", share(rate), bare(low), bare(high))
}

// byPerson is a rate with its interval by person.
func byPerson(r estimate.Rate) string {
	if r.Comparisons == 0 {
		return "no comparison"
	}
	return fmt.Sprintf("%s; %s of %s", span(r.Rate, r.Low, r.High), number(r.Errors), number(r.Comparisons))
}

func counted(r eval.Rate) string {
	if r.Of == 0 {
		return "none"
	}
	return fmt.Sprintf("%s; %s of %s", span(r.Rate, r.Low, r.High), number(r.Count), number(r.Of))
}

// only is a rate without its interval.
func only(r eval.Rate) string {
	if r.Of == 0 {
		return "none"
	}
	return share(r.Rate)
}

// each calls f for every verification with its data set.
func (a Accuracy) each(f func(data string, v Verification)) {
	for _, r := range a.Reports {
		for _, v := range r.Verification {
			name := cell(r.Made.DataSet)
			if len(r.Verification) > 1 {
				name += ", `" + cell(v.Models) + "`"
			}
			f(name, v)
		}
	}
}

func (a Accuracy) accuracy() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		cross := ""
		if c := v.CrossValidated; c != nil {
			cross = fmt.Sprintf("%.2f %%, standard error %.2f", 100*c.Mean, 100*c.StandardError)
		}
		best := fmt.Sprintf("%.2f %%", 100*v.Accuracy)
		if v.Accuracy == 0 {
			best = ""
		}
		rows = append(rows, []string{data, number(v.Images), number(v.People), number(v.FailuresToAcquire), number(v.Genuine), number(v.Impostor), best, cross})
	})
	return table([]string{"data set", "photographs", "people", "failures to acquire", "pairs of one person", "of two", "best accuracy", "accuracy, cross-validated"}, rows)
}

// rates are FNMR at false match rates, those of all photographs across where
// they were compared.
func (a Accuracy) rates() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		points, pairs := v.OperatingPoints, v.Impostor
		if v.Cross != nil {
			points, pairs = v.Cross.OperatingPoints, v.Cross.Impostor
		}
		row := []string{data, number(pairs)}
		for _, fmr := range []float64{1e-2, 1e-3, 1e-4, 1e-4 / 3} {
			row = append(row, at(points, fmr))
		}
		rows = append(rows, row)
	})
	return table([]string{"data set", "pairs of two people", "FNMR at FMR 1e-2", "at 1e-3", "at 1e-4", "at 3.33e-5"}, rows)
}

func at(points []eval.OperatingPoint, fmr float64) string {
	for _, p := range points {
		switch {
		case p.FMR < 0.99*fmr || p.FMR > 1.01*fmr:
		case !p.Supported:
			return "too few pairs"
		default:
			return fmt.Sprintf("%s, at %.3f", span(p.FNMR, p.FNMRLow, p.FNMRHigh), p.Threshold)
		}
	}
	return ""
}

// thresholds are the rates at the thresholds of the models.
func (a Accuracy) thresholds() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		points := v.CrossByPerson
		if points == nil {
			points = v.ByPerson
		}
		for _, p := range points {
			if !strings.HasPrefix(p.Name, "FMR ") {
				rows = append(rows, []string{data, fmt.Sprintf("`%s`, %.3f", p.Name, p.Threshold), byPerson(p.FMR), byPerson(p.FNMR)})
			}
		}
	})
	return table([]string{"data set", "threshold", "FMR", "FNMR"}, rows)
}

func (a Accuracy) showings() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		if v.Showings == nil {
			return
		}
		for _, p := range v.Showings.Points {
			rows = append(rows, []string{
				fmt.Sprintf("%s, %d attempts", data, v.Showings.Attempts), fmt.Sprintf("`%s`, %.3f", p.Name, p.Threshold),
				fmt.Sprintf("%d, %d", v.Showings.Strangers, v.Showings.Holders),
				only(p.AttemptFMR), counted(p.ShowingFMR), only(p.FirstFNMR), counted(p.ShowingFNMR),
			})
		}
	})
	return table([]string{"data set", "threshold", "strangers, holders", "FMR of one attempt", "FMR of a showing", "FNMR of the first attempt", "FNMR of a showing"}, rows)
}

func (a Accuracy) encoding() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		full := v.Uncompressed
		if len(full.OperatingPoints) == 0 || len(v.OperatingPoints) == 0 {
			return
		}
		missed := func(f eval.Figures) string {
			p := f.OperatingPoints[len(f.OperatingPoints)-1]
			return fmt.Sprintf("%.0f of %s", p.FNMR*float64(f.Genuine), number(f.Genuine))
		}
		rows = append(rows, []string{data, fmt.Sprintf("%.2f %%", 100*v.Accuracy), fmt.Sprintf("%.2f %%", 100*full.Accuracy), missed(v.Figures), missed(full)})
	})
	return table([]string{"data set", "accuracy, encoded", "full vectors", "missed at FMR 1e-3 of the listed pairs, encoded", "full vectors"}, rows)
}

func (a Accuracy) averaged() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		if v.Averaged == nil {
			return
		}
		for _, m := range v.Averaged.Means {
			row := []string{fmt.Sprintf("%s, %d people", data, v.Averaged.People), fmt.Sprint(m.Photographs)}
			for _, fmr := range []float64{1e-3, 1e-4} {
				row = append(row, rateNamed(m.ByPerson, fmt.Sprintf("FMR %.3g here", fmr)))
			}
			last := m.ByPerson[len(m.ByPerson)-1]
			rows = append(rows, append(row, fmt.Sprintf("`%s`", last.Name), byPerson(last.FMR), byPerson(last.FNMR)))
		}
	})
	return table([]string{"data set", "photographs to a reference", "FNMR at FMR 1e-3", "at 1e-4", "at the threshold", "FMR", "FNMR"}, rows)
}

// rateNamed is FNMR at the point of a name.
func rateNamed(points []eval.Point, name string) string {
	for _, p := range points {
		if p.Name == name {
			return span(p.FNMR.Rate, p.FNMR.Low, p.FNMR.High)
		}
	}
	return ""
}

func (a Accuracy) quality() string {
	var rows [][]string
	a.each(func(data string, v Verification) {
		if q := v.Quality; q != nil {
			rows = append(rows, []string{data, number(q.Misses), number(q.MissesExplained), number(q.Matches), number(q.MatchesWithReason), problems(q.Problems)})
		}
	})
	return table([]string{"data set", "pairs of one person that miss at FMR 1e-3 of the listed pairs", "with a problem in either photograph", "pairs that match", "with a problem", "problems seen in photographs"}, rows)
}

// problems lists problems, the most frequent first.
func problems(all map[face.Problem]int) string {
	names := slices.SortedFunc(maps.Keys(all), func(a, b face.Problem) int {
		if all[a] != all[b] {
			return all[b] - all[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var words []string
	for _, n := range names {
		words = append(words, fmt.Sprintf("%s %d", n, all[n]))
	}
	return strings.Join(words, ", ")
}
