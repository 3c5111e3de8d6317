package eval

import "math"

// CrossValidated is accuracy as the protocol of LFW has it (Huang et al. 2007):
// the pairs are cut into folds in their order, genuine and impostor pairs alike,
// and each fold is judged at the threshold that is best on the others.
type CrossValidated struct {
	Folds []Fold `json:"folds"`
	// Mean is the mean accuracy of the folds, and StandardError its standard error.
	Mean          float64 `json:"mean"`
	StandardError float64 `json:"standard_error"`
}

// Fold is one of them.
type Fold struct {
	Threshold float64 `json:"threshold"`
	Accuracy  float64 `json:"accuracy"`
}

// crossValidate needs at least two folds with both kinds of pairs in each; nil
// says that there are too few pairs. The scores are in the order of the pairs.
func crossValidate(genuine, impostor []float64, folds int) *CrossValidated {
	if folds < 2 || len(genuine) < folds || len(impostor) < folds {
		return nil
	}
	c := &CrossValidated{}
	var sum, squares float64
	for k := range folds {
		inGenuine, outGenuine := cut(genuine, k, folds)
		inImpostor, outImpostor := cut(impostor, k, folds)
		t := newScores(outGenuine, outImpostor).best()
		in := newScores(inGenuine, inImpostor)
		right := len(in.genuine) - below(in.genuine, t) + below(in.impostor, t)
		f := Fold{Threshold: t, Accuracy: float64(right) / float64(len(in.genuine)+len(in.impostor))}
		c.Folds = append(c.Folds, f)
		sum += f.Accuracy
		squares += f.Accuracy * f.Accuracy
	}
	n := float64(folds)
	c.Mean = sum / n
	c.StandardError = math.Sqrt(max(0, squares/n-c.Mean*c.Mean) / (n - 1))
	return c
}

// cut takes the k-th of n runs of scores, and the others.
func cut(all []float64, k, n int) (in, out []float64) {
	from, to := k*len(all)/n, (k+1)*len(all)/n
	in = append(in, all[from:to]...)
	return in, append(append(out, all[:from]...), all[to:]...)
}

// best is the threshold that tells most pairs right, in the middle between two
// scores where several do.
func (s scores) best() float64 {
	best, at, end := -1, float64(lowest), float64(lowest)
	i, j := below(s.genuine, lowest), below(s.impostor, lowest)
	for t := float64(lowest); ; {
		right := len(s.genuine) - i + j
		next := math.Inf(1)
		if i < len(s.genuine) {
			next = s.genuine[i]
		}
		if j < len(s.impostor) {
			next = min(next, s.impostor[j])
		}
		if right > best {
			best, at, end = right, t, next
		}
		if math.IsInf(next, 1) {
			break
		}
		for i < len(s.genuine) && s.genuine[i] == next {
			i++
		}
		for j < len(s.impostor) && s.impostor[j] == next {
			j++
		}
		t = math.Nextafter(next, math.Inf(1))
	}
	if math.IsInf(end, 1) {
		return at
	}
	return (at + end) / 2
}
