// Package models describes the models that Facelatch runs: which file has
// which role, what goes in and out, how a reference is made from a feature
// vector, and which comparison score stands for which false match rate.
//
// A set of models is data. Another set is another manifest and needs no code.
// The default manifest, default.json, is embedded; [Default] returns it.
//
// The package holds no model, opens no file and runs nothing: internal/home
// checks and opens the files, internal/onnx runs them. It will never hold a
// figure about a person.
package models

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrInvalid says that a manifest is not valid JSON, has an unknown field, or
// has a field with a bad value; the message names the field.
var ErrInvalid = errors.New("models: invalid manifest")

// Role is what a model is for.
type Role string

// The roles. A manifest has exactly one model of each, but for the optional ones
// and for Extract, of which it may have two whose scores are averaged. A set whose
// Detect model gives five points of each face needs no Landmark model.
const (
	Detect   Role = "detect"   // finds faces in a picture
	Landmark Role = "landmark" // finds 68 points on one face
	Extract  Role = "extract"  // turns an aligned face into a feature vector
	PAD      Role = "pad"      // judges presentation attacks; optional
	Pose     Role = "pose"     // estimates yaw, pitch and roll; optional
)

// Manifest describes one set of models that work together.
type Manifest struct {
	// Name identifies the set, in lower-case letters, digits and hyphens.
	Name string `json:"name"`
	// Models are the set's models.
	Models []Model `json:"models"`
	// Reference says how a reference is made from the Extract models' vectors.
	Reference Reference `json:"reference"`
	// Attack is the belief in a living face, 0 to 1, below which the PAD model's
	// answer counts as a suspected presentation attack.
	Attack float64 `json:"attack"`
	// Thresholds map false match rates to comparison scores, in the order of
	// falling FMR. A set that has not been calibrated has none.
	Thresholds []Threshold `json:"thresholds"`
	// SamePicture tells two pictures of one photograph from two photographs; nil where
	// that was not measured.
	SamePicture *Likeness `json:"same_picture,omitempty"`
}

// Model describes one model file.
type Model struct {
	Role Role `json:"role"`
	// Kind says how the outputs of a Detect model are read; empty is Corners. Other
	// roles have none.
	Kind Kind `json:"kind,omitempty"`
	// Least is the score, 0 to 1, from which on a Detect model's box counts as a
	// face; 0 stands for the default, 0.7.
	Least float64 `json:"least,omitempty"`
	// Weak is the length of the first Extract model's vector under which the model
	// can make too little of a face; 0 where lengths say nothing or are not known to.
	Weak float64 `json:"weak,omitempty"`
	// ID names the model in passes and reports: lower-case letters, digits and hyphens.
	ID string `json:"id"`
	// File is the file's name in the folder of models, without a path.
	File string `json:"file"`
	// SHA256 is the hash of the file as it is loaded, in lower-case hexadecimal.
	SHA256 string `json:"sha256"`
	// Licence is the SPDX identifier under which the source publishes the model.
	Licence string `json:"licence"`
	// Training says what is known about the training data.
	Training string `json:"training"`
	Source   Source `json:"source"`
	Input    Input  `json:"input"`
	// Looks are the parts of a picture that a PAD model judges one after the
	// other; empty for the one that [Model.AllLooks] says. Other roles have none.
	Looks []Look `json:"looks,omitempty"`
	// BonaFide is which value of a PAD model's output stands for a living face.
	BonaFide int `json:"bona_fide,omitempty"`
	// Outputs are the outputs in use, in the order in which they are asked for.
	Outputs []Output `json:"outputs"`
	// Optimisation is the runtime's graph optimisation level that was measured
	// to be the fastest: none, basic, extended or all.
	Optimisation string `json:"optimisation"`
}

// Kind is a way of reading a detector's outputs.
type Kind string

const (
	// Corners is a detector that gives the probabilities of background and of a face
	// for each of n boxes, n x 2, and their corners, n x 4: left, top, right and
	// bottom as fractions of the input.
	Corners Kind = "corners"
	// YuNet is the detector of that name (Wu, Peng and Yu 2023), with the twelve
	// outputs cls, obj, bbox and kps, each for the strides 8, 16 and 32, in this
	// order. It also gives five points of each face.
	YuNet Kind = "yunet"
)

// GivesPoints says whether a Detect model gives five points of each face.
func (m Model) GivesPoints() bool { return m.Role == Detect && m.Kind == YuNet }

// Source says where a model came from, before it was mended.
type Source struct {
	Package string `json:"package"` // npm package, or for a person the name of another source
	Version string `json:"version"` // exact version
	Path    string `json:"path"`    // the file's slash-separated path in the package
	SHA256  string `json:"sha256"`  // of that file, in lower-case hexadecimal
	Mended  bool   `json:"mended"`  // whether installing changes it: internal/mend, or internal/tflite for a .tflite file
	// Blocked is whether installing also rewrites it by internal/blocked.
	Blocked bool `json:"blocked,omitempty"`
}

// Input is a model's only input: one picture, batch first, planes after each
// other. A sample v of 0..255 goes in as (v-Mean[c])/Deviation[c].
type Input struct {
	Name      string    `json:"name"`
	Channels  string    `json:"channels"` // RGB, BGR or grey: the order of the planes
	Height    int       `json:"height"`   // pixels
	Width     int       `json:"width"`    // pixels
	Mean      []float32 `json:"mean"`     // one for each channel, in samples of 0..255
	Deviation []float32 `json:"deviation"`
	// Square is the part of the aligned face that an Extract model takes; the zero
	// value is all of it.
	Square Square `json:"square,omitzero"`
	// Crop says which part of a picture goes in, for a reader.
	Crop string `json:"crop"`
}

// Square is a part of the aligned face: of the picture of 112 by 112 pixels in which
// the eyes, the nose and the mouth stand where ArcFace has them (Deng et al. 2019,
// arXiv:1801.07698). It may reach beyond those 112 pixels.
type Square struct {
	Left float64 `json:"left"` // pixels from the left of the 112
	Top  float64 `json:"top"`  // pixels from the top of them
	Side float64 `json:"side"` // pixels, more than 0
}

// Planes returns the number of colour planes, 1 or 3.
func (in Input) Planes() int { return len(in.Mean) }

// Shape returns the input tensor's shape: batch of one, planes, height, width.
func (in Input) Shape() []int64 {
	return []int64{1, int64(in.Planes()), int64(in.Height), int64(in.Width)}
}

// Output is one tensor that a model gives back.
type Output struct {
	Name    string  `json:"name"`
	Shape   []int64 `json:"shape"`
	Meaning string  `json:"meaning"` // what the numbers are, with their unit
}

// Reference says how feature vectors become the reference in a pass.
type Reference struct {
	// ID names the encoding for people. Passes carry a hash instead, which
	// covers the Extract models and everything in this struct.
	ID string `json:"id"`
	// Parts encode the vectors of the Extract models, in their order.
	Parts []Part `json:"parts"`
}

// Part says how the vector of one Extract model is encoded.
type Part struct {
	// Floats is the length of the model's vector.
	Floats int `json:"floats"`
	// Projection is the file of a matrix of Dimensions rows of Floats values:
	// big-endian int16 in units of 1/32767, rows orthonormal.
	Projection string `json:"projection"`
	// SHA256 is that file's hash, in lower-case hexadecimal.
	SHA256 string `json:"sha256"`
	// Dimensions is how many projected values are kept.
	Dimensions int `json:"dimensions"`
	// Bits is the size of one value, 2 to 8.
	Bits int `json:"bits"`
	// Clip is where values are cut off before they are quantised, in standard
	// deviations of the projected vector.
	Clip float64 `json:"clip"`
}

// Bytes returns the length of an encoded reference.
func (r Reference) Bytes() int {
	n := 0
	for _, p := range r.Parts {
		n += p.Dimensions * p.Bits
	}
	return (n + 7) / 8
}

//go:embed projections/*.i16
var projections embed.FS

// ErrNoProjection says that a part names a matrix that this version does not
// carry, or another one than it carries.
var ErrNoProjection = errors.New("models: no such projection")

// Projection returns the matrix of a part of the default manifest. The matrices
// are the left singular vectors of the Extract models' last layers, computed
// once (internal/projection) and kept as data, so that every machine makes the
// same references.
func Projection(p Part) ([]byte, error) {
	data, err := projections.ReadFile("projections/" + p.Projection)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNoProjection, p.Projection)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.SHA256 {
		return nil, fmt.Errorf("%w: %s has another hash", ErrNoProjection, p.Projection)
	}
	return data, nil
}

// Threshold is the comparison score from which on two faces count as one
// person's, for a given false match rate.
type Threshold struct {
	Name  string  `json:"name"`  // such as "fmr-1e-3"
	FMR   float64 `json:"fmr"`   // the false match rate it was calibrated for
	Score float64 `json:"score"` // cosine, -1 to 1
	// Pairs says on which impostor pairs it was calibrated, and how many there were.
	Pairs string `json:"pairs"`
}

//go:embed default.json
var defaultJSON []byte

// Default returns the manifest of the models that make setup installs. Each
// call returns a fresh copy.
func Default() Manifest {
	m, err := Decode(defaultJSON)
	if err != nil {
		panic("models: default.json: " + err.Error()) // a test decodes it
	}
	return m
}

// Decode reads a manifest. Unknown fields, anything after the object and bad
// values are refused with an error that wraps ErrInvalid.
func Decode(data []byte) (Manifest, error) {
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Manifest{}, fmt.Errorf("%w: something follows the object", ErrInvalid)
	}
	if err := m.Check(); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// Model returns the model of a role, and whether the set has one.
func (m Manifest) Model(role Role) (Model, bool) {
	for _, model := range m.Models {
		if model.Role == role {
			return model, true
		}
	}
	return Model{}, false
}

// Threshold returns the threshold of a name, and whether the set has it.
func (m Manifest) Threshold(name string) (Threshold, bool) {
	for _, t := range m.Thresholds {
		if t.Name == name {
			return t, true
		}
	}
	return Threshold{}, false
}

// ForAttempts returns the threshold that each of several attempts has to reach,
// so that together they stay within the false match rate of the threshold of a
// name: the loosest one that was calibrated for no more than that rate divided by
// the attempts. That holds whatever the attempts have in common (the union bound).
// ok is false where the set has no such name, or no threshold that is strict
// enough; a looser one must not stand in for it.
func (m Manifest) ForAttempts(name string, attempts int) (t Threshold, ok bool) {
	stated, known := m.Threshold(name)
	if !known || attempts < 1 {
		return Threshold{}, false
	}
	for _, t := range m.Thresholds {
		if t.FMR <= stated.FMR/float64(attempts) {
			return t, true
		}
	}
	return Threshold{}, false
}
