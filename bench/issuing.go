package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// issuing is how many passes a second are made in one way, each durable and in the
// ledger before it is answered.
type issuing struct {
	Database string `json:"database"`
	Kind     string `json:"kind"`
	Way      string `json:"way"`
	Passes   int    `json:"passes"`
	// PerSecond is by the clock. CPUMS is what one pass takes of the processor, of
	// the controller and the station together, and ServerMS of the database server.
	PerSecond float64 `json:"per_second"`
	CPUMS     float64 `json:"cpu_ms"`
	ServerMS  float64 `json:"server_cpu_ms,omitempty"`
}

const (
	// benchBatch is how many passes are asked for at once, and benchCallers how many
	// callers ask for one each.
	benchBatch   = 100
	benchCallers = 100
)

// issue measures all ways on both databases.
func (r *controllerResults) issue(ctx context.Context, o controllerOptions, p progress) (err error) {
	server, err := pgtest.Launch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	url, err := server.Database()
	if err != nil {
		return err
	}
	nobody := func() []int { return nil }
	if err := r.issueOn(ctx, o, p, "SQLite", "", nobody); err != nil {
		return err
	}
	return r.issueOn(ctx, o, p, "PostgreSQL", url, server.PIDs)
}

// issueOn measures all ways on one database, whose server has these processes.
func (r *controllerResults) issueOn(ctx context.Context, o controllerOptions, p progress, name, url string, server func() []int) (err error) {
	dir, remove, err := scratch()
	if err != nil {
		return err
	}
	defer remove()
	m, err := newMill(filepath.Join(dir, "site"), url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.office.Close()) }()
	for _, kind := range []pass.Kind{pass.Plain, pass.Face} {
		for _, way := range []struct {
			name    string
			callers int
			each    int
		}{{fmt.Sprintf("one caller, %d at once", benchBatch), 1, benchBatch}, {fmt.Sprintf("%d callers, one each", benchCallers), benchCallers, 1}} {
			one := issuing{Database: name, Kind: kind.String(), Way: way.name}
			p.say(fmt.Sprintf("issuing: %s passes on %s, %s", one.Kind, name, way.name))
			begun, cpu, served := time.Now(), processorTime(), processors(server())
			if one.Passes, err = m.grind(ctx, time.Duration(o.Seconds)*time.Second, kind, way.callers, way.each); err != nil {
				return err
			}
			one.PerSecond = float64(one.Passes) / time.Since(begun).Seconds()
			one.CPUMS = ms(processorTime()-cpu) / float64(one.Passes)
			one.ServerMS = ms(processors(server())-served) / float64(one.Passes)
			r.Issuing = append(r.Issuing, one)
		}
	}
	return nil
}

func processors(pids []int) (sum time.Duration) {
	for _, pid := range pids {
		sum += controllertest.Processor(pid)
	}
	return sum
}

// mill makes passes: a controller, and a station without its engine.
type mill struct {
	config site.Config
	office *site.Office
	does   *issue.Controller
	key    pass.SealingKey
}

// reference has the length of a real one, and nothing of anybody in it.
func reference() []byte { return bytes.Repeat([]byte{0xa5}, 128) }

// benchModel is what makes it.
func benchModel() pass.ModelID { return pass.ModelID{7} }

func newMill(dir, database string) (m *mill, err error) {
	m = &mill{}
	c := site.Config{Name: "Bench", Zones: []string{"front"}, Timezone: "UTC", Policy: site.DefaultPolicy()}
	if m.config, err = site.CreateIn(dir, database, c, time.Now(), true); err != nil {
		return nil, err
	}
	if m.office, err = site.OpenOffice(dir, time.Now); err != nil {
		return nil, err
	}
	err = m.office.Keep(site.KeepOptions{})
	if err == nil {
		m.does, err = m.office.Controller(context.Background())
	}
	if err == nil {
		m.key, err = m.sealingKey()
	}
	if err != nil {
		return nil, errors.Join(err, m.office.Close())
	}
	return m, nil
}

func (m *mill) sealingKey() (pass.SealingKey, error) {
	v, err := m.office.Vault()
	if err != nil {
		return pass.SealingKey{}, err
	}
	defer v.Close()
	return v.SealingKey()
}

// grind has some callers make passes for so long, each so many at once, and returns
// how many were made.
func (m *mill) grind(ctx context.Context, length time.Duration, kind pass.Kind, callers, each int) (int, error) {
	var all sync.WaitGroup
	var made atomic.Int64
	failed := make(chan error, callers)
	for end, caller := time.Now().Add(length), 0; caller < callers; caller++ {
		all.Go(func() {
			for time.Now().Before(end) {
				if err := m.make(ctx, kind, each); err != nil {
					failed <- err
					return
				}
				made.Add(int64(each))
			}
		})
	}
	all.Wait()
	close(failed)
	return int(made.Load()), <-failed
}

// make makes passes, through all steps.
func (m *mill) make(ctx context.Context, kind pass.Kind, n int) error {
	requests := make([]issue.Request, n)
	for i := range requests {
		var err error
		if requests[i], err = m.request(kind); err != nil {
			return err
		}
	}
	bindings, err := m.does.Prepare(ctx, "", requests...)
	if err != nil {
		return err
	}
	passes, ids, sealed := make([]issue.ToSign, n), make([]pass.ID, n), make([]pass.Sealed, n)
	for i, b := range bindings {
		if kind == pass.Face {
			if sealed[i], err = pass.Seal(rand.Reader, m.key, b, map[pass.ModelID][]byte{benchModel(): reference()}); err != nil {
				return err
			}
		}
		passes[i], ids[i] = issue.ToSign{ID: b.ID, Sealed: sealed[i].Hash}, b.ID
	}
	signed, err := m.does.Sign(ctx, "", passes...)
	if err != nil {
		return err
	}
	for i := range signed {
		if _, err := pass.Join(signed[i], sealed[i].Bytes); err != nil {
			return err
		}
	}
	return m.does.Complete(ctx, "", ids...)
}

func (m *mill) request(kind pass.Kind) (issue.Request, error) {
	now := time.Now().UTC().Truncate(time.Second)
	r := issue.Request{Zones: []string{"front"}, NotBefore: now, Expires: now.AddDate(0, 1, 0)}
	if kind == pass.Plain {
		return r, nil
	}
	var err error
	r.Models = []pass.ModelID{benchModel()}
	r.Consent, err = consent.Attest(rand.Reader, consent.Terms{
		Site: m.config.ID, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: now, Until: now.AddDate(0, 2, 0),
	})
	return r, err
}
