package controllertest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// afterLost is how long somebody waits who got no answer.
const afterLost = 20 * time.Millisecond

// issue makes passes at a station until there are enough, and takes every second
// back.
func (t *pairTrial) issue(m Member, enough <-chan struct{}) {
	office := m.Station(t.forwarder.Address)
	for n := 0; ; n++ {
		select {
		case <-enough:
			return
		default:
		}
		t.mu.Lock()
		_, after := t.since()
		t.mu.Unlock()
		id, step, err := issueOne(office)
		if err != nil {
			t.lost(step, err)
			time.Sleep(afterLost)
			continue
		}
		t.issued(id, after)
		if n%2 == 1 {
			t.journal.Hear("ending", id.String())
			if err := office.Abandon(id); err != nil {
				t.lost("revoke", err)
				continue
			}
			t.revoked(id)
		}
	}
}

// issueOne makes a plain pass, and says which step failed.
func issueOne(o issue.Office) (id pass.ID, step string, err error) {
	now := time.Now().Truncate(time.Second)
	b, err := o.Prepare(issue.Request{Zones: []string{Zone}, NotBefore: now, Expires: now.AddDate(0, 1, 0)})
	if err != nil {
		return id, "prepare", err
	}
	if _, err := o.Sign(b.ID, [32]byte{}); err != nil {
		return id, "sign", err
	}
	return b.ID, "complete", o.Complete(b.ID)
}

func (t *pairTrial) issued(id pass.ID, after bool) {
	t.journal.Hear("pass", id.String())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found.Issued++
	if !after {
		return
	}
	if t.found.IssuedAfter++; t.found.IssuedAfter == 1 {
		t.found.Answered, _ = t.since()
	}
}

func (t *pairTrial) revoked(id pass.ID) {
	t.journal.Hear("revoked", id.String())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found.Revoked++
}

// poll waits for bundles as a door does, verifies them, and sees to it that their
// numbers grow.
func (t *pairTrial) poll(ctx context.Context, m Member) {
	door := m.Door(t.forwarder.Address)
	defer door.Close()
	var last uint64
	for ctx.Err() == nil {
		data, err := door.Bundle(ctx, last)
		if errors.Is(err, link.ErrNothingNew) {
			continue
		}
		if err != nil {
			time.Sleep(afterLost)
			continue
		}
		b, err := bundle.Verify(data, t.signers, t.Config.ID)
		switch {
		case err != nil:
			t.fail(fmt.Errorf("door %s got no bundle: %w", m.ID, err))
			return
		case b.Number <= last:
			t.fail(fmt.Errorf("door %s got bundle %d after %d", m.ID, b.Number, last))
			return
		}
		last = b.Number
		t.hear(m, b)
	}
}

// hear notes that a door got a bundle.
func (t *pairTrial) hear(m Member, b *bundle.Bundle) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found.Bundles++
	since, after := t.since()
	if !after || t.heard[m.ID] || b.Issued.Before(t.killed.Truncate(time.Second)) {
		return
	}
	t.heard[m.ID] = true
	if len(t.heard) == len(t.doors) {
		t.found.Heard = since
	}
}

func (t *pairTrial) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = errors.Join(t.failed, err)
}
