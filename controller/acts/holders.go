package acts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

const day = 24 * time.Hour

// check returns what is entered as it is kept.
func (in HolderInput) check() (HolderInput, error) {
	var err, other, third error
	in.Label, err = checkWords("label", in.Label, 1, MaxLabel)
	in.Contact, other = checkWords("contact", in.Contact, 0, MaxContact)
	least := 0
	if in.Under14 {
		least = 1
	}
	in.GuardianLabel, third = checkWords("guardian_label", in.GuardianLabel, least, MaxLabel)
	if third == nil && !in.Under14 && in.GuardianLabel != "" {
		third = invalid("guardian_label", "is for children under 14 only")
	}
	for _, err := range []error{err, other, third} {
		if err != nil {
			return HolderInput{}, err
		}
	}
	return in, nil
}

// row is what is kept of an input.
func (in HolderInput) row(id string) store.HolderRow {
	return store.HolderRow{
		ID: id, Label: in.Label, Contact: in.Contact, Under14: in.Under14, Guardian: in.GuardianLabel,
		Sort: sortKey(in.Label), Find: findText(in.Label, in.Contact, in.GuardianLabel),
	}
}

func holderOf(r store.HolderRow) Holder {
	return Holder{
		HolderInput: HolderInput{Label: r.Label, Contact: r.Contact, Under14: r.Under14, GuardianLabel: r.Guardian},
		ID:          r.ID, Version: r.Version, Created: time.Unix(r.Created, 0).UTC(),
	}
}

// AddHolder adds a holder. It fails with [ErrForbidden], [ErrInvalid] and
// [ErrLedger].
func (a *Acts) AddHolder(ctx context.Context, actor Actor, in HolderInput) (Holder, error) {
	if err := actor.may(ActHolderAdd); err != nil {
		return Holder{}, err
	}
	in, err := in.check()
	if err != nil {
		return Holder{}, err
	}
	added, err := a.addHolders(ctx, actor, []HolderInput{in})
	if err != nil {
		return Holder{}, err
	}
	return added[0], nil
}

// addHolders adds holders whose input was checked: all of them, or none.
func (a *Acts) addHolders(ctx context.Context, actor Actor, all []HolderInput) ([]Holder, error) {
	var g giving
	rows := make([]store.HolderRow, len(all))
	added := make([]Holder, len(all))
	for i, in := range all {
		rows[i] = in.row(newID())
		rows[i].Created = a.now().UTC().Truncate(day).Unix()
		added[i] = holderOf(rows[i])
		added[i].Version = 1
		e, err := a.personEntry(actor, ActHolderAdd, rows[i].ID, map[string]string{"holder": rows[i].ID})
		if err != nil {
			return nil, err
		}
		g.entries = append(g.entries, e)
	}
	g.effect = func(tx *store.Tx) error {
		for _, r := range rows {
			if err := tx.AddHolder(r); err != nil {
				return err
			}
		}
		return nil
	}
	return added, a.give(ctx, g)
}

// EditHolder changes what is held about a holder, if nobody has since version. It
// fails with [ErrForbidden], [ErrInvalid], [ErrNotFound], [ErrConflict] and
// [ErrLedger].
func (a *Acts) EditHolder(ctx context.Context, actor Actor, id string, version int64, in HolderInput) (Holder, error) {
	if err := actor.may(ActHolderEdit); err != nil {
		return Holder{}, err
	}
	in, err := in.check()
	if err != nil {
		return Holder{}, err
	}
	return a.changeHolder(ctx, actor, ActHolderEdit, id, version, func(HolderInput) HolderInput { return in })
}

// changeHolder records a change of what is held about a holder, and makes it, if
// nobody has since version.
func (a *Acts) changeHolder(ctx context.Context, actor Actor, act Act, id string, version int64, edit func(HolderInput) HolderInput) (changed Holder, err error) {
	e, err := a.personEntry(actor, act, id, map[string]string{"holder": id})
	if err != nil {
		return Holder{}, err
	}
	var row store.HolderRow
	err = a.give(ctx, giving{
		entries: []entry{e},
		check: func(tx *store.Tx) error {
			old, err := tx.Holder(id)
			if err != nil {
				return err
			}
			if old.Version != version {
				return store.ErrConflict
			}
			in := edit(holderOf(old).HolderInput)
			row = in.row(id)
			row.Version = version
			if old.Under14 != in.Under14 {
				err = a.otherAge(tx, id, in.Under14)
			}
			return err
		},
		effect: func(tx *store.Tx) error {
			if err := tx.UpdateHolder(row); err != nil {
				return err
			}
			now, err := tx.Holder(id)
			changed = holderOf(now)
			return err
		},
	})
	return changed, err
}

// otherAge refuses to take somebody for a child, or for a child no longer, while a
// consent holds that was given by the holder, or by a guardian: it has to be given
// by the other.
func (a *Acts) otherAge(tx *store.Tx, id string, child bool) error {
	consents, err := tx.Consents(id)
	for _, c := range consents {
		if c.Guardian != child && consentOf(c).Good(a.now()) {
			return invalid("under14", "cannot change while a consent holds: withdraw it first, and let who may decide")
		}
	}
	return err
}

// place is where a page of holders ends.
type place struct {
	Sort []byte `json:"s"`
	ID   string `json:"i"`
}

// Holders returns a page of holders by label, and what to ask the next page with:
// "" after the last. It fails with [ErrForbidden] and [ErrInvalid].
func (a *Acts) Holders(ctx context.Context, actor Actor, q Query) (page []Holder, next string, err error) {
	if err := actor.may(ActHolderList); err != nil {
		return nil, "", err
	}
	text, err := checkWords("text", q.Text, 0, MaxLabel)
	if err != nil {
		return nil, "", err
	}
	after, err := placeOf(q.After)
	if err != nil {
		return nil, "", err
	}
	if q.Limit < 0 || q.Limit > MaxPage {
		return nil, "", invalid("limit", "is 1 to %d", MaxPage)
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.HolderRow, error) {
		return tx.Holders(findPattern(text), after.Sort, after.ID, q.Limit+1)
	})
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last, err := json.Marshal(place{rows[q.Limit-1].Sort, rows[q.Limit-1].ID})
		if err != nil {
			return nil, "", err
		}
		next = base64.RawURLEncoding.EncodeToString(last)
	}
	for _, r := range rows {
		page = append(page, holderOf(r))
	}
	return page, next, err
}

func placeOf(text string) (p place, err error) {
	if text == "" {
		return p, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil || len(p.Sort) > maxSortKey || !isID(p.ID) {
		return place{}, invalid("after", "is not from an earlier answer")
	}
	return p, nil
}
