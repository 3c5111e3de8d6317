package ledger

import (
	"errors"
	"slices"
	"strings"
)

// claims are what is looked for, and what was found of it.
type claims struct {
	list []Claim
	size uint64
	at   map[Commitment][]int // where in list
	seen []uint64             // by place in list: index + 1, 0 for not found
	why  []string             // by place in list
}

func newClaims(list []Claim, size uint64) *claims {
	c := &claims{list: list, size: size, at: make(map[Commitment][]int), seen: make([]uint64, len(list)), why: make([]string, len(list))}
	for i, one := range list {
		commitment := one.Opening.Commitment()
		c.at[commitment] = append(c.at[commitment], i)
	}
	return c
}

// searches returns whether an entry has to be found whose index is not known.
func (c *claims) searches() bool {
	return slices.ContainsFunc(c.list, func(one Claim) bool { return !one.Opening.Known })
}

func (c *claims) see(index uint64, e Entry) {
	if e.Act != nil {
		return
	}
	for _, i := range c.at[e.Commitment] {
		if c.seen[i] == 0 {
			c.seen[i] = index + 1
		}
	}
}

// rest proves those whose index is known and lies before what was read.
func (c *claims) rest(w walker, start uint64) error {
	for i, one := range c.list {
		o := one.Opening
		if c.seen[i] != 0 || !o.Known || o.Index >= min(start, c.size) {
			continue
		}
		err := Includes(w.ctx, w.from, w.of, o.Index, o.Commitment().Encode())
		switch {
		case err == nil:
			c.seen[i] = o.Index + 1
		case !errors.Is(err, ErrChanged):
			return err
		}
	}
	return nil
}

// findings says of each claim what became of it.
func (c *claims) findings() (list []Finding) {
	for i, one := range c.list {
		said := one.Opening.Says()
		f := Finding{From: one.From, Act: said.Act, Pass: said.Pass}
		switch {
		case one.Pass != "" && said.Pass != "" && !strings.EqualFold(one.Pass, said.Pass):
			f.Why = "it opens what is said about another pass"
		case c.seen[i] == 0 && one.Opening.Known && one.Opening.Index >= c.size:
			f.Why, f.Waiting = "it has not been published yet", true
		case c.seen[i] == 0:
			f.Why = "the ledger does not have it"
		case one.Opening.Known && one.Opening.Index != c.seen[i]-1:
			f.Why = "it stands at another place than the one that was named"
		}
		if c.seen[i] != 0 {
			index := c.seen[i] - 1
			f.Index = &index
		}
		list = append(list, f)
	}
	return list
}

// balance counts the passes in what was found: those that were signed, and those
// of them that were revoked or whose issuing was abandoned.
func (c *claims) balance(valid *int) Balance {
	signed, ended := make(map[string]bool), make(map[string]bool)
	for i, one := range c.list {
		said := one.Opening.Says()
		if c.seen[i] == 0 || said.Pass == "" {
			continue
		}
		switch strings.TrimPrefix(said.Act, "pass.") {
		case "signed":
			signed[said.Pass] = true
		case "revoked", "abandoned":
			ended[said.Pass] = true
		}
	}
	b := Balance{Issued: len(signed), Valid: valid}
	for pass := range ended {
		if signed[pass] {
			b.Ended++
		}
	}
	return b
}
