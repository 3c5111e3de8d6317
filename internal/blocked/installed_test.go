package blocked

import (
	"math"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// TestInstalledAsPublished holds every installed network that was rewritten to what
// the published file computed of drawn noise, at the runtime's least optimisation.
func TestInstalledAsPublished(t *testing.T) {
	published := map[string][]float32{"fr-liveness-1": {3.756781, -0.09549411, -3.661234}}
	dir := home.Dir(testenv.Home(t))
	runtime := load(t)
	for _, m := range models.Default().Models {
		if !m.Source.Blocked {
			continue
		}
		want, ok := published[m.ID]
		if !ok {
			t.Errorf("nothing is known of %s as published", m.ID)
			continue
		}
		data, err := dir.Model(m)
		if err != nil {
			t.Fatal(err)
		}
		got := judged(t, runtime, m, data)
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-4 {
				t.Errorf("%s says %v, as published %v", m.ID, got, want)
				break
			}
		}
	}
}

// judged is what a network computes of noise, the same for every run.
func judged(t *testing.T, runtime *onnx.Runtime, m models.Model, data []byte) []float32 {
	t.Helper()
	n, err := runtime.Open(onnx.Spec{
		Model: data, Level: onnx.All,
		Input:   onnx.Tensor{Name: m.Input.Name, Shape: m.Input.Shape()},
		Outputs: []onnx.Tensor{{Name: m.Outputs[0].Name, Shape: m.Outputs[0].Shape}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	lane, err := n.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	defer lane.Close()
	state := uint32(1)
	for i := range lane.Input() {
		state = state*1664525 + 1013904223
		lane.Input()[i] = float32(state >> 24)
	}
	if err := lane.Run(); err != nil {
		t.Fatal(err)
	}
	return append([]float32(nil), lane.Output(0)...)
}
