package controllertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/station"
)

// Member is a door or a station of a site, which others here act as. It never
// joined: it was written into the database, and the authority has made its
// certificate, because ten thousand joinings take a while.
type Member struct {
	ID          pass.DoorID
	Certificate tls.Certificate
	authority   *x509.Certificate
}

// membersTogether is how many are written in one transaction.
const membersTogether = 500

// Members makes members of a kind, all with one key and each with a certificate of
// its own.
func (s *Site) Members(ctx context.Context, kind site.Kind, n int) (all []Member, err error) {
	a, err := authority.OpenOrMake(s.Dir, nil, time.Now)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	request, err := authority.ParseRequest(csr)
	if err != nil {
		return nil, err
	}
	for range n {
		m, err := newMember(a, request, kind, key)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, s.With(ctx, time.Now, func(o *Open) error { return o.write(ctx, kind, request.Key, all) })
}

func newMember(a *authority.Authority, r *authority.Request, kind site.Kind, key *ecdsa.PrivateKey) (m Member, err error) {
	if _, err := rand.Read(m.ID[:]); err != nil {
		return m, err
	}
	text, err := a.Issue(r, m.ID, string(kind))
	if err != nil {
		return m, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return m, errors.New("the authority made no certificate")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	m.Certificate = tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: key, Leaf: leaf}
	m.authority = a.Certificate
	return m, err
}

// write puts members into the database.
func (o *Open) write(ctx context.Context, kind site.Kind, key []byte, all []Member) error {
	for len(all) > 0 {
		some := all[:min(membersTogether, len(all))]
		all = all[len(some):]
		err := o.Office.Store().Change(ctx, func(tx *store.Tx) error {
			for _, m := range some {
				r := store.MemberRow{ID: m.ID, Kind: string(kind), Name: fmt.Sprintf("%s %s", kind, m.ID), TLSKey: key, State: string(site.Joined), Joined: time.Now().Unix()}
				if kind == site.KindDoor {
					r.Zone, r.RelayKey = Zone, make([]byte, 1216)
				}
				if err := tx.PutMember(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Door returns what a door asks a controller with.
func (m Member) Door(address string) *link.Client {
	return link.NewClient(address, link.Trust{Authority: m.authority, Now: time.Now, Certificate: func() tls.Certificate { return m.Certificate }})
}

// Station returns what a station makes passes with.
func (m Member) Station(address string) *station.Office {
	return station.NewOffice("https://"+address, m.TLS())
}

// TLS is what a member shows and believes.
func (m Member) TLS() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(m.authority)
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: doorapi.ServerName, RootCAs: roots, Certificates: []tls.Certificate{m.Certificate},
	}
}
