package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// built is what version prints as JSON.
type built struct {
	Version   string       `json:"version"`
	Go        string       `json:"go"`
	Platform  string       `json:"platform"`
	Home      string       `json:"home"`
	ModelSet  string       `json:"model_set"`
	Reference pass.ModelID `json:"reference"` // what passes name
	Models    []installed  `json:"models"`
}

// installed is one model and whether it is there.
type installed struct {
	Role   models.Role `json:"role"`
	ID     string      `json:"id"`
	SHA256 string      `json:"sha256"`
	Ready  bool        `json:"ready"` // whether the file is there and has the hash
}

// versionCommand is facelatch version.
func versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "version", Short: "print what this is, and the models it uses", Args: none,
		Long: "Print the version of this program, and the models it uses with their hashes. Each\nfile is read and checked.",
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		b, err := whatIsBuilt()
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c.OutOrStdout(), b)
		}
		printBuilt(c.OutOrStdout(), b)
		return nil
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
	b := built{
		Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Home: string(dir), ModelSet: manifest.Name, Reference: face.ReferenceModel(manifest),
	}
	for _, m := range manifest.Models {
		_, err := dir.Model(m)
		b.Models = append(b.Models, installed{Role: m.Role, ID: m.ID, SHA256: m.SHA256, Ready: err == nil})
	}
	return b, nil
}

func printBuilt(w io.Writer, b built) {
	fmt.Fprintf(w, "facelatch %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	fmt.Fprintf(w, "models %s in %s, references %s\n", b.ModelSet, b.Home, b.Reference)
	for _, m := range b.Models {
		ready := "ready"
		if !m.Ready {
			ready = "not installed: run make setup"
		}
		fmt.Fprintf(w, "  %-8s %-18s %s  %s\n", m.Role, m.ID, m.SHA256, ready)
	}
}
