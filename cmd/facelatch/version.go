package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

const versionHelp = `Print the version of this program with the hash of its own file, and what it uses
with their hashes: models, the model runtime, the QR reader and the fonts. Each
file is read and checked.

Exit codes: 0 all is ready; 1 something is not installed or damaged.`

// errNotReady ends version where a file cannot be used.
var errNotReady = errors.New("not everything is ready: run make setup")

// built is what version prints as JSON.
type built struct {
	Version   string          `json:"version"`
	Program   string          `json:"program"` // SHA-256 of this program's file
	Go        string          `json:"go"`
	Platform  string          `json:"platform"`
	Home      string          `json:"home"`
	ModelSet  string          `json:"model_set"`
	Reference pass.ModelID    `json:"reference"` // what passes name
	Models    []installed     `json:"models"`
	Lacks     []string        `json:"lacks,omitempty"` // what these models cannot tell
	Files     []installedFile `json:"files"`           // what else is used
	Ready     bool            `json:"ready"`           // whether all of it is
}

// installed is one model and whether it is there.
type installed struct {
	Role   models.Role `json:"role"`
	ID     string      `json:"id"`
	SHA256 string      `json:"sha256"`
	Ready  bool        `json:"ready"` // whether the file is there and has the hash
	State  string      `json:"state"` // ready, or why not
}

// installedFile is another file and whether it is there.
type installedFile struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // below the home
	SHA256 string `json:"sha256"`
	Ready  bool   `json:"ready"`
	State  string `json:"state"`
}

// versionCommand is facelatch version.
func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "version", Short: "print what this is, and what it uses", Args: none, Long: versionHelp}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		b, err := whatIsBuilt()
		if err != nil {
			return err
		}
		if asJSON {
			err = printJSON(c.OutOrStdout(), b)
		} else {
			printBuilt(c.OutOrStdout(), b)
		}
		if err == nil && !b.Ready {
			err = errNotReady
		}
		return err
	})
	return c
}

func whatIsBuilt() (built, error) {
	dir, err := home.Find()
	if err != nil {
		return built{}, err
	}
	manifest, err := dir.Manifest()
	if err != nil {
		return built{}, err
	}
	program, err := programHash()
	if err != nil {
		return built{}, err
	}
	b := built{
		Version: version, Program: program, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Home: string(dir), ModelSet: manifest.Name, Reference: face.ReferenceModel(manifest), Ready: true,
		Lacks: face.Lacking(manifest).Say(),
	}
	for _, m := range manifest.Models {
		_, err := dir.Model(m)
		b.Models = append(b.Models, installed{Role: m.Role, ID: m.ID, SHA256: m.SHA256, Ready: err == nil, State: state(err)})
		b.Ready = b.Ready && err == nil
	}
	b.Files = otherFiles(dir, manifest)
	for _, f := range b.Files {
		b.Ready = b.Ready && f.Ready
	}
	return b, nil
}

// programHash is the SHA-256 of the file that runs, whatever is at its path now.
func programHash() (string, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// otherFiles looks at what is used beside the models.
func otherFiles(dir home.Dir, manifest models.Manifest) (found []installedFile) {
	add := func(name string, f home.File, err error) {
		found = append(found, installedFile{Name: name, Path: f.Path, SHA256: f.SHA256, Ready: err == nil, State: state(err)})
	}
	file, _ := home.Runtime(runtime.GOARCH)
	_, err := dir.Runtime()
	add("runtime", file, err)
	for _, f := range []struct {
		name string
		file home.File
	}{{"qr-reader", home.QRReader()}, {"font", home.FontRegular()}, {"font-bold", home.FontBold()}} {
		_, err := dir.Path(f.file)
		add(f.name, f.file, err)
	}
	for _, p := range manifest.Reference.Parts {
		if _, err := models.Projection(p); errors.Is(err, models.ErrNoProjection) {
			_, err := dir.Projection(p)
			add("projection", home.File{Path: "models/" + p.Projection, SHA256: p.SHA256}, err)
		}
	}
	return found
}

// state is what a file is, in few words.
func state(err error) string {
	switch {
	case err == nil:
		return "ready"
	case errors.Is(err, home.ErrNotInstalled):
		return "not installed"
	case errors.Is(err, home.ErrChanged):
		return "damaged"
	case errors.Is(err, home.ErrUnsupported):
		return "not made for this kind of machine"
	}
	return cause(err).Error()
}

// versionLine is what --version prints.
func versionLine() string {
	return fmt.Sprintf("facelatch %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func printBuilt(w io.Writer, b built) {
	fmt.Fprint(w, versionLine())
	fmt.Fprintf(w, "program %s\n", b.Program)
	fmt.Fprintf(w, "models %s in %s, references %s\n", b.ModelSet, b.Home, b.Reference)
	for _, m := range b.Models {
		fmt.Fprintf(w, "  %-10s %-18s %s  %s\n", m.Role, m.ID, m.SHA256, m.State)
	}
	for _, f := range b.Files {
		fmt.Fprintf(w, "  %-10s %s  %s  %s\n", f.Name, f.Path, f.SHA256, f.State)
	}
	for _, sentence := range b.Lacks {
		fmt.Fprintln(w, sentence)
	}
}
