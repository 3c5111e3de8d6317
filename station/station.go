// Package station is a station on a machine of its own: it joins a site with a
// code, holds the keys that references are sealed with (in a [site.Vault]), and
// issues passes through its controller, of whom it is a client.
//
// [Server] is the page at which people get a pass. What it holds of a face lies
// in memory, for minutes, under the consent that was given there: a picture for
// as long as it is looked at, and what a reference is made of until the pass is
// made or the enrolment ends. It is never written, never logged, and of it
// nothing goes to the controller but the hash of the sealed reference; of a PIN,
// never the code. A controller cannot make it give a
// secret to a door: secrets are sealed to keys of which a person compared the
// fingerprint at this station, whatever the controller says later.
package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

var (
	// ErrNotJoined is returned for a folder of which the station has not joined a
	// site.
	ErrNotJoined = errors.New("this station has not joined a site: facelatch station join does it")
	// ErrJoined is returned for joining once more.
	ErrJoined = errors.New("this station has joined a site already: choose another folder")
)

// Station is a station that joined. Its methods may be called at once, but for
// what they say about [Station.Vault].
type Station struct {
	// ID is what the controller calls it.
	ID pass.DoorID
	// Site is whose station it is.
	Site pass.SiteID
	// Name is what the operator calls it.
	Name string

	dir    string
	client *member.Client
	now    func() time.Time
}

// identity is identity.json.
type identity struct {
	ID          pass.DoorID `json:"id"`
	Site        pass.SiteID `json:"site"`
	Name        string      `json:"name"`
	Controller  string      `json:"controller"` // host:port
	Authority   string      `json:"authority"`  // PEM
	Certificate string      `json:"certificate"`
}

func keyFile(dir string) string      { return filepath.Join(dir, "identity", "key.pem") }
func identityFile(dir string) string { return filepath.Join(dir, "identity", "identity.json") }

// Open reads a station's folder. It does not connect yet. It fails with
// [ErrNotJoined].
func Open(dir string, now func() time.Time) (*Station, error) {
	data, err := os.ReadFile(identityFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNotJoined)
	}
	if err != nil {
		return nil, err
	}
	var i identity
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("%w: %s: %v", site.ErrDamaged, identityFile(dir), err)
	}
	key, err := site.ReadKey(keyFile(dir))
	if err != nil {
		return nil, err
	}
	config, err := i.tls(key, now)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", site.ErrDamaged, identityFile(dir), err)
	}
	return &Station{ID: i.ID, Site: i.Site, Name: i.Name, dir: dir, now: now, client: member.NewClient("https://"+i.Controller, config)}, nil
}

// tls returns what a station shows and believes.
func (i identity) tls(key *ecdsa.PrivateKey, now func() time.Time) (*tls.Config, error) {
	roots := x509.NewCertPool()
	block, _ := pem.Decode([]byte(i.Certificate))
	if block == nil || !roots.AppendCertsFromPEM([]byte(i.Authority)) {
		return nil, errors.New("no certificate")
	}
	own, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(own.PublicKey) {
		return nil, errors.New("the certificate is of another key")
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: doorapi.ServerName, Time: now,
		Certificates: []tls.Certificate{{Certificate: [][]byte{block.Bytes}, PrivateKey: key, Leaf: own}},
	}, nil
}

// Join makes a station of a folder that is empty, not there, or was left by a
// joining that failed. Errors are [ErrJoined], [doorapi.ErrOtherAuthority] and
// what the controller answered, a [*doorapi.Problem].
func Join(ctx context.Context, code doorapi.Code, dir string, now func() time.Time) (*Station, error) {
	if _, err := os.Stat(identityFile(dir)); err == nil {
		return nil, ErrJoined
	}
	disk := durable.Disk{}
	if err := disk.Folder(filepath.Dir(keyFile(dir)), 0o700); err != nil {
		return nil, err
	}
	key, err := ownKey(disk, dir) // before asking, so that a lost answer can be had again
	if err != nil {
		return nil, err
	}
	csr, err := member.Request(key, doorapi.KindStation, nil)
	if err != nil {
		return nil, err
	}
	var r doorapi.JoinResponse
	c := member.NewClient("https://"+code.Address, code.ClientTLS(func(*x509.Certificate) {}))
	defer c.Close()
	body := doorapi.JoinRequest{Secret: code.Secret[:], CSR: csr, Kind: doorapi.KindStation}
	if err := c.Ask(ctx, "POST", doorapi.PathJoin, body, &r); err != nil {
		return nil, err
	}
	i := identity{Name: r.Name, Controller: code.Address, Authority: r.Authority, Certificate: r.Certificate}
	if i.ID, err = pass.ParseDoorID(r.ID); err != nil {
		return nil, err
	}
	if i.Site, err = pass.ParseSiteID(r.Site); err != nil {
		return nil, err
	}
	if _, err := i.tls(key, now); err != nil {
		return nil, fmt.Errorf("the controller's answer: %w", err)
	}
	if err := i.write(disk, dir); err != nil {
		return nil, err
	}
	return Open(dir, now)
}

func (i identity) write(disk durable.Disk, dir string) error {
	data, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	return disk.Write(identityFile(dir), append(data, '\n'), 0o600)
}
