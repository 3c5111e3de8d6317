// Package engine joins the models of a home, ONNX Runtime and package face
// into a face engine. The runtime and each model are checked and loaded when
// they are first needed, so that a run that looks at no face loads nothing.
//
// It decides nothing about a face and keeps nothing of one.
package engine

import (
	"sync"
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/onnx"
	"github.com/facelatch/facelatch/models"
)

// New makes the engine of a home's manifest, with a clock for checking grants.
func New(dir home.Dir, now func() time.Time) (*face.Engine, models.Manifest, error) {
	manifest, err := dir.Manifest()
	if err != nil {
		return nil, models.Manifest{}, err
	}
	l := &loader{dir: dir, networks: map[string]*onnx.Network{}}
	e, err := face.New(face.Config{Manifest: manifest, Open: l.open, Projection: dir.Projection, Now: now})
	if err != nil {
		return nil, models.Manifest{}, err
	}
	return e, manifest, nil
}

// loader opens each network once.
type loader struct {
	dir home.Dir

	mu       sync.Mutex
	runtime  *onnx.Runtime            // guarded by mu; nil before the first model
	networks map[string]*onnx.Network // guarded by mu; by file
}

func (l *loader) open(m models.Model) (face.Lane, error) {
	network, err := l.network(m)
	if err != nil {
		return nil, err
	}
	lane, err := network.NewLane()
	if err != nil {
		return nil, err
	}
	return lane, nil
}

func (l *loader) network(m models.Model) (*onnx.Network, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.networks[m.File]; n != nil {
		return n, nil
	}
	if err := l.loadRuntime(); err != nil {
		return nil, err
	}
	data, err := l.dir.Model(m)
	if err != nil {
		return nil, err
	}
	n, err := l.runtime.Open(spec(m, data))
	if err != nil {
		return nil, err
	}
	l.networks[m.File] = n
	return n, nil
}

func (l *loader) loadRuntime() error {
	if l.runtime != nil {
		return nil
	}
	path, err := l.dir.Runtime()
	if err != nil {
		return err
	}
	loaded, err := onnx.Load(path)
	if err != nil {
		return err
	}
	l.runtime = loaded
	return nil
}

func spec(m models.Model, data []byte) onnx.Spec {
	s := onnx.Spec{Model: data, Level: level(m.Optimisation), Input: onnx.Tensor{Name: m.Input.Name, Shape: m.Input.Shape()}}
	for _, out := range m.Outputs {
		s.Outputs = append(s.Outputs, onnx.Tensor{Name: out.Name, Shape: out.Shape})
	}
	return s
}

func level(name string) onnx.Level {
	return map[string]onnx.Level{"none": onnx.None, "basic": onnx.Basic, "extended": onnx.Extended, "all": onnx.All}[name]
}
