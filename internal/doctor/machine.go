package doctor

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
)

// keys looks at the keys of the site, and for secrets that others can read.
func (p Patient) keys() []Finding {
	exposed, unfinished, err := p.walk()
	if err != nil {
		return []Finding{wrong("keys", "let this user read the folder", "the folder cannot be read: %v", err)}
	}
	var all []Finding
	for _, path := range exposed {
		all = append(all, wrong("keys", "chmod 600 "+path+", and consider it stolen if others had access", "others than the owner can read %s", path))
	}
	for _, key := range []struct{ path, what string }{
		{"controller/issuing-key.pem", "the key that passes are signed with"},
		{"controller/bundle/signing-key.pem", "the key that signs bundles"},
	} {
		path := filepath.Join(p.Dir, filepath.FromSlash(key.path))
		_, err := site.ReadKey(path)
		switch {
		case errors.Is(err, site.ErrNoKey) && key.path == "controller/bundle/signing-key.pem":
			// Nobody has served the site yet.
		case err != nil && !errors.Is(err, site.ErrExposed):
			all = append(all, wrong("keys", "put "+key.path+" back from a backup", "%s cannot be used: %v", key.what, err))
		}
	}
	_, err = site.ReadKey(filepath.Join(p.Dir, "controller", "ticket-key.pem"))
	if err != nil && !errors.Is(err, site.ErrNoKey) && !errors.Is(err, site.ErrExposed) {
		all = append(all, wrong("keys", "remove controller/ticket-key.pem: the next ticket makes another", "the key for tickets to desks cannot be used: %v", err))
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "controller", "ledger-key.pem")); err != nil {
		all = append(all, wrong("keys", "put controller/ledger-key.pem back from a backup: the ledger cannot go on without it", "the key of the ledger: %v", err))
	}
	if len(unfinished) > 0 {
		all = append(all, look("files", "remove them while nothing of this site runs", "a crash left %d unfinished files, such as %s", len(unfinished), unfinished[0]))
	}
	if len(all) == 0 {
		all = append(all, good("keys", "all there, and for their owner only"))
	}
	return all
}

// walk returns the files with a secret in them that others can read, and those
// that a crash left.
func (p Patient) walk() (exposed, unfinished []string, err error) {
	err = filepath.WalkDir(p.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if strings.HasPrefix(d.Name(), durable.Temporary) {
			unfinished = append(unfinished, path)
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // it was replaced meanwhile
		}
		if info.Mode().Perm()&0o077 != 0 && (secret(path) || strings.HasSuffix(path, "site.db")) {
			exposed = append(exposed, path)
		}
		return nil
	})
	return exposed, unfinished, err
}

// secret returns whether a file holds a secret key.
func secret(path string) bool {
	if filepath.Ext(path) != ".pem" {
		return false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	defer clear(data)
	block, _ := pem.Decode(data)
	return block != nil && block.Type != "CERTIFICATE" && block.Type != "PUBLIC KEY"
}

// soon is how long before its end a certificate is told.
const soon = 60 * 24 * time.Hour

// certificates looks at those in the folder, above all the authority's.
func (p Patient) certificates() Finding {
	const do = "make a new authority: all doors and stations have to join again"
	var ends []time.Time
	err := filepath.WalkDir(filepath.Join(p.Dir, "controller"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".pem" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if block, _ := pem.Decode(data); block != nil && block.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			ends = append(ends, c.NotAfter)
		}
		return nil
	})
	if err != nil {
		return wrong("certificates", "put the file back from a backup", "%v", err)
	}
	if len(ends) == 0 {
		return good("certificates", "none yet: the authority is made when the site is first served")
	}
	end := slices.MinFunc(ends, time.Time.Compare)
	switch {
	case !p.Now.Before(end):
		return wrong("certificates", do, "the authority's ended on %s", end.Format(time.DateOnly))
	case end.Sub(p.Now) < soon:
		return look("certificates", do, "the authority's ends on %s", end.Format(time.DateOnly))
	}
	return good("certificates", "the authority's is good until %s", end.Format(time.DateOnly))
}

// clock asks the kernel whether somebody keeps the clock right.
func (p Patient) clock() []Finding {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	switch {
	case err != nil:
		return []Finding{look("clock", "", "the kernel does not say whether it is kept right: %v", err)}
	case state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0:
		return []Finding{look("clock", "have it kept by a time server: timedatectl set-ntp true", "%s, and nothing keeps it right", p.Now.UTC().Format(time.RFC3339))}
	}
	return []Finding{good("clock", "%s, kept by a time server", p.Now.UTC().Format(time.RFC3339))}
}

const (
	// littleSpace and noSpace are bytes that are free on a disk.
	littleSpace = 1 << 30
	noSpace     = 100 << 20
)

// disk looks at the room where the site is, and where the ledger is if that is
// another disk.
func (p Patient) disk() []Finding {
	var least *unix.Statfs_t
	for _, below := range []string{"controller", "ledger"} {
		var s unix.Statfs_t
		if err := unix.Statfs(filepath.Join(p.Dir, below), &s); err != nil {
			return []Finding{wrong("disk", "see whether it is mounted", "%s: %v", below, err)}
		}
		if least == nil || s.Bavail*uint64(s.Bsize) < least.Bavail*uint64(least.Bsize) {
			least = &s
		}
	}
	return []Finding{room(least.Bavail*uint64(least.Bsize), least.Files, least.Ffree)}
}

// room judges free bytes, and free inodes of all.
func room(free, files, freeFiles uint64) Finding {
	const do = "make room: without it passes cannot be issued, and revocations are not recorded"
	megabytes := free >> 20
	switch {
	case free < noSpace:
		return wrong("disk", do, "%d MB are free", megabytes)
	case files > 0 && freeFiles < 1000:
		return wrong("disk", do, "only %d more files can be made", freeFiles)
	case free < littleSpace:
		return look("disk", do, "%d MB are free", megabytes)
	}
	return good("disk", "%d MB are free", megabytes)
}

// models checks that what a station and a door would run with is there, by hash.
func (p Patient) models() Finding {
	const do = "install the package facelatch-models, or run make setup"
	manifest, err := p.Home.Manifest()
	if err != nil {
		return wrong("models", do, "%v", err)
	}
	var bad error
	for _, m := range manifest.Models {
		_, err := p.Home.Model(m)
		bad = cmp.Or(bad, err)
	}
	if _, err := p.Home.Runtime(); bad == nil {
		bad = err
	}
	switch {
	case errors.Is(bad, home.ErrNotInstalled):
		return look("models", do+", where a station or door is to run on this machine", "not installed")
	case bad != nil:
		return wrong("models", do, "%v", bad)
	}
	return good("models", "%s: %d models and the runtime have their hashes", manifest.Name, len(manifest.Models))
}
