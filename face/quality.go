package face

import "math"

// Quality is what can be measured of a capture before it is used.
type Quality struct {
	// EyeDistance is how far the eyes are apart, in pixels of the picture.
	EyeDistance float64
	// Sharpness is how much the face's fine detail weighs against its contrast:
	// the standard deviation of its Laplacian over that of its grey levels, in a
	// crop of 112 pixels.
	Sharpness float64
	// Brightness is the face's mean grey level, 0 black to 1 white.
	Brightness float64
	// Contrast is the standard deviation of the face's grey levels, 0 to 0.5.
	Contrast float64
	// Yaw, Pitch and Roll are how far the head is turned, nodded and tilted, in
	// degrees, 0 for a face that looks straight at the camera.
	Yaw, Pitch, Roll float64
	// EyeShade is the grey level about the eyes over that of the cheeks: well
	// under one half behind dark glasses.
	EyeShade float64
	// Spread is how far two looks for the same points disagree, in eye
	// distances: large where a hand or a scarf hides part of the face.
	Spread float64
	// Strength is the length of the vector that the first model extracted, as if the
	// shortest that is good were 2.6: small for faces that the model can make little
	// of, for whatever reason.
	Strength float64
	// Lacks says what the models in use cannot measure.
	Lacks Lacks
}

// Quality measures the capture. It extracts features for [Quality.Strength]
// and forgets them, unless Probe has already been called.
func (c *Capture) Quality() (q Quality, err error) {
	if err := c.mustHold(); err != nil {
		return q, err
	}
	q.EyeDistance = distance(c.five[0], c.five[1])
	q.Spread = c.spread
	q.Lacks = c.engine.lacks
	c.light(&q)
	if err := c.turn(&q); err != nil {
		return q, err
	}
	if c.strength == 0 && !q.Lacks.Strength {
		p, err := c.Probe()
		if err != nil {
			return q, err
		}
		p.Wipe()
	}
	if !q.Lacks.Strength {
		q.Strength = c.strength * (minStrength / c.engine.weak)
	}
	return q, nil
}

// cropSide is the side of the aligned crop that light is measured in, and
// faceLeft to faceBottom the part of it that every face fills.
const (
	cropSide                                 = 112
	faceLeft, faceTop, faceRight, faceBottom = 24, 36, 88, 104
)

// light measures grey levels in an aligned crop.
func (c *Capture) light(q *Quality) {
	crop := make([]float32, cropSide*cropSide)
	defer clear(crop)
	l := layout{w: cropSide, h: cropSide, grey: true, scale: [3]float32{1.0 / 255}, side: cropSide}
	sample(crop, l, c.picture, c.aligned(l))
	var grey, detail spread
	for y := faceTop; y < faceBottom; y++ {
		for x := faceLeft; x < faceRight; x++ {
			i := y*cropSide + x
			grey.add(float64(crop[i]))
			detail.add(float64(4*crop[i] - crop[i-1] - crop[i+1] - crop[i-cropSide] - crop[i+cropSide]))
		}
	}
	q.Brightness, q.Contrast = grey.mean(), grey.deviation()
	q.Sharpness = detail.deviation() / max(grey.deviation(), 1.0/255)
	q.EyeShade = eyeShade(crop)
}

// eyeShade compares bands over the eyes with bands over the cheeks, on the
// side of the face where the difference is smaller: a shadow falls on one
// side, dark glasses cover both.
func eyeShade(crop []float32) float64 {
	shade := 0.0
	for _, x := range []int{30, 66} {
		eye, cheek := patch(crop, x, 46, 16, 12), patch(crop, x, 70, 16, 12)
		shade = max(shade, eye/max(cheek, 1.0/255))
	}
	return shade
}

func patch(crop []float32, x0, y0, w, h int) (mean float64) {
	for y := y0; y < y0+h; y++ {
		for x := x0; x < x0+w; x++ {
			mean += float64(crop[y*cropSide+x]) / float64(w*h)
		}
	}
	return mean
}

// poseMargin is how much larger than the detected box the pose model's view is.
const poseMargin = 1.25

// turn measures how the head is turned, with the pose model where there is
// one; the roll is that of the line between the eyes.
func (c *Capture) turn(q *Quality) error {
	q.Roll = math.Atan2(c.five[1].Y-c.five[0].Y, c.five[1].X-c.five[0].X) * 180 / math.Pi
	network := c.engine.pose
	if network == nil {
		return nil
	}
	region := c.subject.Box.scaled(poseMargin)
	return network.use(func(input []float32, l layout) {
		view(input, l, c.picture, region)
	}, func(lane Lane) {
		q.Yaw, q.Pitch = angle(lane.Output(0)), angle(lane.Output(1))
	})
}

// angle is the expected value of 66 bins of 3 degrees from -99 degrees on
// (Ruiz et al. 2018, arXiv:1710.00925).
func angle(logits []float32) (degrees float64) {
	for i, p := range softmax(logits) {
		degrees += 3 * float64(i) * p
	}
	return degrees - 99
}

// spread gathers the mean and standard deviation of a population.
type spread struct{ n, sum, squares float64 }

func (s *spread) add(v float64) { s.n, s.sum, s.squares = s.n+1, s.sum+v, s.squares+v*v }

func (s *spread) mean() float64 { return s.sum / s.n }

func (s *spread) deviation() float64 {
	return math.Sqrt(max(0, s.squares/s.n-s.mean()*s.mean()))
}
