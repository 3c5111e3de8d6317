package site

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// overSince says of sealing keys since when the last pass under them is over, by the
// clock here, in Unix seconds. A key is looked at whenever one is needed, and if the clock has gone
// back by then, its month begins anew: a key that a wrong clock removed is gone for
// good, and with it each pass under it.
type overSince map[pass.KeyID]int64

func (f vaultFolder) over() string { return filepath.Join(string(f), "over.json") }

// readOver returns what was noted. What cannot be read counts for nothing, which
// keeps keys for longer.
func (f vaultFolder) readOver() overSince {
	data, err := os.ReadFile(f.over())
	var all overSince
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
		return overSince{}
	}
	return all
}

// keepOver notes what has changed, without keys that are not there any more.
func (v *Vault) keepOver(before, now overSince, ids []pass.KeyID) error {
	maps.DeleteFunc(now, func(id pass.KeyID, _ int64) bool { return !slices.Contains(ids, id) })
	if maps.Equal(before, now) {
		return nil
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return v.disk.Write(v.f.over(), append(data, '\n'), secret)
}

// see looks at a key whose last pass expires at a time, and returns whether that was
// a month ago and the clock did not go back since.
func (o overSince) see(id pass.KeyID, last, now time.Time) bool {
	if !now.After(last) {
		delete(o, id)
		return false
	}
	since, noted := o[id]
	if !noted || now.Unix() < since {
		o[id] = now.Unix()
		return false
	}
	return now.Unix()-since >= int64(grace/time.Second)
}
