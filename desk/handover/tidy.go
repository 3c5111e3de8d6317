package handover

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// remove removes an event whose file the caller holds.
func (b *Outbox) remove(k *kept) error {
	if err := b.with.Disk.Remove(b.path(k.id)); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.events, k.id)
	if b.each[k.party]--; b.each[k.party] == 0 {
		delete(b.each, k.party)
	}
	return nil
}

// Tidy removes events whose time is over.
func (b *Outbox) Tidy() error {
	b.mu.Lock()
	strays := slices.Collect(maps.Keys(b.strays))
	b.mu.Unlock()
	err := b.removeAll(b.over)
	for _, id := range strays {
		err = errors.Join(err, b.removeStray(id))
	}
	return err
}

func (b *Outbox) removeStray(id string) error {
	defer b.hold(id).Unlock()
	b.mu.Lock()
	there := b.strays[id]
	b.mu.Unlock()
	if !there {
		return nil // it was put again
	}
	return b.stray(id)
}

// Retain removes the events of parties that are not there any more.
func (b *Outbox) Retain(is func(party string) bool) error {
	return b.removeAll(func(k *kept) bool { return !is(k.party) })
}

func (b *Outbox) removeAll(these func(*kept) bool) (err error) {
	b.mu.Lock()
	var all []string
	for id, k := range b.events {
		if these(k) {
			all = append(all, id)
		}
	}
	b.mu.Unlock()
	for _, id := range all {
		err = errors.Join(err, b.removeIf(id, these))
	}
	return err
}

// removeIf removes an event that may be another one by now.
func (b *Outbox) removeIf(id string, these func(*kept) bool) error {
	defer b.hold(id).Unlock()
	b.mu.Lock()
	k := b.events[id]
	b.mu.Unlock()
	if k == nil || !these(k) {
		return nil
	}
	return b.remove(k)
}

// Run removes events whose time is over, until ctx ends.
func (b *Outbox) Run(ctx context.Context) {
	tick := time.NewTicker(tidyTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.Tidy(); err != nil {
				b.with.Say("a result that has waited for 24 hours could not be removed, which is tried again: " + err.Error())
			}
		}
	}
}
