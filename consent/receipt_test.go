package consent_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
)

func keyOf(t testing.TB, seed byte) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{seed}, 32))
	must(t, err)
	return key
}

// full are terms of version 2, for a notice.
func full(t testing.TB, n consent.Notice) consent.Terms {
	t.Helper()
	c := terms()
	var err error
	c.Notice, err = n.Hash()
	must(t, err)
	c.By, c.Lang, c.Attester = consent.ByHolder, consent.Chinese, "op-7k2m"
	if n.Rules == consent.Children {
		c.By, c.Until = consent.ByGuardian, c.Given.AddDate(1, 0, 0)
	}
	return c
}

// receipt is a signed receipt as it is handed out.
func receipt(t testing.TB, r *consent.Record, n consent.Notice, opening []byte) []byte {
	t.Helper()
	c, err := consent.NewReceipt(r, n, now.Add(time.Minute), opening)
	must(t, err)
	must(t, c.Sign(reader(), keyOf(t, 9)))
	data, err := c.Encode()
	must(t, err)
	return data
}

// TestReceipts: a receipt can be checked with what its holder has, whoever acted
// and however, before and after withdrawing.
func TestReceipts(t *testing.T) {
	site := &keyOf(t, 9).PublicKey
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		n := written(t, rules)
		attested, err := consent.Attest(reader(), full(t, n))
		must(t, err)
		signed, err := consent.Sign(reader(), keyOf(t, 7), full(t, n))
		must(t, err)
		withdrawn, err := consent.Attest(reader(), full(t, n))
		must(t, err)
		withdrawn.Withdraw(now.Add(time.Hour))
		for name, r := range map[string]*consent.Record{"attested": attested, "signed": signed, "withdrawn": withdrawn} {
			for _, opening := range [][]byte{nil, {1, 2, 3}} {
				data := receipt(t, r, n, opening)
				c, err := consent.ParseReceipt(data)
				must(t, err)
				got, err := c.Check(site, &n)
				if want := (consent.Checked{Site: true, Notice: true, Holder: name == "signed", Withdrawn: name == "withdrawn"}); err != nil || got != want {
					t.Errorf("%s, %s: %+v, %v", rules, name, got, err)
				}
				if c.Record().Hash() != r.Hash() || !bytes.Equal(c.Opening(), opening) || !c.Issued().Equal(now.Add(time.Minute)) {
					t.Errorf("%s, %s: it is about something else", rules, name)
				}
				if again, err := c.Encode(); err != nil || !bytes.Equal(again, data) {
					t.Errorf("%s, %s: it is written otherwise, %v", rules, name, err)
				}
				if got, err := c.Check(nil, nil); err != nil || got.Site || got.Notice {
					t.Errorf("%s, %s: with nothing else: %+v, %v", rules, name, got, err)
				}
			}
		}
	}
}

// TestReceiptHasTheFields: every field that is mandatory in ISO/IEC TS 27560 for a
// record stands in a receipt, where the guide for DPV puts it.
func TestReceiptHasTheFields(t *testing.T) {
	n := written(t, consent.Children)
	r, err := consent.Attest(reader(), full(t, n))
	must(t, err)
	r.Withdraw(now.Add(time.Hour))
	var doc any
	must(t, json.Unmarshal(receipt(t, r, n, nil), &doc))
	for field, path := range map[string]string{
		"schema version":         "dct:conformsTo/@id",
		"receipt id":             "dct:identifier",
		"record id":              "dct:hasPart/dct:identifier",
		"pii principal id":       "dct:hasPart/dpv:hasDataSubject/dct:identifier",
		"privacy notice":         "dct:hasPart/dpv:hasNotice/@id",
		"language":               "dct:hasPart/dpv:hasNotice/dct:language",
		"purpose":                "dpv:hasProcess/dpv:hasPurpose/dct:description/0/@value",
		"purpose type":           "dpv:hasProcess/dpv:hasPurpose/skos:broader/@id",
		"lawful basis":           "dpv:hasProcess/dpv:hasLegalBasis/@type",
		"pii type":               "dpv:hasProcess/dpv:hasPersonalData/skos:broader/@id",
		"pii controllers":        "dpv:hasProcess/dpv:hasDataController/@id",
		"collection method":      "dpv:hasProcess/dpv:hasDataSource/@id",
		"processing method":      "dpv:hasProcess/dpv:hasProcessing/0/@id",
		"storage locations":      "dpv:hasProcess/dpv:hasStorageCondition/0/dct:description/1/@value",
		"retention period":       "dpv:hasProcess/dpv:hasStorageCondition/1/dpv:hasDuration/rdf:value/@value",
		"jurisdiction":           "dpv:hasProcess/dpv:hasJurisdiction/@id",
		"recipients":             "dpv:hasProcess/dpv:hasRecipient/dct:description/0/@value",
		"withdrawal method":      "dpv:hasProcess/dpv:hasConsentControl/dpv:isExercisedAt/0/@value",
		"privacy rights":         "dpv:hasProcess/dpv:hasRight/dpv:isExercisedAt/0/@value",
		"authority":              "dpv:hasProcess/dpv:hasAuthority/dct:description/0/@value",
		"party id":               "dpv:hasProcess/dpv:hasDataController/dpv:hasIdentifier",
		"party name":             "dpv:hasProcess/dpv:hasDataController/dpv:hasName/0/@value",
		"party address":          "dpv:hasProcess/dpv:hasDataController/dpv:hasAddress/0/@value",
		"party contact":          "dpv:hasProcess/dpv:hasDataController/dpv:hasContact/0/@value",
		"event time":             "dct:hasPart/dpv:hasConsentStatus/0/dpv:isIndicatedAtTime/@value",
		"validity duration":      "dct:hasPart/dpv:hasConsentStatus/0/dpv:hasDuration/rdf:value/@value",
		"event type":             "dct:hasPart/dpv:hasConsentStatus/0/@type/1",
		"event state":            "dct:hasPart/dpv:hasConsentStatus/0/@type/0",
		"entity id":              "dct:hasPart/dpv:hasConsentStatus/0/dpv:isIndicatedBy/@type",
		"the state afterwards":   "dct:hasPart/dpv:hasConsentStatus/1/@type",
		"the time of withdrawal": "dct:hasPart/dpv:hasConsentStatus/1/dpv:isIndicatedAtTime/@value",
	} {
		if text, _ := at(doc, path).(string); text == "" {
			t.Errorf("%s: nothing at %s", field, path)
		}
	}
	if who := at(doc, "dct:hasPart/dpv:hasConsentStatus/0/dpv:isIndicatedBy/@type"); who != "dpv:GuardianOfDataSubject" {
		t.Errorf("%v acted", who)
	}
}

// at returns what stands at a path in a JSON value, or nil.
func at(value any, path string) any {
	for name := range strings.SplitSeq(path, "/") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			if i := int(name[0] - '0'); i < len(v) {
				value = v[i]
			} else {
				return nil
			}
		default:
			return nil
		}
	}
	return value
}

// TestChangedReceipts: whatever is changed in a receipt is found, also without
// the notice and without the site's key.
func TestChangedReceipts(t *testing.T) {
	n := written(t, consent.Everybody)
	r, err := consent.Attest(reader(), full(t, n))
	must(t, err)
	good := receipt(t, r, n, []byte("opening"))
	other := change(n, consent.English, consent.Basis, "Because.")
	refused := func(name string, data []byte, key *ecdsa.PublicKey, n *consent.Notice, want error) {
		t.Helper()
		c, err := consent.ParseReceipt(data)
		if err == nil {
			_, err = c.Check(key, n)
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("another notice", good, nil, &other, consent.ErrOtherNotice)
	refused("another key", good, &keyOf(t, 8).PublicKey, nil, consent.ErrReceipt)
	for name, c := range map[string]struct{ from, to string }{
		"another end":        {`"@value": "2028-03-10`, `"@value": "2029-03-10`},
		"another issue":      {`"@value": "2027-03-10T04:01:00Z"`, `"@value": "2027-03-10T04:01:01Z"`},
		"another operator":   {`"Operator en"`, `"Somebody else"`},
		"another language":   {`"dct:language": "zh-CN"`, `"dct:language": "en"`},
		"another state":      {`:given"`, `:withdrawn"`},
		"another attester":   {`op-7k2m`, `op-0000`},
		"another purpose":    {`dpv:EnforceAccessControl`, `dpv:Marketing`},
		"something more":     {`"dct:identifier"`, `"dpv:hasPurposes": "all", "dct:identifier"`},
		"a member gone":      {`"dct:conformsTo": {`, `"dct:conformsto": {`},
		"another opening":    {`"facelatch:opening": "b3`, `"facelatch:opening": "b2`},
		"no opening":         {`"facelatch:opening": "b3BlbmluZw",`, ``},
		"another signature":  {`"cose": "0o`, `"cose": "0p`},
		"no signature":       {`"signature": {`, `"signatures": {`},
		"half a signature":   {`"cose":`, `"jose":`},
		"another's key":      {`"key": "MFkwE`, `"key": "MFkwF`},
		"padding":            {`"facelatch:opening": "b3BlbmluZw"`, `"facelatch:opening": "b3BlbmluZw=="`},
		"loose bits":         {`"facelatch:opening": "b3BlbmluZw"`, `"facelatch:opening": "b3BlbmluZx"`},
		"no record":          {`"facelatch:record": "`, `"facelatch:record": "!`},
		"a date that is not": {`"@value": "2027-03-10T04:01:00Z"`, `"@value": "tomorrow"`},
		"half":               {`"signature"`, ``},
	} {
		changed := bytes.Replace(good, []byte(c.from), []byte(c.to), 1)
		if bytes.Equal(changed, good) {
			t.Fatalf("%s: %q is not there", name, c.from)
		}
		refused(name, changed, nil, nil, consent.ErrReceipt)
	}
	refused("too long", append(bytes.Clone(good), make([]byte, consent.MaxReceipt)...), nil, nil, consent.ErrReceipt)
	refused("a list", []byte("[]"), nil, nil, consent.ErrReceipt)
}

// TestForgedReceipts: whoever signs a receipt, it says what the record in it says.
func TestForgedReceipts(t *testing.T) {
	n := written(t, consent.Everybody)
	r, err := consent.Attest(reader(), full(t, n))
	must(t, err)
	if c, err := consent.NewReceipt(r, written(t, consent.Children), now, nil); !errors.Is(err, consent.ErrOtherNotice) || c != nil {
		t.Error(err)
	}
	if c, err := consent.NewReceipt(nil, n, now, nil); !errors.Is(err, consent.ErrReceipt) || c != nil {
		t.Error(err)
	}
	c, err := consent.NewReceipt(r, n, now, nil)
	must(t, err)
	if data, err := c.Encode(); !errors.Is(err, consent.ErrReceipt) || data != nil {
		t.Errorf("not signed, and %v", err)
	}
	if _, err := c.Check(nil, nil); !errors.Is(err, consent.ErrReceipt) {
		t.Errorf("not signed, and %v", err)
	}
	if err := c.Sign(reader(), nil); err == nil {
		t.Error("signed with nothing")
	}
	// A record that is withdrawn after its receipt was made has another.
	data := receipt(t, r, n, nil)
	r.Withdraw(now.Add(time.Hour))
	if old, err := consent.ParseReceipt(data); err != nil {
		t.Error(err)
	} else if got, err := old.Check(nil, &n); err != nil || got.Withdrawn {
		t.Errorf("the receipt of the consent: %+v, %v", got, err)
	}
}

func FuzzParseReceipt(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := consent.ParseReceipt(data)
		if err != nil {
			if c != nil || !errors.Is(err, consent.ErrReceipt) {
				t.Fatalf("a receipt and %v", err)
			}
			return
		}
		if _, err := c.Check(nil, nil); err != nil {
			return
		}
		one, err := c.Encode()
		must(t, err)
		again, err := consent.ParseReceipt(one)
		must(t, err)
		if _, err := again.Check(nil, nil); err != nil || again.Record().Hash() != c.Record().Hash() {
			t.Fatalf("%v", err)
		}
	})
}
