package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

const (
	modulePixels = 8  // of a PNG
	codeMM       = 45 // the side of an SVG
)

// outFile is an [issue.Outlet] that hands a pass over as a file.
type outFile struct {
	path   string
	layout card.Layout // of a PDF
	config site.Config
	made   bool // whether the file is there, and by us
	// missing are the characters that the card could not show.
	missing string
}

// checkOut finds what would keep a file from being made, before anything else
// is done.
func checkOut(path string) error {
	switch ending(path) {
	case ".png", ".svg", ".pdf", ".txt":
	default:
		return usagef("--out %s: the ending has to be .png, .svg, .pdf or .txt", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return usagef("%s is there already, and is not replaced: choose another name", path)
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return usagef("%s is not a folder", filepath.Dir(path))
	}
	return nil
}

// inside returns whether a file would be in a folder, or in one below it, by
// whatever names they are called.
func inside(file, folder string) bool {
	of, err := os.Stat(folder)
	if err != nil {
		return false // which is said later
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	for err == nil {
		var info os.FileInfo
		if info, err = os.Stat(dir); err == nil && os.SameFile(info, of) {
			return true
		}
		if dir == filepath.Dir(dir) {
			return false
		}
		dir = filepath.Dir(dir)
	}
	return false
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

// HandOver is a method of [issue.Outlet].
func (o *outFile) HandOver(text string) error {
	data, err := o.render(text)
	if err != nil {
		return err
	}
	err = durable.Disk{}.Create(o.path, data, 0o600)
	o.made = err == nil || !errors.Is(err, fs.ErrExist) && o.wrote(data)
	if err != nil {
		return fmt.Errorf("the pass could not be written: %s: %w", o.path, cause(err))
	}
	return nil
}

// wrote returns whether some of the data is in the file, so that somebody
// else's is not taken for ours.
func (o *outFile) wrote(data []byte) bool {
	found, err := os.ReadFile(o.path)
	return err == nil && bytes.HasPrefix(data, found)
}

// cause is an error about a file without the name of that file, which may be
// one that was only there for a moment.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// warnings are sentences about what was made.
func (o *outFile) warnings() []string {
	if o.missing == "" {
		return nil
	}
	return []string{fmt.Sprintf("the card's font lacks %q: the card shows a substitute", o.missing)}
}

// TakeBack is a method of [issue.Outlet].
func (o *outFile) TakeBack() error {
	if !o.made {
		return nil
	}
	return durable.Disk{}.Remove(o.path)
}

func (o *outFile) render(text string) ([]byte, error) {
	if ending(o.path) == ".txt" {
		return []byte(text + "\n"), nil
	}
	// Level L makes the largest modules, which is what cheap cameras need most.
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return nil, err
	}
	switch ending(o.path) {
	case ".svg":
		return code.SVG(codeMM), nil
	case ".pdf":
		var data []byte
		data, o.missing, err = printCard(o.config, o.layout, text, code)
		return data, err
	}
	return code.PNG(modulePixels)
}
