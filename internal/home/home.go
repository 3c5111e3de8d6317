// Package home finds the folder that holds what Facelatch runs with but does
// not contain (the model runtime, the models, the QR reader and the fonts),
// and hands each file out only after its SHA-256 was found to be the expected
// one.
//
// It will never fetch anything, never write, and never hand out a file that it
// did not check. Package internal/install fills the folder.
package home

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/facelatch/facelatch/models"
)

// Variable is the environment variable that names the folder.
const Variable = "FACELATCH_HOME"

var (
	// ErrNotInstalled says that a file is not there.
	ErrNotInstalled = errors.New("not installed: run make setup, or set " + Variable + " to the folder that it filled")
	// ErrChanged says that a file is there but is not the expected one.
	ErrChanged = errors.New("not the file that this version was built for: run make setup again")
	// ErrUnsupported says that nobody packages the model runtime for this kind of machine.
	ErrUnsupported = errors.New("the model runtime is packaged for linux/amd64 and linux/arm64 only")
)

// Dir is the path of a home. Its layout is:
//
//	lib/libonnxruntime.so.1   the model runtime
//	models/*.onnx             the models, as models.Manifest names them
//	models/manifest.json      another set of models; absent for the default one
//	qr/zbar.wasm              the QR reader
//	web/*                     what pages load to read and draw QR codes
//	fonts/*.ttf               the fonts of printed cards
//	licences/                 whose work this is, and on which terms
type Dir string

// Find returns the home: what FACELATCH_HOME says, else the folder that holds
// the running program. The folder's files are checked when they are opened.
func Find() (Dir, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return Dir(dir), nil
	}
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding the folder of this program: %w", err)
	}
	if resolved, err := filepath.EvalSymlinks(program); err == nil {
		program = resolved // so that a link in /usr/local/bin works
	}
	return Dir(filepath.Dir(program)), nil
}

// Runtime checks the model runtime of this machine's architecture and returns
// its path, for a loader that wants a path.
func (d Dir) Runtime() (string, error) {
	if runtime.GOOS != "linux" {
		return "", fmt.Errorf("%s/%s: %w", runtime.GOOS, runtime.GOARCH, ErrUnsupported)
	}
	file, ok := Runtime(runtime.GOARCH)
	if !ok {
		return "", fmt.Errorf("linux/%s: %w", runtime.GOARCH, ErrUnsupported)
	}
	return d.Path(file)
}

// Manifest returns the set of models that the home holds: that of
// models/manifest.json if there is one, else the default.
func (d Dir) Manifest() (models.Manifest, error) {
	path := filepath.Join(string(d), "models", "manifest.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return models.Default(), nil
	}
	if err != nil {
		return models.Manifest{}, err
	}
	m, err := models.Decode(data)
	if err != nil {
		return models.Manifest{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Model returns the bytes of a model, which were checked.
func (d Dir) Model(m models.Model) ([]byte, error) { return d.Read(ModelFile(m)) }

// Projection returns the matrix of one part of a manifest's reference: the one
// that the program carries, else the file of its name beside the models.
func (d Dir) Projection(p models.Part) ([]byte, error) {
	data, err := models.Projection(p)
	if errors.Is(err, models.ErrNoProjection) {
		return d.Read(File{"models/" + p.Projection, p.SHA256})
	}
	return data, err
}

// QR returns the bytes of the QR reader, which were checked.
func (d Dir) QR() ([]byte, error) { return d.Read(QRReader()) }

// Read returns the bytes of a file, which were checked: what is hashed is what
// is returned.
func (d Dir) Read(file File) ([]byte, error) {
	path := file.in(d)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, missing(path, err)
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != file.SHA256 {
		return nil, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return data, nil
}

// Path checks a file and returns its path. Whoever may write in the folder can
// still change the file after the check, so the folder must belong to the
// person who installed it; Read has no such gap.
func (d Dir) Path(file File) (string, error) {
	path := file.in(d)
	f, err := os.Open(path)
	if err != nil {
		return "", missing(path, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	if hex.EncodeToString(h.Sum(nil)) != file.SHA256 {
		return "", fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return path, nil
}

func missing(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, ErrNotInstalled)
	}
	return err
}
