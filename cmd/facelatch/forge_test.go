package main

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// forger makes passes with a site's own keys that issuing would never make.
type forger struct {
	config  site.Config
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey
	status  pass.StatusRef // that of a good pass
}

// newForger takes the keys of a site, and the place of a good pass there.
func newForger(dir string, good *pass.Pass) (*forger, error) {
	config, err := site.Read(dir)
	if err != nil {
		return nil, err
	}
	private, err := readPEM(filepath.Join(dir, "controller", "issuing-key.pem"))
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(filepath.Join(dir, "station", "sealing"))
	if err != nil {
		return nil, err
	}
	secret, err := readPEM(filepath.Join(dir, "station", "sealing", files[0].Name()))
	if err != nil {
		return nil, err
	}
	sealing, err := pass.ImportSealingKey(secret)
	return &forger{config, key.(*ecdsa.PrivateKey), sealing, good.Claims().Status}, err
}

func readPEM(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	return block.Bytes, nil
}

// claims are those of a good pass.
func (f *forger) claims() pass.Claims {
	id, err := pass.NewID(rand.Reader)
	if err != nil {
		panic(err)
	}
	now := time.Now().Truncate(time.Second)
	return pass.Claims{
		Site: f.config.ID, ID: id, NotBefore: now.Add(-time.Hour), Expires: now.Add(time.Hour),
		Zones: f.config.Zones[:1], Status: f.status,
	}
}

// face makes a face pass with an invented reference.
func (f *forger) face(m pass.ModelID, key pass.SealingKey, c pass.Claims) (string, error) {
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{1}}
	size := models.Default().Reference.Bytes()
	sealed, err := pass.Seal(rand.Reader, key, c.Binding(), map[pass.ModelID][]byte{m: make([]byte, size)})
	if err != nil {
		return "", err
	}
	c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	return f.sign(c, sealed.Bytes)
}

func (f *forger) sign(c pass.Claims, sealed []byte) (string, error) {
	signed, err := pass.Sign(rand.Reader, f.key, c)
	if err != nil {
		return "", err
	}
	return pass.Join(signed, sealed)
}

// make makes what is asked for.
func (f *forger) make(what string) (string, error) {
	model, c := face.ReferenceModel(models.Default()), f.claims()
	other, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		return "", err
	}
	switch what {
	case "good-plain":
		return f.sign(c, nil)
	case "never-issued":
		c.Status.Index ^= 1
		return f.sign(c, nil)
	case "beyond-the-list":
		c.Status.Index = 1 << 20
		return f.sign(c, nil)
	case "other-list":
		c.Status.List = 77
		return f.sign(c, nil)
	case "good-face":
		return f.face(model, f.sealing, c)
	case "other-model":
		return f.face(pass.ModelID{1, 2, 3}, f.sealing, c)
	case "unknown-seal":
		return f.face(model, other, c)
	case "moved-reference":
		return f.moved(model, c)
	}
	return "", fmt.Errorf("there is no forgery %q", what)
}

// moved signs, with the true key, a pass around the reference of another.
func (f *forger) moved(m pass.ModelID, c pass.Claims) (string, error) {
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{1}}
	sealed, err := pass.Seal(rand.Reader, f.sealing, c.Binding(), map[pass.ModelID][]byte{m: make([]byte, 128)})
	if err != nil {
		return "", err
	}
	c.ID[0] ^= 1
	c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	return f.sign(c, sealed.Bytes)
}

// forge WHAT SITE GOODPASS FILE makes a pass with the keys of a site, at the
// place of a good one.
func forge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: forge WHAT SITE GOODPASS FILE")
	}
	good, err := pass.Parse(strings.TrimRight(ts.ReadFile(args[2]), "\n"))
	ts.Check(err)
	f, err := newForger(ts.MkAbs(args[1]), good)
	ts.Check(err)
	text, err := f.make(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(text+"\n"), 0o600))
}
