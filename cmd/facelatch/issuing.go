package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// run issues the pass.
func (f issueFlags) run(stdout, stderr io.Writer) error {
	config, err := site.Read(f.site)
	if err != nil {
		return err
	}
	request, err := f.request(config, time.Now())
	if err != nil {
		return err
	}
	var e *enroller
	if request.Consent != nil {
		if e, err = newEnroller(f.face, config.Policy.RequireLive); err != nil {
			return err
		}
		defer e.wipe()
	}
	out := &outFile{path: f.out, layout: f.layout(), config: config}
	claims, err := f.issue(request, e, out)
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

// issue makes the pass.
func (f issueFlags) issue(r issue.Request, e *enroller, out issue.Outlet) (pass.Claims, error) {
	office, err := openOffice(f.site)
	if err != nil {
		return pass.Claims{}, err
	}
	defer office.Close()
	controller, err := office.Controller(context.Background())
	if err != nil {
		return pass.Claims{}, err
	}
	station := issue.Station{Office: controller.For(context.Background(), ""), Rand: rand.Reader, Now: time.Now}
	if r.Consent != nil {
		if station.Key, err = sealingKey(office); err != nil {
			return pass.Claims{}, err
		}
		defer station.Key.Wipe()
	}
	return station.Issue(r, e, out)
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
