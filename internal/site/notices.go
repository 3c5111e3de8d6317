package site

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
)

// Notices are shown in the folder as they are hashed, each under its hash for good,
// because records of consent name it, and the one in force once more under its
// rules. What counts is in the database.
func (f folder) notice(name string) string { return f.path("notices", name+".json") }

// Draft returns what the draft of a notice is filled in with for a site.
func (c Config) Draft() consent.DraftFor {
	d := consent.DraftFor{Site: c.Name, Zones: c.Zones, Days: c.Policy.FaceDays, Titles: make(map[string]map[consent.Lang]string)}
	for _, zone := range c.Zones {
		d.Titles[zone] = titles(c.Rules[zone].Title)
		d.Asks = d.Asks || c.Rules[zone].Prompts > 0
	}
	if c.Demo {
		d.Written = demoTexts()
	}
	return d
}

// demoTexts say who runs a site for trying out: nobody.
func demoTexts() map[consent.Lang]consent.Text {
	return map[consent.Lang]consent.Text{
		consent.English: {
			consent.Operator:  "Nobody: this is a demonstration, to try things out",
			consent.Address:   "The computer on which it runs",
			consent.Contact:   "Whoever started the demonstration. What is made here opens no real door.",
			consent.Complaint: "Nobody: a demonstration has no authority. At a real site, the authority for personal data protection stands here.",
		},
		consent.Chinese: {
			consent.Operator:  "没有运营者：这是供试用的演示",
			consent.Address:   "运行演示的这台电脑",
			consent.Contact:   "启动演示的人。这里办理的内容不能打开任何真实的门。",
			consent.Complaint: "演示没有主管部门。在真实场所，这里写明个人信息保护主管部门。",
		},
	}
}

// titles are what people call a zone, of which a configuration may say "zh" for
// Chinese.
func titles(said map[string]string) map[consent.Lang]string {
	all := make(map[consent.Lang]string)
	for _, lang := range consent.Langs() {
		short, _, _ := strings.Cut(string(lang), "-")
		if all[lang] = said[string(lang)]; all[lang] == "" {
			all[lang] = said[short]
		}
	}
	return all
}

// CurrentNotice returns what people agree to at the site in a folder, as far as it
// was shown: the notice that was published last for some rules, or at a site for
// trying out its draft. It fails with [consent.ErrDraft] at a site that has none.
func CurrentNotice(dir string, rules consent.Rules) (consent.Notice, error) {
	c, err := Read(dir)
	if err != nil {
		return consent.Notice{}, err
	}
	return folder(dir).currentNotice(c, rules)
}

func (f folder) currentNotice(c Config, rules consent.Rules) (consent.Notice, error) {
	n, err := f.readNotice(string(rules))
	if isNew(err) {
		n, err = consent.Draft(rules, c.Draft())
	}
	if err == nil {
		err = n.Publishable(c.Demo)
	}
	if err != nil {
		return consent.Notice{}, err
	}
	return n, nil
}

func (f folder) readNotice(name string) (consent.Notice, error) {
	data, err := read(f.notice(name), consent.MaxNotice)
	if err != nil {
		return consent.Notice{}, err
	}
	n, err := consent.DecodeNotice(data)
	if err != nil {
		err = fmt.Errorf("%w: %s: %w", ErrDamaged, f.notice(name), err)
	}
	return n, err
}

// Notice returns the notice with a hash that the site in a folder has or had. It
// fails with [consent.ErrOtherNotice] for one that it never had.
func Notice(dir string, hash [32]byte) (consent.Notice, error) {
	f := folder(dir)
	n, err := f.readNotice(hex.EncodeToString(hash[:]))
	if !isNew(err) {
		return n, err
	}
	c, err := Read(dir)
	if err != nil {
		return consent.Notice{}, err
	}
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		n, err := consent.Draft(rules, c.Draft())
		if err != nil {
			return consent.Notice{}, err
		}
		if own, err := n.Hash(); err == nil && own == hash {
			return n, nil
		}
	}
	return consent.Notice{}, consent.ErrOtherNotice
}

// CurrentNotice returns what people agree to now, as [CurrentNotice] does.
func (o *Office) CurrentNotice(ctx context.Context, rules consent.Rules) (n consent.Notice, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		c, _, err := configOf(tx)
		if err == nil {
			n, err = currentNotice(tx, c, rules)
		}
		return err
	})
	return n, err
}

func currentNotice(tx *store.Tx, c Config, rules consent.Rules) (n consent.Notice, err error) {
	row, err := tx.CurrentNotice(string(rules))
	switch {
	case errors.Is(err, store.ErrNotFound):
		n, err = consent.Draft(rules, c.Draft())
	case err == nil:
		n, err = consent.DecodeNotice([]byte(row.Document))
	}
	if err == nil {
		err = n.Publishable(c.Demo)
	}
	if err != nil {
		return consent.Notice{}, err
	}
	return n, nil
}

// Notice returns the notice with a hash that the site has or had, as [Notice]
// does.
func (o *Office) Notice(ctx context.Context, hash [32]byte) (n consent.Notice, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.Notice(hash[:])
		if err == nil {
			n, err = consent.DecodeNotice([]byte(row.Document))
		}
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return n, err
	}
	return Notice(string(o.f), hash) // the draft, of a site for trying out
}

// PublishDraft publishes the notice for some rules of a site for trying out that has
// only the draft, which people there may agree to: what they agree to is on record
// like any other. It does nothing where there is a notice, and fails with
// [consent.ErrDraft] where nobody can agree to the draft.
func (o *Office) PublishDraft(ctx context.Context, by string, rules consent.Rules) error {
	err := o.store.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.CurrentNotice(string(rules))
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	n, err := o.CurrentNotice(ctx, rules)
	if err != nil {
		return err
	}
	return o.PublishNotice(ctx, by, n)
}

// PublishNotice has people agree to another notice from now on. It is recorded
// first, in clear. It fails as [consent.Notice.Publishable] does. What was agreed
// to before stays what it was; publishing the notice in force again changes
// nothing.
func (o *Office) PublishNotice(ctx context.Context, by string, n consent.Notice) error {
	if err := n.Publishable(o.Config.Demo); err != nil {
		return err
	}
	data, err := n.Encode()
	if err != nil {
		return err
	}
	hash, err := n.Hash()
	if err != nil {
		return err
	}
	next := func(tx *store.Tx) (int64, error) {
		newest, err := tx.CurrentNotice(string(n.Rules))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0, err
		}
		if bytes.Equal(newest.Hash, hash[:]) {
			return 0, errInForce
		}
		return newest.Number + 1, nil
	}
	err = o.give(ctx, act{
		by: by, name: "notice.publish",
		check: func(tx *store.Tx) (map[string]string, error) {
			_, err := next(tx)
			return map[string]string{"sha256": hex.EncodeToString(hash[:]), "rules": string(n.Rules), "version": n.Version}, err
		},
		effect: func(tx *store.Tx) error {
			number, err := next(tx)
			if err != nil {
				return err
			}
			return tx.AddNotice(store.NoticeRow{
				Hash: hash[:], Rules: string(n.Rules), Number: number, Published: o.now().Unix(), Document: string(data),
			})
		},
	})
	if errors.Is(err, errInForce) {
		return nil
	}
	return err
}

// errInForce is said of a notice that is in force already.
var errInForce = errors.New("this notice is in force")

// showNotices writes the notices for who reads the folder.
func (o *Office) showNotices(rows []store.NoticeRow) (all error) {
	shown := make(map[string]bool)
	for _, r := range rows { // the newest first
		all = errors.Join(all, o.showFile(o.f.notice(hex.EncodeToString(r.Hash)), []byte(r.Document)))
		if !shown[r.Rules] {
			shown[r.Rules] = true
			all = errors.Join(all, o.showFile(o.f.notice(r.Rules), []byte(r.Document)))
		}
	}
	return all
}

// notice puts into a bundle what people agree to. Where there is no notice,
// nobody can have agreed to it, and doors read no faces.
func (p *Publisher) notice(tx *store.Tx, b *bundle.Bundle, c Config) error {
	b.Notice = p.extras.Notice
	if len(b.Notice.Text) > 0 {
		return nil
	}
	n, err := currentNotice(tx, c, consent.Everybody)
	if errors.Is(err, consent.ErrDraft) {
		withoutFaces(b)
		return nil
	}
	if err != nil {
		return err
	}
	b.Notice.Text = n.AtDoor()
	b.Notice.SHA256, err = n.Hash()
	return err
}

func withoutFaces(b *bundle.Bundle) {
	b.Models = nil
	for i := range b.Zones {
		z := &b.Zones[i]
		z.Methods &^= bundle.Face
		z.RequireLive, z.Threshold, z.Budget, z.Prompts, z.Light = false, "", 0, 0, false
	}
}
