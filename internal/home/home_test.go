package home

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// fill writes one file into a fresh home.
func fill(t *testing.T, path, contents string) (Dir, File) {
	t.Helper()
	dir := t.TempDir()
	final := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(final, []byte(contents), 0o644); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(contents))
	return Dir(dir), File{path, hex.EncodeToString(sum[:])}
}

func TestFind(t *testing.T) {
	t.Setenv(Variable, "/some/folder")
	if dir, err := Find(); err != nil || dir != "/some/folder" {
		t.Errorf("with the variable: %q, %v", dir, err)
	}
	t.Setenv(Variable, "")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if dir, err := Find(); err != nil || string(dir) != filepath.Dir(program) {
		t.Errorf("without it: %q, %v, want the folder of %s", dir, err, program)
	}
}

func TestReadAndPath(t *testing.T) {
	dir, file := fill(t, "models/a.onnx", "weights")
	if data, err := dir.Read(file); err != nil || string(data) != "weights" {
		t.Errorf("read %q, %v", data, err)
	}
	path, err := dir.Path(file)
	if err != nil || path != filepath.Join(string(dir), "models", "a.onnx") {
		t.Errorf("path %q, %v", path, err)
	}
}

// TestRefused is about every file that a home hands out.
func TestRefused(t *testing.T) {
	dir, file := fill(t, "models/a.onnx", "weights")
	changed := File{file.Path, hex.EncodeToString(make([]byte, 32))}
	absent := File{"models/b.onnx", file.SHA256}
	for _, test := range []struct {
		file File
		want error
	}{{changed, ErrChanged}, {absent, ErrNotInstalled}} {
		if data, err := dir.Read(test.file); !errors.Is(err, test.want) || data != nil {
			t.Errorf("read: %d bytes, %v, want %v", len(data), err, test.want)
		}
		if path, err := dir.Path(test.file); !errors.Is(err, test.want) || path != "" {
			t.Errorf("path: %q, %v, want %v", path, err, test.want)
		}
	}
	if _, err := dir.QR(); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("QR: %v", err)
	}
	if _, err := dir.Runtime(); !errors.Is(err, ErrNotInstalled) && !errors.Is(err, ErrUnsupported) {
		t.Errorf("runtime: %v", err)
	}
}

func TestManifest(t *testing.T) {
	if m, err := Dir(t.TempDir()).Manifest(); err != nil || m.Name != models.Default().Name {
		t.Errorf("without a file: %q, %v", m.Name, err)
	}
	dir, _ := fill(t, "models/manifest.json", `{"name":"mine"}`)
	if _, err := dir.Manifest(); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("a bad file: %v", err)
	}
}

func TestRuntimeOfAnotherMachine(t *testing.T) {
	amd64, ok := Runtime("amd64")
	arm64, ok2 := Runtime("arm64")
	if !ok || !ok2 || amd64.SHA256 == arm64.SHA256 {
		t.Errorf("%v %v", amd64, arm64)
	}
	if file, ok := Runtime("riscv64"); ok {
		t.Errorf("%v for riscv64", file)
	}
}

// TestInstalled opens everything that make setup installed.
func TestInstalled(t *testing.T) {
	dir := Dir(testenv.Home(t))
	m, err := dir.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range m.Models {
		if data, err := dir.Model(model); err != nil || len(data) == 0 {
			t.Errorf("%s: %d bytes, %v", model.File, len(data), err)
		}
	}
	if data, err := dir.QR(); err != nil || string(data[:4]) != "\x00asm" {
		t.Errorf("QR reader: %v", err)
	}
	if path, err := dir.Runtime(); err != nil {
		t.Errorf("runtime %q: %v", path, err)
	}
	for _, file := range []File{FontRegular(), FontBold()} {
		if _, err := dir.Path(file); err != nil {
			t.Error(err)
		}
	}
}

// TestProjection: the program's own matrices need no home; others are read
// from the folder of models, checked like everything there.
func TestProjection(t *testing.T) {
	dir := Dir(t.TempDir())
	own := models.Default().Reference.Parts[0]
	if data, err := dir.Projection(own); err != nil || len(data) != 2*own.Dimensions*own.Floats {
		t.Errorf("the program's own: %d bytes, %v", len(data), err)
	}
	other := own
	other.Projection = "other.i16"
	if _, err := dir.Projection(other); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("a missing one: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(string(dir), "models"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(dir), "models", "other.i16"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.Projection(other); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed one: %v", err)
	}
}
