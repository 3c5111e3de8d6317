package pages

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/ledger"
)

// Published reads the acts about the site from its published ledger: a [Record].
type Published struct{ From ledger.Source }

// maxWalk is how many acts are passed over to get to those that are asked for.
const maxWalk = 5000

// SiteActs is a method of [Record]. Where nothing was published yet there is
// none.
func (p Published) SiteActs(ctx context.Context, before uint64, limit int) (all []SiteAct, err error) {
	text, err := p.From.Read(ctx, ledger.KeyFile, ledger.MaxKey+1)
	if err != nil {
		return nil, missingIsNone(err)
	}
	key, err := ledger.ParseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, err
	}
	data, err := p.From.Read(ctx, ledger.CheckpointFile, ledger.MaxCheckpoint)
	if err != nil {
		return nil, missingIsNone(err)
	}
	now, err := ledger.ParseCheckpoint(data, key)
	if err != nil {
		return nil, err
	}
	passed := 0
	err = ledger.Newest(ctx, p.From, now.Checkpoint, func(a ledger.ActAt) bool {
		passed++
		if before == 0 || a.Index < before {
			all = append(all, siteAct(a))
		}
		return len(all) < limit && passed < maxWalk
	})
	return all, err
}

// missingIsNone says of a ledger that has published nothing yet that it is empty.
func missingIsNone(err error) error {
	if errors.Is(err, ledger.ErrMissing) {
		return nil
	}
	return err
}

func siteAct(a ledger.ActAt) SiteAct {
	s := SiteAct{Index: a.Index, Day: a.Day, By: a.By, Act: a.Name}
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		s.Details = append(s.Details, [2]string{name, a.Details[name]})
	}
	return s
}
