package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	evalreport "github.com/facelatch/facelatch/eval/report"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/typeset"
	"github.com/facelatch/facelatch/models"
)

// write writes a report into the folder that was named, if one was.
func (f measureFlags) write(r evalreport.Report, dataSet string, sets ...models.Manifest) error {
	if f.out == "" {
		return nil
	}
	if f.dataSet != "" {
		dataSet = f.dataSet
	}
	program, err := programHash()
	if err != nil {
		return err
	}
	r.Made = evalreport.Made{
		Command: commandLine(os.Args), Date: time.Now().UTC().Truncate(time.Second), DataSet: dataSet, Basis: f.basis,
		Program: strings.TrimSpace(versionLine()) + ", file " + program, Machine: machine(),
	}
	for _, m := range sets {
		r.Made.Sets = append(r.Made.Sets, setOf(m))
	}
	dir, err := home.Find()
	if err != nil {
		return err
	}
	var fonts typeset.Fonts
	if fonts.Regular, err = dir.Read(home.FontRegular()); err != nil {
		return err
	}
	if fonts.Bold, err = dir.Read(home.FontBold()); err != nil {
		return err
	}
	err = r.Write(f.out, fonts)
	if err != nil && len(f.finished) > 0 {
		return fmt.Errorf("%w (the scores are kept: give the same command again when there is room)", err)
	}
	for _, file := range f.finished {
		if err != nil {
			break
		}
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

// made is a report that has yet to be told what made it.
func made(title string, page []evalreport.Section, data any) evalreport.Report {
	return evalreport.Report{Title: title, Sections: page, Data: data}
}

func setOf(m models.Manifest) evalreport.Set {
	s := evalreport.Set{Name: m.Name, Reference: fmt.Sprint(face.ReferenceModel(m))}
	for _, model := range m.Models {
		s.Models = append(s.Models, evalreport.Model{
			Role: string(model.Role), ID: model.ID, SHA256: model.SHA256, Licence: model.Licence, Training: model.Training,
		})
	}
	return s
}

// commandLine is what was typed, in a form that a shell reads again.
func commandLine(args []string) string {
	var words []string
	for i, a := range args {
		if i == 0 {
			a = "facelatch"
		}
		if a == "" || strings.ContainsAny(a, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// machine says what this ran on, as far as the system tells.
func machine() string {
	name := "an unnamed processor"
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores in use, %s/%s", name, runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH)
}
