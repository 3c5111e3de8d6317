package models

import (
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// These bounds are far above any model that a door could run, and keep a
// hostile manifest from asking for an absurd buffer.
const (
	maxSide   = 4096
	maxFloats = 1 << 16
)

var (
	nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fileForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\.onnx$`)
	// A projection's file, in the folder of models or carried in the binary.
	matrixForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\.i16$`)
)

// bad returns the error for one field.
func bad(field, format string, args ...any) error {
	return fmt.Errorf("%w: %s: %s", ErrInvalid, field, fmt.Sprintf(format, args...))
}

// Check returns nil, or an error that wraps ErrInvalid and names the first bad
// field.
func (m Manifest) Check() error {
	if !nameForm.MatchString(m.Name) {
		return bad("name", "%q", m.Name)
	}
	seen := map[Role]int{}
	files := map[string]bool{}
	for i, model := range m.Models {
		at := fmt.Sprintf("models[%d]", i)
		if err := model.valid(at); err != nil {
			return err
		}
		if seen[model.Role] == mostOf(model.Role) {
			return bad(at+".role", "too many models for %q", model.Role)
		}
		if files[model.File] {
			return bad(at+".file", "a second model in %q", model.File)
		}
		seen[model.Role], files[model.File] = seen[model.Role]+1, true
	}
	if err := m.complete(seen); err != nil {
		return err
	}
	if err := m.Reference.valid(seen[Extract]); err != nil {
		return err
	}
	if !(m.Attack >= 0 && m.Attack <= 1) {
		return bad("attack", "%g is not 0 to 1", m.Attack)
	}
	if err := validThresholds(m.Thresholds); err != nil {
		return err
	}
	return validLikeness(m.SamePicture)
}

// complete returns nil if every role that is needed is there. Points come from the
// detector where it gives some, else from a model of their own.
func (m Manifest) complete(seen map[Role]int) error {
	needed := []Role{Detect, Landmark, Extract}
	if detector, ok := m.Model(Detect); ok && detector.GivesPoints() {
		needed = []Role{Detect, Extract}
	}
	for _, role := range needed {
		if seen[role] == 0 {
			return bad("models", "none has the role %q", role)
		}
	}
	return nil
}

func (m Model) valid(at string) error {
	roles := []Role{Detect, Landmark, Extract, PAD, Pose}
	levels := []string{"none", "basic", "extended", "all"}
	switch {
	case !slices.Contains(roles, m.Role):
		return bad(at+".role", "%q is not one of %q", m.Role, roles)
	case !nameForm.MatchString(m.ID):
		return bad(at+".id", "%q", m.ID)
	case !fileForm.MatchString(m.File):
		return bad(at+".file", "%q", m.File)
	case !isHash(m.SHA256):
		return bad(at+".sha256", "not 64 lower-case hexadecimal digits")
	case m.Licence == "":
		return bad(at+".licence", "empty")
	case m.Training == "":
		return bad(at+".training", "empty")
	case !slices.Contains(levels, m.Optimisation):
		return bad(at+".optimisation", "%q is not one of %q", m.Optimisation, levels)
	}
	if err := m.validReading(at); err != nil {
		return err
	}
	if err := m.Source.valid(at+".source", m.SHA256); err != nil {
		return err
	}
	if err := m.Input.valid(at + ".input"); err != nil {
		return err
	}
	return validOutputs(at+".outputs", m.Outputs)
}

// maxStride is the widest of YuNet's three grids, in pixels of its input.
const maxStride = 32

// validReading checks the fields that belong to one role alone.
func (m Model) validReading(at string) error {
	detects, extracts := m.Role == Detect, m.Role == Extract
	if err := m.validLooks(at); err != nil {
		return err
	}
	switch {
	case m.Kind != "" && !(detects && (m.Kind == Corners || m.Kind == YuNet)):
		return bad(at+".kind", "%q is no kind of a model that is to %s", m.Kind, m.Role)
	case m.Kind == YuNet && (m.Input.Height%maxStride != 0 || m.Input.Width%maxStride != 0):
		return bad(at+".input", "%d x %d pixels are not multiples of %d", m.Input.Width, m.Input.Height, maxStride)
	case !(m.Least >= 0 && m.Least < 1) || m.Least != 0 && !detects:
		return bad(at+".least", "%g", m.Least)
	case !(m.Weak >= 0 && m.Weak < maxFloats) || m.Weak != 0 && !extracts:
		return bad(at+".weak", "%g", m.Weak)
	case m.Input.Square != Square{} && !extracts:
		return bad(at+".input.square", "only faces to extract from are aligned")
	}
	return nil
}

func (s Source) valid(at, installed string) error {
	switch {
	case s.Package == "":
		return bad(at+".package", "empty")
	case s.Version == "":
		return bad(at+".version", "empty")
	case s.Path == "" || strings.HasPrefix(s.Path, "/") || slices.Contains(strings.Split(s.Path, "/"), ".."):
		return bad(at+".path", "%q does not lie in the package", s.Path)
	case !isHash(s.SHA256):
		return bad(at+".sha256", "not 64 lower-case hexadecimal digits")
	case s.Blocked && !s.Mended:
		return bad(at+".blocked", "but not mended")
	case s.Mended == (s.SHA256 == installed):
		return bad(at+".mended", "%t, but the two hashes say otherwise", s.Mended)
	}
	return nil
}

func (in Input) valid(at string) error {
	planes := map[string]int{"RGB": 3, "BGR": 3, "grey": 1}[in.Channels]
	switch {
	case in.Name == "":
		return bad(at+".name", "empty")
	case planes == 0:
		return bad(at+".channels", "%q is not RGB, BGR or grey", in.Channels)
	case in.Height < 1 || in.Height > maxSide:
		return bad(at+".height", "%d", in.Height)
	case in.Width < 1 || in.Width > maxSide:
		return bad(at+".width", "%d", in.Width)
	case len(in.Mean) != planes:
		return bad(at+".mean", "%d values for %d channels", len(in.Mean), planes)
	case len(in.Deviation) != planes:
		return bad(at+".deviation", "%d values for %d channels", len(in.Deviation), planes)
	case slices.ContainsFunc(in.Deviation, func(d float32) bool { return d <= 0 }):
		return bad(at+".deviation", "not above zero")
	case in.Square != Square{} && !in.Square.valid():
		return bad(at+".square", "%+v", in.Square)
	case in.Crop == "":
		return bad(at+".crop", "empty")
	}
	return nil
}

// valid says whether the square has a size, and touches the aligned face.
func (s Square) valid() bool {
	const aligned = 112
	return s.Side >= 1 && s.Side <= 4*aligned &&
		s.Left > -s.Side && s.Left < aligned && s.Top > -s.Side && s.Top < aligned
}

func validOutputs(at string, outputs []Output) error {
	if len(outputs) == 0 {
		return bad(at, "none")
	}
	for i, out := range outputs {
		here := fmt.Sprintf("%s[%d]", at, i)
		if out.Name == "" {
			return bad(here+".name", "empty")
		}
		if out.Meaning == "" {
			return bad(here+".meaning", "empty")
		}
		size := int64(1)
		for _, n := range out.Shape {
			if n < 1 || n > maxFloats || size*n > maxFloats {
				return bad(here+".shape", "%v", out.Shape)
			}
			size *= n
		}
		if len(out.Shape) == 0 {
			return bad(here+".shape", "empty")
		}
	}
	return nil
}

// mostOf is how many models may have a role.
func mostOf(role Role) int {
	switch role {
	case Extract:
		return 2
	case PAD:
		return maxPAD
	}
	return 1
}

func (r Reference) valid(extractors int) error {
	if !nameForm.MatchString(r.ID) {
		return bad("reference.id", "%q", r.ID)
	}
	if len(r.Parts) != extractors {
		return bad("reference.parts", "%d parts for %d extract models", len(r.Parts), extractors)
	}
	for i, p := range r.Parts {
		if err := p.valid(fmt.Sprintf("reference.parts[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (p Part) valid(at string) error {
	switch {
	case p.Floats < 1 || p.Floats > maxFloats:
		return bad(at+".floats", "%d", p.Floats)
	case !matrixForm.MatchString(p.Projection):
		return bad(at+".projection", "%q", p.Projection)
	case !isHash(p.SHA256):
		return bad(at+".sha256", "not 64 lower-case hexadecimal digits")
	case p.Dimensions < 1 || p.Dimensions > p.Floats:
		return bad(at+".dimensions", "%d of %d floats", p.Dimensions, p.Floats)
	case p.Bits < 2 || p.Bits > 8:
		return bad(at+".bits", "%d is not 2 to 8", p.Bits)
	case !(p.Clip > 0 && p.Clip <= 10):
		return bad(at+".clip", "%g is not above 0 and at most 10", p.Clip)
	}
	return nil
}

// validThresholds also checks that a lower false match rate never has a lower score.
func validThresholds(thresholds []Threshold) error {
	for i, t := range thresholds {
		at := fmt.Sprintf("thresholds[%d]", i)
		switch {
		case !nameForm.MatchString(t.Name):
			return bad(at+".name", "%q", t.Name)
		case !(t.FMR > 0 && t.FMR < 1):
			return bad(at+".fmr", "%g is not between 0 and 1", t.FMR)
		case !(math.Abs(t.Score) <= 1):
			return bad(at+".score", "%g is not a cosine", t.Score)
		case t.Pairs == "":
			return bad(at+".pairs", "empty")
		case i > 0 && t.FMR >= thresholds[i-1].FMR:
			return bad(at+".fmr", "not below the one before it")
		case i > 0 && t.Score < thresholds[i-1].Score:
			return bad(at+".score", "below that of a higher false match rate")
		}
	}
	return nil
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && s == strings.ToLower(s)
}
