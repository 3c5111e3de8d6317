package main

import (
	"crypto/x509"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// agreement makes notices, and receipts of consents to them.
func (w *world) agreement() vectors.Agreement {
	issuer := key("key that receipts are signed with")
	out := vectors.Agreement{Issuer: must(x509.MarshalPKIXPublicKey(&issuer.PublicKey)), Notices: notices()}
	receipt := func(name, about, notice string, r *consent.Record, opening []byte) string {
		c := must(consent.NewReceipt(r, noticeNamed(out, notice), noon, opening))
		check(c.Sign(stream(name), deterministic{issuer}))
		text, hash := string(must(c.Encode())), r.Hash()
		_, withdrawn := r.Withdrawn()
		out.Receipts = append(out.Receipts, vectors.ReceiptText{
			Vector: agreed(name, about, 3), Receipt: text, Notice: notice, Consent: hash[:], Withdrawn: withdrawn,
		})
		return text
	}
	terms := func(notice string) consent.Terms {
		return consent.Terms{
			Site: w.site, Purpose: pass.PurposeAccess, Notice: must(noticeNamed(out, notice).Hash()), Given: begin, Until: begin.AddDate(1, 0, 0),
			By: consent.ByHolder, Lang: consent.Chinese, Attester: "op-7k2m",
		}
	}
	attested := must(consent.Attest(stream("receipt attested"), terms("written")))
	good := receipt("attested", "of a consent that an operator attests, with an opening", "written", attested, []byte("what the ledger says"))
	receipt("signed", "of a consent that its holder signed", "written", must(consent.Sign(stream("receipt signed"), deterministic{key("key of a holder")}, terms("written"))), nil)
	guardian := terms("children")
	guardian.By = consent.ByGuardian
	receipt("guardian", "of what a guardian agreed to for a child", "children", must(consent.Attest(stream("receipt guardian"), guardian)), nil)
	attested.Withdraw(noon)
	receipt("withdrawn", "of the withdrawal of the first", "written", attested, nil)
	bad := func(name, about, from, to string) {
		text := strings.Replace(good, from, to, 1)
		if text == good {
			panic(name)
		}
		out.Receipts = append(out.Receipts, vectors.ReceiptText{Vector: agreed(name, about, 3), Receipt: text, Notice: "written", Error: true})
	}
	bad("another-end", "another end than in the record", begin.AddDate(1, 0, 0).Format(time.RFC3339), begin.AddDate(2, 0, 0).Format(time.RFC3339))
	bad("another-operator", "another operator than in the notice", "Operator", "Operetta")
	bad("another-attester", "another attester than in the record", "op-7k2m", "op-0000")
	bad("one-member-more", "a member that does not follow from the record", `"dct:issued"`, `"dct:title": "x", "dct:issued"`)
	bad("another-opening", "another opening than what was signed", `"facelatch:opening": "d2`, `"facelatch:opening": "d3`)
	bad("twice", "a member that stands twice", `"dct:issued"`, `"facelatch:opening": "AA", "dct:issued"`)
	out.Receipts = append(out.Receipts, vectors.ReceiptText{Vector: agreed("another-notice", "a good receipt, checked with another notice", 3), Receipt: good, Notice: "children", Error: true})
	return out
}

func agreed(name, about string, section int) vectors.Vector {
	return vectors.Vector{Name: name, About: about, Requirements: []string{"consent.md " + itoa(section)}}
}

func noticeNamed(a vectors.Agreement, name string) consent.Notice {
	for _, n := range a.Notices {
		if n.Name == name {
			return must(consent.DecodeNotice([]byte(n.JSON)))
		}
	}
	panic(name)
}

func notices() (all []vectors.AgreedTo) {
	form := func(rules consent.Rules) string {
		own := consent.Text{consent.Operator: "Operator", consent.Address: "Address", consent.Contact: "Contact", consent.Complaint: "Authority"}
		n := must(consent.Draft(rules, consent.DraftFor{
			Site: "Garden Court", Zones: []string{"front", "garage"}, Days: 365, Jurisdiction: "CN", Version: "2027-03-10",
			Written: map[consent.Lang]consent.Text{consent.English: own, consent.Chinese: own},
		}))
		return string(must(n.Encode()))
	}
	good := func(name, about, text string) {
		n := must(consent.DecodeNotice([]byte(text)))
		hash := must(n.Hash())
		all = append(all, vectors.AgreedTo{Vector: agreed(name, about, 2), JSON: text, Form: string(must(n.Encode())), SHA256: hash[:]})
	}
	good("written", "a whole notice, in its one form", form(consent.Everybody))
	good("children", "a whole notice for children under 14", form(consent.Children))
	const small = `{"format": 1, "version": "1", "rules": "everybody", "jurisdiction": "", "zones": [], "text": {"en": {"operator": "A \"B\" \\ C\nD"}, "zh-CN": {"door": "\u524d门"}}}`
	good("laid-out", "the same text whatever it is laid out like: a form without spaces, and escapes only where they must be", small)
	bad := func(name, about, from, to string) {
		text := strings.Replace(small, from, to, 1)
		if text == small {
			panic(name)
		}
		all = append(all, vectors.AgreedTo{Vector: agreed(name, about, 2), JSON: text, Error: true})
	}
	bad("member-twice", "a member that stands twice", `"version": "1"`, `"version": "1", "version": "1"`)
	bad("member-unknown", "a member that there is not", `"version": "1"`, `"version": "1", "colour": "red"`)
	bad("member-case", "a member in another case", `"version"`, `"Version"`)
	bad("member-missing", "a member that is missing", `"version": "1", `, ``)
	bad("null", "a null", `"jurisdiction": ""`, `"jurisdiction": null`)
	bad("fraction", "a number with a fraction", `"format": 1,`, `"format": 1.0,`)
	bad("half-surrogate", "half a surrogate pair", `A \"B`, `A \ud800`)
	bad("turned", "a character that turns the direction of writing", `A \"B`, `A \u202eB`)
	bad("field-unknown", "a field that there is not", `"operator"`, `"advertising"`)
	bad("language-unknown", "a language that there is not", `"en"`, `"fr"`)
	bad("zones-order", "zones out of order", `"zones": []`, `"zones": ["b", "a"]`)
	bad("after", "something after it", `}}}`, `}}} {}`)
	return all
}
