package face

import "github.com/facelatch/facelatch/models"

// Lacks says which measures of [Quality] mean nothing, because the models in use
// cannot tell: they are 0 and give no problems.
type Lacks struct {
	// Turn is set where there is no pose model: Yaw and Pitch.
	Turn bool
	// Spread is set where there is no landmark model: Spread, and every [Moment].
	Spread bool
	// Strength is set where the manifest does not say which length is too short.
	Strength bool
}

// Lacking says what an engine of a manifest cannot measure.
func Lacking(m models.Manifest) Lacks {
	_, poses := m.Model(models.Pose)
	_, landmarks := m.Model(models.Landmark)
	first, _ := m.Model(models.Extract)
	return Lacks{Turn: !poses, Spread: !landmarks, Strength: first.Weak == 0}
}

// Say is what cannot be told, one sentence each, for whoever runs the models.
func (l Lacks) Say() (sentences []string) {
	for _, s := range []struct {
		lacks bool
		say   string
	}{
		{l.Turn, "There is no pose model: nobody is asked to look straight at the camera."},
		{l.Spread, "There is no landmark model: a hand or a scarf before the face goes unseen, and sequences cannot be judged for attacks."},
		{l.Strength, "No shortest length of vectors is known: what the models can make little of goes unseen."},
	} {
		if s.lacks {
			sentences = append(sentences, s.say)
		}
	}
	return sentences
}
