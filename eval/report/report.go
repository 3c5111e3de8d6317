// Package report writes what a measurement found as one page of HTML that needs
// nothing else, as a PDF, and as JSON, with what made it: the command, models,
// machine and date.
//
// It prints what it is given. It never fetches anything, has no script, and
// shows no photograph.
package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/typeset"
)

// Made is what made a report.
type Made struct {
	Command string    `json:"command"`
	Date    time.Time `json:"date"`
	DataSet string    `json:"data_set"`
	Basis   string    `json:"basis"` // why it may be measured on
	// Program is the version of the program, with the hash of its file.
	Program string `json:"program"`
	Machine string `json:"machine"`
	Sets    []Set  `json:"model_sets"`
}

// Set is one set of models.
type Set struct {
	Name      string  `json:"name"`
	Reference string  `json:"reference"` // what passes name
	Models    []Model `json:"models"`
}

// Model is one model file.
type Model struct {
	Role   string `json:"role"`
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
	// Licence and Training are what the manifest says of them.
	Licence  string `json:"licence,omitempty"`
	Training string `json:"training,omitempty"`
}

// Report is a report.
type Report struct {
	Title    string
	Made     Made
	Sections []Section
	// Data are the figures behind it, as they stand in the JSON.
	Data any
}

// Section is a part with a heading. What it has is shown in the order of its
// fields.
type Section struct {
	Heading string
	Text    []string
	Tables  []Table
	Plots   []Plot
}

// Table is a table. Every row has as many cells as the head.
type Table struct {
	Head []string
	Rows [][]string
}

// MarshalJSON implements [json.Marshaler]: it writes what made the report and
// the figures.
func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Title  string `json:"title"`
		Made   Made   `json:"made"`
		Result any    `json:"result"`
	}{r.Title, r.Made, r.Data})
}

// Write writes report.html, report.pdf and report.json into a folder, which must
// exist. It replaces those that are there.
func (r Report) Write(dir string, fonts typeset.Fonts) error {
	page, err := r.HTML()
	if err != nil {
		return err
	}
	paper, err := r.PDF(fonts)
	if err != nil {
		return err
	}
	figures, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, figures, "", " "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	for name, data := range map[string][]byte{"report.json": indented.Bytes(), "report.html": page, "report.pdf": paper} {
		err = errors.Join(err, durable.Disk{}.Write(filepath.Join(dir, name), data, 0o644))
	}
	return err
}

// madeRows are what made a report, as rows of a table.
func (r Report) madeRows() [][]string {
	rows := [][]string{
		{"command", r.Made.Command},
		{"date", r.Made.Date.UTC().Format("2006-01-02 15:04 UTC")},
		{"photographs", r.Made.DataSet},
		{"may be measured on", r.Made.Basis},
		{"machine", r.Made.Machine},
		{"program", r.Made.Program},
	}
	for _, s := range r.Made.Sets {
		rows = append(rows, []string{"models", fmt.Sprintf("%s, references %s", s.Name, s.Reference)})
		for _, m := range s.Models {
			rows = append(rows, []string{m.Role, m.ID + " " + m.SHA256})
		}
	}
	return rows
}
