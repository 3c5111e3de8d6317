package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// run issues the pass.
func (f issueFlags) run(ctx context.Context, stdout, stderr io.Writer, from issuer) error {
	config, err := from.Config(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	request, err := f.request(config, now)
	if err == nil && f.face != "" {
		request.Consent, err = f.agree(ctx, from, config.ID, now, request.Expires)
	}
	if err != nil {
		return err
	}
	var e *enroller
	var look issue.Enroller
	if request.Consent != nil {
		if e, err = newEnroller(f.face, config.Policy.RequireLive); err != nil {
			return err
		}
		defer e.wipe()
		look = e
	}
	whose, err := f.whose(ctx, from)
	if err != nil {
		return err
	}
	out := &outFile{path: f.out, layout: f.layout(), config: config}
	claims, err := from.issue(ctx, whose, request, look, out)
	if err != nil {
		return err
	}
	if e != nil {
		warn(stderr, e.warnings)
	}
	warn(stderr, out.warnings())
	warn(stderr, f.clipped(claims.Expires, config.Location()))
	if err := f.print(stdout, claims, config); err != nil {
		// The pass is good: to fail now would say that there is none.
		warn(stderr, []string{fmt.Sprintf("pass %s was issued and is in %s, though this could not be printed: %v", claims.ID, f.out, err)})
	}
	return nil
}

// print says what was issued.
func (f issueFlags) print(stdout io.Writer, claims pass.Claims, c site.Config) error {
	if f.json {
		return printJSON(stdout, issuedJSON(claims, c))
	}
	_, err := fmt.Fprintf(stdout, "%s pass %s for %s, good until %s, is in %s\n", claims.Kind(), claims.ID,
		strings.Join(claims.Zones, ", "), localTime(claims.Expires, c.Location()), f.out)
	if err == nil && claims.Kind() == pass.Face {
		_, err = fmt.Fprintln(stdout, "Hand the file over, and delete it here: the holder keeps the pass, and nobody else")
	}
	return err
}

// whose says for whom the pass is, by the id of a holder or by what staff call them.
// A label that nobody has is somebody's who is added.
func (f issueFlags) whose(ctx context.Context, from issuer) (w doorapi.Whose, err error) {
	label := strings.TrimSpace(f.holder)
	w.Child = f.guardian
	if label == "" {
		return w, nil
	}
	if holderID(label) {
		return doorapi.Whose{Holder: label}, nil
	}
	known, holder, err := from.meet(ctx, label)
	switch {
	case err != nil:
		return w, err
	case known > 1:
		return w, usagef("--holder: %d holders are called %q: give the id of one, which ends the address of their page at /office/holders/", known, label)
	case known == 1:
		return doorapi.Whose{Holder: holder}, nil
	}
	w.Label = label
	return w, nil
}

// holderID says whether a text is the id of a holder: 26 letters and digits as no
// label is.
func holderID(text string) bool {
	return len(text) == 26 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// sealingKey asks the station's half of the folder, and sees to it that the
// doors that were approved have the key too.
func sealingKey(office *site.Office) (pass.SealingKey, error) {
	vault, err := office.Vault()
	if err != nil {
		return pass.SealingKey{}, err
	}
	defer vault.Close()
	key, err := vault.SealingKey()
	if err != nil {
		return pass.SealingKey{}, err
	}
	if err := office.RelayAll(context.Background(), vault); err != nil {
		key.Wipe()
		return pass.SealingKey{}, err
	}
	return key, nil
}

func openOffice(dir string) (*site.Office, error) { return site.OpenOffice(dir, time.Now) }

// issued is what pass issue prints as JSON. Times are as at the site.
type issued struct {
	ID        pass.ID   `json:"id"`
	Kind      string    `json:"kind"`
	Zones     []string  `json:"zones"`
	NotBefore time.Time `json:"not_before"`
	Expires   time.Time `json:"expires"`
	Hours     string    `json:"hours,omitempty"`
}

func issuedJSON(c pass.Claims, config site.Config) issued {
	loc := config.Location()
	return issued{
		ID: c.ID, Kind: c.Kind().String(), Zones: c.Zones,
		NotBefore: c.NotBefore.In(loc), Expires: c.Expires.In(loc), Hours: c.Schedule.String(),
	}
}
