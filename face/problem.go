package face

import "math"

// Problem is a reason why a capture is likely to fail, in the form that
// programs read.
type Problem string

// The problems, in the order in which they are reported: what a person should
// mend first comes first.
const (
	TooFar      Problem = "too-far"      // the face has too few pixels
	TooDark     Problem = "too-dark"     // too little light on the face
	TooBright   Problem = "too-bright"   // too much light on the face
	Flat        Problem = "low-contrast" // glare, fog or a dirty lens
	Blurred     Problem = "blurred"      // moved, or out of focus
	TurnedAway  Problem = "turned-away"  // the head is turned or nodded
	Tilted      Problem = "tilted"       // the head leans to one side
	EyesCovered Problem = "eyes-covered" // dark glasses, or a cap's shadow
	PartHidden  Problem = "part-hidden"  // a hand, a scarf or a mask
	Unclear     Problem = "unclear"      // the model can make little of it
)

// Advice is one plain sentence that tells the person what to do.
func (p Problem) Advice() string {
	switch p {
	case TooFar:
		return "Please come closer to the camera."
	case TooDark:
		return "It is too dark: please turn to the light."
	case TooBright:
		return "The light is too strong: please step out of it."
	case Flat:
		return "The picture is pale: please wipe the lens or turn away from the glare."
	case Blurred:
		return "The picture is blurred: please hold still."
	case TurnedAway:
		return "Please look straight at the camera."
	case Tilted:
		return "Please hold your head upright."
	case EyesCovered:
		return "Please take off dark glasses, or lift the brim of your cap."
	case PartHidden:
		return "Please keep your whole face free."
	case Unclear:
		return "Your face is not clear enough: please look straight at the camera, in good light, with nothing before it."
	}
	return ""
}

// The limits. All 204 photographs of FRLL, taken in a studio, lie within them;
// of 4,985 press photographs of LFW View 1, each limit is passed by 0.1 to 3 %
// (docs/accuracy.md). The angles allow for the pose model's bias: it sees faces
// that look straight ahead as nodding by 6 degrees.
const (
	minEyeDistance            = 25   // pixels; the models see eyes 35 pixels apart
	minBrightness             = 0.18 // of white
	maxBrightness             = 0.80
	minContrast               = 0.05
	minSharpness              = 0.15
	maxYaw                    = 32 // degrees
	minPitch, maxPitch        = -32, 20
	maxRoll                   = 25
	minEyeShade               = 0.34 // of the cheeks
	minEyeShadeWhenWeak       = 0.50 // if the vector is short as well
	maxSpread                 = 0.12 // eye distances
	minStrength, weakStrength = 2.6, 2.8
)

// Problems are the reasons why the capture is likely to fail, none if it is
// good.
func (q Quality) Problems() (problems []Problem) {
	for _, check := range []struct {
		bad  bool
		name Problem
	}{
		{q.EyeDistance < minEyeDistance, TooFar},
		{q.Brightness < minBrightness, TooDark},
		{q.Brightness > maxBrightness, TooBright},
		{q.Contrast < minContrast, Flat},
		{q.Sharpness < minSharpness, Blurred},
		{math.Abs(q.Yaw) > maxYaw || q.Pitch < minPitch || q.Pitch > maxPitch, TurnedAway},
		{math.Abs(q.Roll) > maxRoll, Tilted},
		{q.EyeShade < minEyeShade || q.EyeShade < minEyeShadeWhenWeak && q.shorter(weakStrength), EyesCovered},
		{q.Spread > maxSpread, PartHidden},
	} {
		if check.bad {
			problems = append(problems, check.name)
		}
	}
	if len(problems) == 0 && q.shorter(minStrength) {
		problems = append(problems, Unclear)
	}
	return problems
}

// shorter says whether the vector is known to be too short.
func (q Quality) shorter(than float64) bool { return !q.Lacks.Strength && q.Strength < than }
