package main

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

// softwareSetting is the name under which the store keeps which software was
// recorded last.
const softwareSetting = "software"

// software is what the ledger says of the programs and models that run from now on:
// their hashes, so that anybody can build them again and compare.
func software() (map[string]string, error) {
	program, err := programHash()
	if err != nil {
		return nil, err
	}
	details := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "-" + runtime.GOARCH, "program": program}
	dir, err := home.Find()
	if err != nil {
		return nil, err
	}
	manifest, err := dir.Manifest()
	if err != nil {
		return nil, err
	}
	details["models"] = manifest.Name
	for _, m := range manifest.Models {
		role := "model-" + string(m.Role)
		details[role] = strings.TrimSpace(details[role] + " " + m.SHA256)
	}
	if file, ok := home.Runtime(runtime.GOARCH); ok {
		details["runtime"] = file.SHA256
	}
	return details, nil
}

// recordSoftware has the ledger say which software runs, if that is not what it
// said last.
func recordSoftware(ctx context.Context, o *site.Office) error {
	details, err := software()
	if err != nil {
		return err
	}
	data, err := json.Marshal(details) // its members are sorted
	if err != nil {
		return err
	}
	var last string
	var number int64
	err = o.Store().Read(ctx, func(tx *store.Tx) (err error) {
		last, number, err = tx.Setting(softwareSetting)
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return err
	})
	if err != nil || last == string(data) {
		return err
	}
	if err := o.Tell(ctx, "controller", "software", details); err != nil {
		return err
	}
	err = o.Store().Change(ctx, func(tx *store.Tx) error { return tx.PutSetting(softwareSetting, number, string(data)) })
	if errors.Is(err, store.ErrConflict) {
		err = nil // another controller has just done so
	}
	return err
}
