package faceapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/internal/onnxfile"
	"github.com/facelatch/facelatch/internal/testenv"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// drawn is the input that the expected outputs were computed from: samples of 0 to 255
// that stand there as rows of red, green and blue, scaled as face-api scales them.
func drawn() []float32 {
	mean := [3]float32{122.782, 117.001, 104.298}
	in := make([]float32, 3*side*side)
	for i := range in {
		v := float32((i*7919 + i/450*31) % 256)
		in[i%3*side*side+i/3] = (v - mean[i%3]) / 255
	}
	return in
}

func run(t *testing.T, model []byte, level onnx.Level, floats int) []float32 {
	t.Helper()
	path, err := home.Dir(testenv.Home(t)).Runtime()
	if err != nil {
		t.Fatal(err)
	}
	runtime, err := onnx.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	network, err := runtime.Open(onnx.Spec{
		Model:   model,
		Level:   level,
		Input:   onnx.Tensor{Name: onnxfile.InputName, Shape: []int64{1, 3, side, side}},
		Outputs: []onnx.Tensor{{Name: onnxfile.OutputName, Shape: []int64{1, int64(floats)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lane, err := network.NewLane()
	if err != nil {
		t.Fatal(err)
	}
	copy(lane.Input(), drawn())
	if err := lane.Run(); err != nil {
		t.Fatal(err)
	}
	return lane.Output(0)
}

// compare runs a model and compares what it gives with what face-api 1.7.15 itself gave
// for the same weights and picture, on the CPU backend of TensorFlow.js 4.22.
func compare(t *testing.T, model []byte, recorded string) {
	t.Helper()
	var want []float64
	if err := json.Unmarshal(testdata(t, recorded), &want); err != nil {
		t.Fatal(err)
	}
	for _, level := range []onnx.Level{onnx.Basic, onnx.Extended, onnx.All} {
		var dot, a, b float64
		for i, v := range run(t, model, level, len(want)) {
			dot, a, b = dot+float64(v)*want[i], a+float64(v)*float64(v), b+want[i]*want[i]
			if math.Abs(float64(v)-want[i]) > 1e-4*math.Sqrt(b/float64(i+1))+1e-5 {
				t.Errorf("level %d: output %d is %v, face-api has %v", level, i, v, want[i])
			}
		}
		if cosine := dot / math.Sqrt(a*b); !(cosine > 0.999999) {
			t.Errorf("level %d: the cosine with face-api's vector is %v", level, cosine)
		}
	}
}

// TestAgainstFaceAPI: a network of few channels computes what face-api computes.
func TestAgainstFaceAPI(t *testing.T) {
	model, err := ToONNX(testdata(t, "tiny.json"), testdata(t, "tiny.bin"))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, model, "tiny-output.json")
}

// TestPublished: the same of the published weights, where somebody has installed them
// with "go run ./setup -set dlib -home bin/sets/dlib". The manifest pins the hash of
// the file that passed this, so it need not run everywhere.
func TestPublished(t *testing.T) {
	model, err := os.ReadFile(filepath.Join(testenv.Root(t), "bin", "sets", "dlib", "models", "faceapi_recognition.onnx"))
	if err != nil {
		t.Log("not installed: make setup has no need of these weights")
		return
	}
	compare(t, model, "published-output.json")
}

func TestRefuses(t *testing.T) {
	list, data := testdata(t, "tiny.json"), testdata(t, "tiny.bin")
	change := func(from, to string) []byte { return []byte(strings.Replace(string(list), from, to, 1)) }
	for name, bad := range map[string][2][]byte{
		"nothing":           {nil, nil},
		"a short file":      {list, data[:len(data)-1]},
		"a long file":       {list, append(bytes.Clone(data), 0)},
		"two files":         {change(`"tiny.bin"`, `"a","b"`), data},
		"another name":      {change("conv32_2/conv1/conv/bias", "conv32_9/conv1/conv/bias"), data},
		"a name twice":      {change("conv32_2/conv1/conv/bias", "conv32_1/conv1/conv/bias"), data},
		"an unknown field":  {change(`"dtype"`, `"padding":1,"dtype"`), data},
		"another type":      {change(`"dtype":"uint8"`, `"dtype":"uint16"`), data},
		"whole numbers":     {change(`"dtype":"float32"`, `"dtype":"int32"`), data},
		"a shape":           {change(`[7,7,3,1]`, `[7,3,7,1]`), data},
		"an empty shape":    {change(`[7,7,3,1]`, `[7,0,3,1]`), data},
		"an immense shape":  {change(`[7,7,3,1]`, `[4096,4096,4096,4096]`), data},
		"no list of lists":  {[]byte(`{}`), data},
		"something left":    {change(`{"name":"fc"`, `{"name":"extra","shape":[1],"dtype":"float32"},{"name":"fc"`), append(make([]byte, 4), data...)},
		"more channels":     {change(`[3,3,2,4]`, `[3,3,2,2]`), data},
		"a list that stops": {list[:len(list)-20], data},
		"two lists":         {append(bytes.Clone(list), list...), data},
	} {
		if model, err := ToONNX(bad[0], bad[1]); model != nil || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %d bytes, %v", name, len(model), err)
		}
	}
}

// FuzzToONNX asserts that an error comes with nothing, and that otherwise the file is a
// well-formed model whose small weights are gone, and the same each time.
func FuzzToONNX(f *testing.F) {
	f.Add(testdata(f, "tiny.json"), testdata(f, "tiny.bin"))
	f.Fuzz(func(t *testing.T, list, data []byte) {
		model, err := ToONNX(list, data)
		if err != nil {
			if model != nil || !errors.Is(err, ErrMalformed) {
				t.Fatalf("%d bytes beside %v", len(model), err)
			}
			return
		}
		again, err := ToONNX(list, data)
		if err != nil || !bytes.Equal(again, model) {
			t.Fatalf("the second time it is another file, %v", err)
		}
		if _, n, err := mend.Mend(model); err != nil || n != 0 {
			t.Fatalf("%d small weights, %v", n, err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzToONNX") }
