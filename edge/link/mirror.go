package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/ledger"
)

// mirrorTime is how often a mirror is asked for a bundle at most, so that a
// revocation reaches a door by it within a minute.
const mirrorTime = 15 * time.Second

// mirrorWait is how long a mirror may take over one object before the controller is
// asked. One that took longer, or did not answer, is left alone for mirrorTime: a
// mirror that hangs must not keep a revocation from a door.
const mirrorWait = 5 * time.Second

// mirror is any web server with copies of what doors fetch, under the paths that
// the controller has them at. It is not believed: bundles are signed, objects are
// named by their hash, and the ledger proves itself.
type mirror struct {
	client *Client

	mu     sync.Mutex // guards what follows
	etag   string     // of the bundle that was read last
	asked  time.Time
	failed error // why nothing came of the last attempt, nil if something did

	silent atomic.Int64 // when it last failed to answer for an object, Unix nanoseconds
}

// newMirror returns nil for an empty address. A mirror's certificate may be one of
// the site's authority, or of any authority that this machine trusts.
func newMirror(address string, t Trust) *mirror {
	if address == "" {
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a machine that trusts nobody else
	}
	roots.AddCert(t.Authority)
	c := newClient("", &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, Time: t.Now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			own := t.Certificate()
			return &own, nil
		},
	})
	c.base = strings.TrimSuffix(address, "/")
	return &mirror{client: c}
}

// bundle returns a bundle whose number is above after, or fails with
// [ErrNothingNew]. The caller holds mu.
func (m *mirror) bundle(ctx context.Context, after uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	data, etag, err := m.client.get(ctx, doorapi.PathBundle, m.etag, bundle.MaxSize)
	if err != nil {
		return nil, err
	}
	if number, err := bundle.ClaimedNumber(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	} else if number <= after {
		m.etag = etag
		return nil, ErrNothingNew
	}
	return data, nil
}

func (m *mirror) close() {
	if m != nil {
		m.client.Close()
	}
}

// instead takes a bundle from the mirror while the controller cannot be asked, for
// whatever reason but one that is final. It returns why that was in any case.
func (c *Client) instead(ctx context.Context, t Taker, why error) error {
	if c.mirror == nil || errors.Is(why, ErrRemoved) || errors.Is(why, ErrOver) {
		return why
	}
	if err := c.mirror.step(ctx, t); err != nil {
		return fmt.Errorf("%w; and from the mirror: %w", why, err)
	}
	return why
}

// step asks the mirror if it is time to. It returns why nothing came of it, or of
// the last time.
func (m *mirror) step(ctx context.Context, t Taker) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.asked.IsZero() && time.Since(m.asked) < mirrorTime {
		return m.failed
	}
	m.asked = time.Now()
	data, err := m.bundle(ctx, t.After())
	if err == nil {
		err = t.Take(ctx, data)
	}
	if errors.Is(err, ErrNothingNew) {
		err = nil
	}
	m.failed = err
	return err
}

// object returns an object from the mirror, if it is there.
func (m *mirror) object(ctx context.Context, o bundle.Object) ([]byte, bool) {
	if m == nil || time.Since(time.Unix(0, m.silent.Load())) < mirrorTime {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, mirrorWait)
	defer cancel()
	data, _, err := m.client.get(ctx, doorapi.PathObjects+o.String(), "", int64(o.Size))
	var answered *doorapi.Problem
	if err != nil && !errors.As(err, &answered) {
		m.silent.Store(time.Now().UnixNano())
	}
	return data, err == nil && o.Match(data) == nil
}

// Ledger is the site's ledger as the controller serves it, or its copy at the
// mirror while the controller cannot be reached.
func (c *Client) Ledger() ledger.Source {
	if c.mirror == nil {
		return publicLedger{c}
	}
	return either{publicLedger{c}, publicLedger{c.mirror.client}}
}

// either is a ledger and its copy. What is missing in the first, or too long, is
// not looked for in the second: a copy may be late, and proves nothing by that.
type either struct{ first, second ledger.Source }

// Read is a method of [ledger.Source].
func (e either) Read(ctx context.Context, path string, limit int) ([]byte, error) {
	data, err := e.first.Read(ctx, path, limit)
	if err == nil || errors.Is(err, ledger.ErrMissing) || errors.Is(err, ledger.ErrTooLong) {
		return data, err
	}
	if copied, again := e.second.Read(ctx, path, limit); again == nil {
		return copied, nil
	}
	return nil, err
}

// get is do for one GET that another copy may answer: with the tag of what is
// there already it fails with [ErrNothingNew] if that is still so.
func (c *Client) get(ctx context.Context, path, etag string, largest int64) (data []byte, tag string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, http.NoBody)
	if err != nil {
		return nil, "", err
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	data, err = answer(response, path, largest)
	return data, response.Header.Get("ETag"), err
}
