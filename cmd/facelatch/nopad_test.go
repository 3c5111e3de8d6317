package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/facelatch/facelatch/models"
)

// nopad DIR makes a home like FACELATCH_HOME, but with a set of models of which
// none can tell a face from a picture of one.
func nopad(ts *testscript.TestScript, neg bool, args []string) {
	from, to := ts.Getenv("FACELATCH_HOME"), ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Join(to, "models"), 0o700))
	for _, name := range []string{"lib", "qr", "fonts"} {
		ts.Check(os.Symlink(filepath.Join(from, name), filepath.Join(to, name)))
	}
	set := models.Default()
	set.Models = slices.DeleteFunc(slices.Clone(set.Models), func(m models.Model) bool { return m.Role == models.PAD })
	if len(set.Models) == len(models.Default().Models) {
		ts.Fatalf("the set of models has none of the role %s", models.PAD)
	}
	for _, m := range set.Models {
		ts.Check(os.Symlink(filepath.Join(from, "models", m.File), filepath.Join(to, "models", m.File)))
	}
	data, err := json.Marshal(set)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(to, "models", "manifest.json"), data, 0o600))
}
