package api

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
)

// NoticeInput is a notice: one version of the text that people agree to.
type NoticeInput struct {
	Version      string                       `json:"version" pattern:"^[A-Za-z0-9.-]{1,40}$" doc:"What the operator calls this version, such as 2026-11-21"`
	Rules        string                       `json:"rules" enum:"everybody,children" doc:"For whom it is"`
	Jurisdiction string                       `json:"jurisdiction" pattern:"^[A-Z]{2}$" doc:"The country whose law the operator answers to (ISO 3166-1)"`
	Zones        []string                     `json:"zones,omitempty" max:"64" each:"^[a-z0-9-]{1,24}$" doc:"The sets of doors that it is about; all, if it is left away"`
	Text         map[string]map[string]string `json:"text" doc:"By language (zh-CN and en) and field: docs/consent.md has the fields and what each has to say"`
}

func (in NoticeInput) asked() consent.Notice {
	n := consent.Notice{Version: in.Version, Rules: consent.Rules(in.Rules), Jurisdiction: in.Jurisdiction, Zones: in.Zones, Text: make(map[consent.Lang]consent.Text)}
	for lang, fields := range in.Text {
		text := make(consent.Text)
		for field, words := range fields {
			text[consent.Field(field)] = words
		}
		n.Text[consent.Lang(lang)] = text
	}
	return n
}

// NoticeList are all notices of a site.
type NoticeList struct {
	Notices []Notice `json:"notices"`
}

// Notice is one that was published.
type Notice struct {
	Hash      string          `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"The SHA-256 of the notice, which records of consent name"`
	Rules     string          `json:"rules" enum:"everybody,children"`
	Number    int             `json:"number" min:"1" doc:"Counts the versions for the same rules"`
	Published time.Time       `json:"published"`
	Document  json.RawMessage `json:"document" doc:"The notice with all its languages, as it is hashed"`
}

func noticeOf(n acts.NoticeVersion) Notice {
	return Notice{hex32(n.Hash), string(n.Rules), n.Number, n.Published, n.Document}
}

func listNotices(c call, _ request[nothing]) (NoticeList, error) {
	found, err := c.api.with.Acts.Notices(c.ctx)
	list := NoticeList{Notices: []Notice{}}
	for _, n := range found {
		list.Notices = append(list.Notices, noticeOf(n))
	}
	return list, err
}

func currentNotice(c call, in request[nothing]) (Notice, error) {
	n, err := c.api.with.Acts.CurrentNotice(c.ctx, consent.Rules(cmp.Or(in.values["rules"], string(consent.Everybody))))
	if err != nil {
		return Notice{}, err
	}
	return noticeOf(n), nil
}

func publishNotice(c call, in request[NoticeInput]) (Notice, error) {
	n, err := c.api.with.Acts.PublishNotice(c.ctx, c.actor, in.body.asked())
	if err != nil {
		return Notice{}, err
	}
	return noticeOf(n), nil
}
