package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// dockets is an [issue.Dockets]: one file for each, and a mark in another
// folder for those that are open. The lock must be held.
type dockets struct {
	f    folder
	disk Disk
}

// Put is a method of [issue.Dockets].
func (s dockets) Put(d issue.Docket, open bool) error {
	data, err := encodeDocket(d)
	if err != nil {
		return err
	}
	path, mark := s.f.docket(d.ID), filepath.Join(s.f.pending(), d.ID.String())
	if open {
		if err := s.disk.Write(mark, nil, secret); err != nil {
			return err
		}
	}
	if err := (durable.Disk{}).Folder(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := s.disk.Write(path, data, secret); err != nil || open {
		return err
	}
	return s.disk.Remove(mark)
}

// Get is a method of [issue.Dockets].
func (s dockets) Get(id pass.ID) (issue.Docket, error) {
	path := s.f.docket(id)
	data, err := read(path, 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return issue.Docket{}, issue.ErrUnknown
	}
	if err != nil {
		return issue.Docket{}, err
	}
	d, err := decodeDocket(data)
	if err == nil && d.ID != id {
		err = errors.New("it is about another pass")
	}
	if err != nil {
		return issue.Docket{}, fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	return d, nil
}

// Open is a method of [issue.Dockets]. A mark that cannot be followed hides no
// other.
func (s dockets) Open() (open []issue.Docket, all error) {
	all = s.f.sweep()
	marks, err := os.ReadDir(s.f.pending())
	all = errors.Join(all, err)
	for _, mark := range marks {
		d, err := s.marked(mark.Name())
		switch {
		case errors.Is(err, issue.ErrUnknown): // left by a crash before anything was done
			all = errors.Join(all, s.disk.Remove(filepath.Join(s.f.pending(), mark.Name())))
		case err != nil:
			all = errors.Join(all, err)
		default:
			open = append(open, d)
		}
	}
	return open, all
}

// marked returns the docket that a mark is for.
func (s dockets) marked(name string) (issue.Docket, error) {
	id, err := pass.ParseID(name)
	if err != nil {
		return issue.Docket{}, fmt.Errorf("%w: %s has a mark %q", ErrDamaged, s.f.pending(), name)
	}
	return s.Get(id)
}

// docketFile is a docket as it is written.
type docketFile struct {
	ID        pass.ID        `json:"id"`
	State     issue.State    `json:"state"`
	Since     time.Time      `json:"since"`
	Zones     []string       `json:"zones"`
	NotBefore time.Time      `json:"not_before"`
	Expires   time.Time      `json:"expires"`
	Hours     string         `json:"hours,omitempty"`
	List      uint32         `json:"list"`
	Index     uint32         `json:"index"`
	Consent   []byte         `json:"consent,omitempty"` // as consent.Record encodes it
	Models    []pass.ModelID `json:"models,omitempty"`
	Holder    []byte         `json:"holder,omitempty"` // as issue.EncodeHolder writes it
	Signed    []byte         `json:"signed"`
	Salt      []byte         `json:"salt"`
}

func encodeDocket(d issue.Docket) ([]byte, error) {
	f := docketFile{
		ID: d.ID, State: d.State, Since: d.Since.UTC(), Zones: d.Zones,
		NotBefore: d.NotBefore.UTC(), Expires: d.Expires.UTC(), Hours: d.Schedule.String(),
		List: d.Status.List, Index: d.Status.Index, Models: d.Models, Signed: d.Signed[:], Salt: d.Salt[:],
	}
	var err error
	if f.Holder, err = issue.EncodeHolder(d.Holder); err != nil {
		return nil, err
	}
	if d.Consent != nil {
		if f.Consent, err = d.Consent.Encode(); err != nil {
			return nil, err
		}
	}
	data, err := json.MarshalIndent(f, "", "  ")
	return append(data, '\n'), err
}

func decodeDocket(data []byte) (d issue.Docket, err error) {
	var f docketFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return issue.Docket{}, err
	}
	if len(f.Signed) != len(d.Signed) || len(f.Salt) != len(d.Salt) {
		return issue.Docket{}, errors.New("a hash or salt has another length")
	}
	d = issue.Docket{
		ID: f.ID, State: f.State, Since: f.Since, Zones: f.Zones, NotBefore: f.NotBefore, Expires: f.Expires,
		Status: pass.StatusRef{List: f.List, Index: f.Index}, Models: f.Models,
		Signed: [32]byte(f.Signed), Salt: [32]byte(f.Salt),
	}
	if d.Schedule, err = pass.ParseSchedule(f.Hours); err != nil {
		return issue.Docket{}, err
	}
	if d.Holder, err = issue.ParseHolder(f.Holder); err != nil {
		return issue.Docket{}, err
	}
	if f.Consent != nil {
		if d.Consent, err = consent.Decode(f.Consent); err != nil {
			return issue.Docket{}, err
		}
	}
	return d, nil
}
