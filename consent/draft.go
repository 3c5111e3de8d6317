package consent

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed draft/everybody.json draft/children.json
var drafts embed.FS

// DraftFor is what a draft is filled in with, and what the operator has written
// by now. Fields that are empty stay to be written.
type DraftFor struct {
	// Site is what people call the site.
	Site string
	// Zones are the sets of doors, in any order.
	Zones []string
	// Titles are what people call zones, by zone and language. A zone without one
	// is called by its name.
	Titles map[string]map[Lang]string
	// Days is the longest life of a face pass in days; of a child's it is at most
	// a year.
	Days int
	// Asks says that a door asks whoever shows a face pass to move before its camera.
	Asks bool
	// Written are texts of the operator's own, such as [Operator], which replace
	// those of the draft. A text for one language alone leaves the other as it is.
	Written map[Lang]Text
	// Jurisdiction is as in [Notice].
	Jurisdiction string
	// Version is as in [Notice]; empty is that of the draft.
	Version string
}

// Draft returns the notice to start from, for a rule set. It says what this
// program does, and leaves to be written what only the operator knows: it is a
// draft, see [Notice.Draft], until that is written.
func Draft(rules Rules, with DraftFor) (Notice, error) {
	data, err := drafts.ReadFile("draft/" + string(rules) + ".json")
	if err != nil {
		return Notice{}, fmt.Errorf("%w: there is no draft for %q", ErrNotice, rules)
	}
	n, err := DecodeNotice(data)
	if err != nil {
		return Notice{}, err
	}
	n.Jurisdiction = with.Jurisdiction
	if with.Version != "" {
		n.Version = with.Version
	}
	n.Zones = slices.Compact(slices.Sorted(slices.Values(with.Zones)))
	for lang, text := range n.Text {
		values := with.values(rules, lang, n.Zones)
		for name, words := range text {
			if own := with.Written[lang][name]; own != "" {
				text[name] = own
				continue
			}
			text[name] = values.Replace(words)
		}
	}
	_, err = n.Encode()
	return n, err
}

// values are what stands in braces in a draft.
func (d DraftFor) values(rules Rules, lang Lang, zones []string) *strings.Replacer {
	days := d.Days
	if days <= 0 {
		days = longestDays
	}
	if rules == Children {
		days = min(days, childDays)
	}
	site, all := d.Site, map[Lang]string{English: "all zones", Chinese: "全部区域"}[lang]
	if site == "" {
		site = map[Lang]string{English: "this site", Chinese: "本场所"}[lang]
	}
	if len(zones) > 0 {
		all = strings.Join(d.called(lang, zones), map[Lang]string{English: ", ", Chinese: "、"}[lang])
	}
	return strings.NewReplacer("{site}", site, "{zones}", all, "{days}", strconv.Itoa(days), "{asks}", d.asks(lang))
}

// asks is what a door's own text says of movements.
func (d DraftFor) asks(lang Lang) string {
	if !d.Asks {
		return ""
	}
	return map[Lang]string{
		English: " Some doors then ask for turning the head or coming closer. They look for some seconds longer, and forget how the head moved, too. Whoever cannot do it uses another way in.",
		Chinese: "有的门会请出示通行证的人转头或靠近一点，这时多看几秒，头部怎样移动也不保留；做不到的人用其他方式进门。",
	}[lang]
}

// called are zones as people call them.
func (d DraftFor) called(lang Lang, zones []string) (all []string) {
	for _, zone := range zones {
		if title := d.Titles[zone][lang]; title != "" {
			zone = title
		}
		all = append(all, zone)
	}
	return all
}

const (
	longestDays = 731 // of a pass
	childDays   = 365 // of a child's
)
