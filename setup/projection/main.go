// Command projection makes the matrix that the vectors of an extract model are
// projected onto before they go into a pass, and prints the part of a manifest that
// names it. It is for whoever brings a model of their own (docs/models/README.md).
//
// It never looks at a photograph, and nothing runs it but a person.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/internal/projection"
	"github.com/facelatch/facelatch/models"
)

func main() {
	var o options
	flag.StringVar(&o.kind, "kind", "weights", "weights: the directions of the model's last layer; identity: the first values as they are; random: directions from a seed")
	flag.StringVar(&o.model, "model", "", "the ONNX file, for the kind weights")
	flag.StringVar(&o.out, "out", "", "the file to write, such as my-model-170.i16")
	flag.IntVar(&o.part.Floats, "floats", 512, "how many values the model gives")
	flag.IntVar(&o.part.Dimensions, "dimensions", 170, "how many directions to keep")
	flag.IntVar(&o.part.Bits, "bits", 6, "how many bits each takes in a pass, 2 to 8")
	flag.Float64Var(&o.part.Clip, "clip", 2.5, "where values are cut off, in standard deviations")
	flag.Uint64Var(&o.seed, "seed", 1, "for the kind random")
	flag.Parse()
	text, err := o.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "projection:", err)
		os.Exit(1)
	}
	fmt.Println(text)
}

type options struct {
	kind, model, out string
	seed             uint64
	part             models.Part
}

// run writes the matrix and returns the part that belongs to it.
func (o options) run() (string, error) {
	rows, err := o.rows()
	if err != nil {
		return "", err
	}
	matrix := projection.Encode(rows)
	sum := sha256.Sum256(matrix)
	o.part.Projection, o.part.SHA256 = filepath.Base(o.out), hex.EncodeToString(sum[:])
	if err := os.WriteFile(o.out, matrix, 0o644); err != nil {
		return "", err
	}
	bits := o.part.Bits * o.part.Dimensions
	fmt.Fprintf(os.Stderr, "projection: wrote %s; a reference takes %d bytes\n", o.out, (bits+7)/8)
	text, err := json.MarshalIndent(o.part, "", "  ")
	return string(text), err
}

func (o options) rows() ([][]float64, error) {
	switch o.kind {
	case "identity":
		return projection.Identity(o.part.Floats, o.part.Dimensions)
	case "random":
		return projection.Random(o.seed, o.part.Floats, o.part.Dimensions)
	case "weights":
		model, err := os.ReadFile(o.model)
		if err != nil {
			return nil, err
		}
		return projection.Compute(model, o.part.Floats, o.part.Dimensions)
	}
	return nil, fmt.Errorf("there is no kind %q", o.kind)
}
