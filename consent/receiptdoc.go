package consent

import (
	"encoding/base64"
	"encoding/hex"
	"time"
)

// object is a JSON object that is being made.
type object = map[string]any

// Members of a receipt that are ours, and those that are read again.
const (
	memberSignature = "signature"
	memberRecord    = "facelatch:record"
	memberOpening   = "facelatch:opening"
	memberIssued    = "dct:issued"
	memberProcess   = "dpv:hasProcess"
)

// profile is the profile of DPV for receipts that hold a copy of the record.
const profile = "https://w3id.org/dpv/schema/dpv-27560#receipt-record"

// receiptBody says what a record means in the words of DPV 2 (w3id.org/dpv),
// after the guide of its community group to ISO/IEC TS 27560. n may be nil: then
// what follows from the notice is left out.
func receiptBody(r *Record, n *Notice, issued time.Time, opening []byte) (object, error) {
	encoded, err := r.Encode()
	if err != nil {
		return nil, err
	}
	hash, site := r.Hash().String(), r.terms.Site.String()
	state := "given"
	if r.withdrawn != 0 {
		state = "withdrawn"
	}
	body := object{
		"@context":          receiptNames(),
		"@id":               "urn:facelatch:receipt:" + site + ":" + hash + ":" + state,
		"@type":             "dpv:ConsentReceipt",
		"dct:conformsTo":    object{"@id": profile},
		"dct:identifier":    hash + "-" + state,
		memberIssued:        instant(issued),
		"dct:hasPart":       recordBody(r, site, hash),
		memberRecord:        base64.RawURLEncoding.EncodeToString(encoded),
		"dpv:hasPurpose":    purposeOf(),
		"dpv:hasLegalBasis": object{"@id": "dpv:ExplicitlyExpressedConsent"},
	}
	if opening != nil {
		body[memberOpening] = base64.RawURLEncoding.EncodeToString(opening)
	}
	if n != nil {
		body[memberProcess] = processBody(r, *n, site)
	}
	return body, nil
}

// receiptNames are what prefixes stand for, so that nothing has to be fetched.
func receiptNames() object {
	return object{
		"dpv":       "https://w3id.org/dpv#",
		"pd":        "https://w3id.org/dpv/pd#",
		"loc":       "https://w3id.org/dpv/loc#",
		"dct":       "http://purl.org/dc/terms/",
		"rdf":       "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
		"skos":      "http://www.w3.org/2004/02/skos/core#",
		"xsd":       "http://www.w3.org/2001/XMLSchema#",
		"facelatch": "https://github.com/facelatch/facelatch/blob/main/spec/consent.md#",
	}
}

// recordBody is what the record says by itself: header, notice and events.
func recordBody(r *Record, site, hash string) object {
	notice := object{
		"@id": "urn:sha256:" + hex.EncodeToString(r.terms.Notice[:]), "@type": "dpv:ConsentNotice",
	}
	if r.terms.Lang != "" {
		notice["dct:language"] = string(r.terms.Lang)
	}
	subject := object{"@type": "dpv:DataSubject", "dct:identifier": hash}
	if r.terms.By == ByGuardian {
		subject["@type"] = []any{"dpv:DataSubject", "dpv:Child"}
	}
	return object{
		"@id": "urn:facelatch:consent:" + site + ":" + hash, "@type": "dpv:ConsentRecord", "dct:identifier": hash,
		"dpv:hasDataSubject": subject, "dpv:hasNotice": notice, "dpv:hasConsentStatus": eventsOf(r),
	}
}

// eventsOf are what happened to the consent.
func eventsOf(r *Record) []any {
	actor := object{"@type": "dpv:DataSubject"}
	if r.terms.By == ByGuardian {
		actor = object{"@type": "dpv:GuardianOfDataSubject"}
	}
	method := "signed with a key of whoever acted"
	if r.method == Attested {
		method = "attested by the operator"
	}
	if r.terms.Attester != "" {
		method += " (" + r.terms.Attester + ")"
	}
	events := []any{object{
		"@type":                   []any{"dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"},
		"dpv:isIndicatedAtTime":   instant(r.terms.Given),
		"dpv:hasDuration":         until(r.terms.Until),
		"dpv:isIndicatedBy":       actor,
		"dpv:hasIndicationMethod": method,
	}}
	if at, withdrawn := r.Withdrawn(); withdrawn {
		events = append(events, object{"@type": "dpv:ConsentWithdrawn", "dpv:isIndicatedAtTime": instant(at)})
	}
	return events
}

func purposeOf() object {
	return object{"@type": "dpv:Purpose", "skos:broader": object{"@id": "dpv:EnforceAccessControl"}}
}

// processBody is what follows from the notice: who, what, where, for how long.
func processBody(r *Record, n Notice, site string) object {
	with := func(kind string, f Field) object {
		return object{"@type": kind, "dct:description": n.said(f)}
	}
	data := with("dpv:SensitivePersonalData", Data)
	data["skos:broader"], data["dpv:hasNecessity"] = object{"@id": "pd:Biometric"}, object{"@id": "dpv:Required"}
	kept := with("dpv:StorageDuration", Retention)
	kept["dpv:hasDuration"] = until(r.terms.Until)
	purpose := purposeOf()
	purpose["dct:description"] = n.said(PurposeText)
	process := object{
		"@type":                   "dpv:Process",
		"dct:description":         n.said(Processing),
		"dpv:hasNotice":           object{"@id": "urn:sha256:" + hex.EncodeToString(r.terms.Notice[:]), "dct:hasVersion": n.Version},
		"dpv:hasPurpose":          purpose,
		"dpv:hasLegalBasis":       with("dpv:ExplicitlyExpressedConsent", Basis),
		"dpv:hasPersonalData":     data,
		"dpv:hasDataSource":       object{"@id": "dpv:DataSubjectDataSource"},
		"dpv:hasProcessing":       []any{object{"@id": "dpv:Collect"}, object{"@id": "dpv:Derive"}, object{"@id": "dpv:Match"}, object{"@id": "dpv:Erase"}},
		"dpv:hasStorageCondition": []any{with("dpv:StorageLocation", Storage), kept},
		"dpv:hasRecipient":        with("dpv:DataSubject", Recipients),
		"dpv:hasConsequence":      with("dpv:Consequence", Effect),
		"dpv:hasJustification":    with("dpv:Justification", Necessity),
		"dpv:hasLocation":         with("dpv:Location", ZonesText),
		"dpv:hasConsentControl":   object{"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": n.said(Withdrawal)},
		"dpv:hasRight":            object{"@type": "dpv:DataSubjectRight", "dpv:isExercisedAt": n.said(Rights)},
		"dpv:hasAuthority":        with("dpv:DataProtectionAuthority", Complaint),
		"dpv:hasDataController": object{
			"@id": "urn:facelatch:site:" + site, "@type": "dpv:DataController", "dpv:hasIdentifier": site,
			"dpv:hasName": n.said(Operator), "dpv:hasAddress": n.said(Address), "dpv:hasContact": n.said(Contact),
		},
	}
	if n.Jurisdiction != "" {
		process["dpv:hasJurisdiction"] = object{"@id": "loc:" + n.Jurisdiction}
	}
	return process
}

// said is a field in all languages, as JSON-LD has it.
func (n Notice) said(f Field) []any {
	all := []any{}
	for _, lang := range Langs() {
		if words := n.Text[lang][f]; words != "" {
			all = append(all, object{"@language": string(lang), "@value": words})
		}
	}
	return all
}

func instant(t time.Time) object {
	return object{"@type": "xsd:dateTime", "@value": t.UTC().Format(time.RFC3339)}
}

func until(t time.Time) object {
	return object{"@type": "dpv:UntilTimeDuration", "rdf:value": instant(t)}
}
