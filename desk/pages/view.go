package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/desk/check"
)

// view is what a page shows of a check.
type view struct {
	check.State
	ID         string            `json:"id"`
	Code       string            `json:"code"`
	Party      map[string]string `json:"party"`
	Claims     []string          `json:"claims"`
	Unattended bool              `json:"unattended"`
	// Left is how many seconds are left until it ends unless something is done.
	Left int `json:"left"`
	// Notice, Site and Demo are for the person.
	Notice *notice           `json:"notice,omitempty"`
	Site   map[string]string `json:"site,omitempty"`
	Demo   bool              `json:"demo,omitempty"`
	// Return is where the person goes on to, once it has ended.
	Return string `json:"return,omitempty"`
	// Token is the signed result, for staff who hand it over themselves.
	Token string `json:"token,omitempty"`
	// Revocable says that staff can revoke the result still, and Revoked that it was.
	Revocable bool `json:"revocable"`
	Revoked   bool `json:"revoked"`
	// Mine says that the check was begun by who asks.
	Mine bool `json:"mine"`
}

// notice is what the person is told.
type notice struct {
	ID   string            `json:"id"` // SHA-256, in hexadecimal
	Text map[string]string `json:"text"`
}

// code is what people call a check at a counter by: four characters that are neither
// read nor said wrongly. It is worked out of the id, and says nothing else.
func code(id string) string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32 of them
	sum := sha256.Sum256([]byte(id))
	var b [4]byte
	for i := range b {
		b[i] = letters[sum[i]%byte(len(letters))]
	}
	return string(b[:])
}

// seen is a check as a page shows it.
func (p *Pages) seen(c *check.Check) view {
	o, s := c.Order(), c.State()
	return view{
		State: s, ID: c.ID(), Code: code(c.ID()), Party: o.PartyName, Claims: append([]string{}, o.Claims...), Unattended: o.Unattended,
		Left: int(max(0, s.Until.Sub(p.o.Now())) / time.Second),
	}
}

// staffView is GET counter/checks/{id}.
func (p *Pages) staffView(c call) error {
	c.await()
	v := p.seen(c.check)
	v.Mine = c.check.Order().Staff == c.staff
	if v.Step == check.Ended {
		v.Token = p.o.Result(v.ID)
		v.Revoked, v.Revocable = p.o.Revoked(v.ID)
		v.Revocable = v.Revocable && !v.Revoked && v.Result.HandedOn
	}
	return c.write(v)
}

// personView is GET checks/{id}.
func (p *Pages) personView(c call) error {
	c.await()
	v := p.seen(c.check)
	text, hash := c.check.Notice()
	v.Notice, v.Site, v.Demo = &notice{hex.EncodeToString(hash[:]), text}, p.o.Site(), p.o.Demo()
	if v.Step == check.Ended {
		v.Return = p.o.Return(v.ID)
	}
	return c.write(v)
}

// await waits until a check is no more as the page has it, or for a while.
func (c call) await() {
	after, err := strconv.ParseUint(c.r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		return // the page has nothing yet
	}
	wait, cancel := context.WithTimeout(c.r.Context(), pollTime)
	defer cancel()
	for {
		changed := c.check.Changed()
		if c.check.State().Version != after {
			return
		}
		select {
		case <-changed:
		case <-wait.Done():
			return
		case <-c.life.Done():
			return
		}
	}
}
