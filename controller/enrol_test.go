package controller

import (
	"crypto/ecdsa"
	"crypto/rand"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// people does something as people do at a controller's pages, in another process.
func (r *rig) people(f func(*acts.Acts)) {
	r.t.Helper()
	r.do(func(o *site.Office) error {
		key, err := o.IssuingKey()
		if err != nil {
			return err
		}
		a, err := acts.New(acts.Config{Store: o.Store(), Issuing: o, Doors: o, EncodeSite: site.Encode, Kick: o.Kick, Key: key})
		if err != nil {
			return err
		}
		f(a)
		return nil
	})
}

func staff() acts.Actor {
	return acts.Actor{Role: acts.FrontDesk, Operator: "desk", Pseudonym: "op-desk"}
}

func holder(id string) acts.Actor { return acts.Actor{Role: acts.HolderRole, Holder: id} }

// publish has people agree to a notice from now on.
func (r *rig) publish(rules consent.Rules) consent.Notice {
	r.t.Helper()
	var n consent.Notice
	r.do(func(o *site.Office) (err error) {
		own := consent.Text{consent.Operator: "O", consent.Address: "A", consent.Contact: "C", consent.Complaint: "P"}
		with := o.Config.Draft()
		with.Jurisdiction, with.Version, with.Written = "CN", "1", map[consent.Lang]consent.Text{consent.English: own, consent.Chinese: own}
		if n, err = consent.Draft(rules, with); err != nil {
			return err
		}
		return o.PublishNotice(r.t.Context(), site.Operator, n)
	})
	return n
}

// agrees is what a station asks for when somebody agreed in front of it.
func (r *rig) agrees(m *member, n consent.Notice, by consent.Party) (doorapi.PrepareRequest, pass.Hash16) {
	r.t.Helper()
	hash, err := n.Hash()
	if err != nil {
		r.t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: r.config.ID, Purpose: pass.PurposeAccess, Notice: hash, Given: now, Until: now.Add(time.Hour),
		By: by, Lang: consent.English, Attester: "station-" + m.joined.ID,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	q := plain()
	q.Models = []pass.ModelID{{7}}
	if q.Consent, err = record.Encode(); err != nil {
		r.t.Fatal(err)
	}
	return q, record.Hash()
}

// make has a pass made, and returns its claims.
func (m *member) make(q doorapi.PrepareRequest) pass.Claims {
	m.t.Helper()
	var b doorapi.Binding
	if p := m.post(doorapi.PathPrepare, q, &b); p != nil {
		m.t.Fatal(p)
	}
	sign := doorapi.SignRequest{ID: b.ID}
	var sealed pass.Sealed
	if q.Consent != nil {
		key, err := pass.NewSealingKey(rand.Reader)
		if err != nil {
			m.t.Fatal(err)
		}
		sealed, err = pass.Seal(rand.Reader, key, pass.Binding{Site: b.Site, ID: b.ID, Expires: b.Expires, Consent: b.Consent}, map[pass.ModelID][]byte{{7}: make([]byte, 16)})
		if err != nil {
			m.t.Fatal(err)
		}
		sign.Sealed = sealed.Hash[:]
	}
	var signed doorapi.SignResponse
	if p := m.post(doorapi.PathSign, sign, &signed); p != nil {
		m.t.Fatal(p)
	}
	if p := m.post(doorapi.PathComplete, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
		m.t.Fatal(p)
	}
	text, err := pass.Join(signed.Signed, sealed.Bytes)
	if err != nil {
		m.t.Fatal(err)
	}
	made, err := pass.Parse(text)
	if err != nil {
		m.t.Fatal(err)
	}
	return made.Claims()
}

// status is what a door that asks now is told of a place.
func (m *member) status(c pass.Claims) statuslist.Status {
	m.t.Helper()
	b, p := m.bundle("")
	if p != nil {
		m.t.Fatal(p)
	}
	keys, err := bundle.Keys(b.Issuers)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, l := range b.Lists {
		if l.Number != c.Status.List {
			continue
		}
		data, p := m.raw(m.client, "GET", doorapi.PathObjects+l.Object.String(), nil)
		if p != nil {
			m.t.Fatal(p)
		}
		token, err := statuslist.Verify(data, keys, pass.StatusURI(l.Number), time.Now())
		if err != nil {
			m.t.Fatal(err)
		}
		s, err := token.Status(c.Status.Index, time.Now())
		if err != nil {
			m.t.Fatal(err)
		}
		return s
	}
	m.t.Fatal("there is no such list")
	return statuslist.Invalid
}

// becomes waits until doors are told something of a pass: at most a minute is
// promised.
func (m *member) becomes(c pass.Claims, want statuslist.Status) {
	m.t.Helper()
	for until := time.Now().Add(time.Minute); m.status(c) != want; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			m.t.Fatalf("it is not %v", want)
		}
	}
}

// TestPromise2StationConsentsAreTheHolders: what somebody agreed to at a station is on
// their own page, with its text and receipt; taking it back there revokes the pass,
// and doors are told within the minute that is promised.
func TestPromise2StationConsentsAreTheHolders(t *testing.T) {
	r := newRig(t)
	desk, door := r.station("Desk"), r.door("Front", "front")
	n := r.publish(consent.Everybody)
	var known string
	r.people(func(a *acts.Acts) {
		h, err := a.AddHolder(t.Context(), staff(), acts.HolderInput{Label: "Flat 12"})
		if err != nil {
			t.Fatal(err)
		}
		known = h.ID
	})
	var met doorapi.MeetResponse
	if p := desk.post(doorapi.PathMeet, doorapi.MeetRequest{Label: " flat 12"}, &met); p != nil || met.Known != 1 || met.Holder != known {
		t.Fatalf("%+v, %v", met, p)
	}
	q, hash := r.agrees(desk, n, consent.ByHolder)
	q.Whose.Holder = known
	made := desk.make(q)
	door.becomes(made, statuslist.Valid)
	receipt, p := desk.raw(desk.client, "GET", "/v1/passes/"+made.ID.String()+"/receipt", nil)
	if p != nil {
		t.Fatal(p)
	}
	r.people(func(a *acts.Acts) {
		v, err := a.Holder(t.Context(), holder(known), known)
		if err != nil || len(v.Consents) != 1 || len(v.Passes) != 1 {
			t.Fatalf("%+v, %v", v, err)
		}
		c := v.Consents[0]
		if c.Hash != hash || !c.Good(time.Now()) || string(c.Receipt) != string(receipt) || v.Passes[0].ID != made.ID || v.Passes[0].Kind != pass.Face {
			t.Errorf("%+v, %+v", c, v.Passes[0])
		}
		w, err := a.WithdrawConsent(t.Context(), holder(known), hash)
		if err != nil || len(w.Revoked) != 1 || w.Offer != made.ID {
			t.Errorf("%+v, %v", w, err)
		}
	})
	door.becomes(made, statuslist.Invalid)
}

// TestWhose: whoever gets a pass at a station is on record: one who is there, one who
// is added by what staff call them, or, where they call them nothing, by the number
// of the pass.
func TestWhose(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	children := r.publish(consent.Children)
	q, _ := r.agrees(desk, children, consent.ByGuardian)
	q.Whose = doorapi.Whose{Label: "Flat 12, child", Child: true}
	child := desk.make(q)
	q = plain()
	q.Whose.Label = "Flat 12"
	named := desk.make(q)
	unnamed := desk.make(plain())
	var link acts.Link
	r.people(func(a *acts.Acts) {
		labels := make(map[string]acts.Holder)
		all, _, err := a.Holders(t.Context(), staff(), acts.Query{})
		if err != nil || len(all) != 3 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, h := range all {
			labels[h.Label] = h
		}
		for label, want := range map[string]pass.Claims{"Flat 12, child": child, "Flat 12": named, unnamed.ID.String()[:8]: unnamed} {
			v, err := a.Holder(t.Context(), staff(), labels[label].ID)
			if err != nil || len(v.Passes) != 1 || v.Passes[0].ID != want.ID || v.Holder.Under14 != (label == "Flat 12, child") {
				t.Errorf("%s: %+v, %v", label, v, err)
			}
		}
		if link, err = a.MakeLink(t.Context(), staff(), labels["Flat 12, child"].ID); err != nil {
			t.Fatal(err)
		}
	})
	var met doorapi.MeetResponse
	if p := desk.post(doorapi.PathMeet, doorapi.MeetRequest{Link: link.Token}, &met); p != nil || met.Known != 1 || !met.Child {
		t.Errorf("%+v, %v", met, p)
	}
	if p := desk.post(doorapi.PathMeet, doorapi.MeetRequest{Link: link.Token}, &met); !is(p, doorapi.ProblemNotFound) {
		t.Errorf("a link twice: %v", p)
	}
	if p := desk.post(doorapi.PathMeet, doorapi.MeetRequest{Label: "Flat"}, &met); p != nil || met.Known != 0 {
		t.Errorf("a part of a label: %+v, %v", met, p)
	}
	for name, bad := range map[string]doorapi.MeetRequest{"nothing": {}, "both": {Link: "x", Label: "y"}} {
		if p := desk.post(doorapi.PathMeet, bad, nil); !is(p, doorapi.ProblemRequest) {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// TestEnrolmentsThatFail: of what was refused nothing is left, and of what was not
// brought to its end no consent that holds.
func TestEnrolmentsThatFail(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	n := r.publish(consent.Everybody)
	_ = r.publish(consent.Children)
	q, hash := r.agrees(desk, n, consent.ByHolder)
	for name, c := range map[string]struct {
		spoil func(*doorapi.PrepareRequest)
		kind  string
	}{
		"another zone":      {func(q *doorapi.PrepareRequest) { q.Zones = []string{"roof"} }, doorapi.ProblemPolicy},
		"nobody":            {func(q *doorapi.PrepareRequest) { q.Whose.Holder = "nobody" }, doorapi.ProblemNotFound},
		"for another adult": {func(q *doorapi.PrepareRequest) { q.Whose.Child = true }, doorapi.ProblemConflict},
		"a hostile label":   {func(q *doorapi.PrepareRequest) { q.Whose.Label = "a\u202eb" }, doorapi.ProblemPolicy},
	} {
		bad := q
		c.spoil(&bad)
		if p := desk.post(doorapi.PathPrepare, bad, nil); !is(p, c.kind) {
			t.Errorf("%s: %v", name, p)
		}
	}
	other := r.station("Other")
	if p := other.post(doorapi.PathPrepare, q, nil); !is(p, doorapi.ProblemPolicy) {
		t.Errorf("what was agreed to elsewhere: %v", p)
	}
	r.people(func(a *acts.Acts) {
		if all, _, err := a.Holders(t.Context(), staff(), acts.Query{}); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
	q.Whose.Label = "Flat 12"
	var b doorapi.Binding
	if p := desk.post(doorapi.PathPrepare, q, &b); p != nil {
		t.Fatal(p)
	}
	if p := desk.post(doorapi.PathAbandon, doorapi.PassRequest{ID: b.ID}, nil); p != nil {
		t.Fatal(p)
	}
	r.people(func(a *acts.Acts) {
		all, _, err := a.Holders(t.Context(), staff(), acts.Query{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		v, err := a.Holder(t.Context(), staff(), all[0].ID)
		if err != nil || len(v.Consents) != 1 || v.Consents[0].Hash != hash || v.Consents[0].Withdrawn.IsZero() || v.Passes[0].State != issue.Abandoned {
			t.Errorf("%d consents, %d passes, %v", len(v.Consents), len(v.Passes), err)
		}
	})
	if p := desk.post(doorapi.PathPrepare, q, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("a consent that has ended: %v", p)
	}
}

// TestOwnPage: who had no page gets a link to it with the pass, once, from the
// station that made it; nobody gets one to the page of somebody who was there.
func TestOwnPage(t *testing.T) {
	r := newRig(t)
	desk, other := r.station("Desk"), r.station("Other")
	q := plain()
	q.Whose.Label = "Flat 12"
	made := desk.make(q)
	path := "/v1/passes/" + made.ID.String() + "/page"
	if p := other.post(path, struct{}{}, nil); !is(p, doorapi.ProblemNotFound) {
		t.Errorf("another station: %v", p)
	}
	var own doorapi.OwnPage
	if p := desk.post(path, struct{}{}, &own); p != nil || len(own.URL) != len("https://house.example/me/")+26 {
		t.Fatalf("%+v, %v", own, p)
	}
	if p := desk.post(path, struct{}{}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("once more: %v", p)
	}
	var session acts.Session
	r.people(func(a *acts.Acts) {
		var err error
		if session, err = a.OpenLink(t.Context(), own.URL[len("https://house.example/me/"):]); err != nil {
			t.Fatal(err)
		}
	})
	again := plain()
	again.Whose.Holder = session.Actor.Holder
	if p := desk.post("/v1/passes/"+desk.make(again).ID.String()+"/page", struct{}{}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("the page of somebody who was there: %v", p)
	}
}

// TestRunsOut: a consent that has run out is ended by a controller that serves no
// pages, too, and its pass with it.
func TestRunsOut(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	q, hash := r.agrees(desk, r.publish(consent.Everybody), consent.ByHolder)
	record, err := consent.Decode(q.Consent)
	if err != nil {
		t.Fatal(err)
	}
	terms := record.Terms()
	terms.Until = terms.Given.Add(4 * time.Second)
	if record, err = consent.Attest(rand.Reader, terms); err != nil {
		t.Fatal(err)
	}
	if q.Consent, err = record.Encode(); err != nil {
		t.Fatal(err)
	}
	q.Expires, hash, q.Whose.Label = terms.Until, record.Hash(), "Flat 12"
	made := desk.make(q)
	r.stop()
	time.Sleep(time.Until(terms.Until))
	r.serve()
	for until := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		var c acts.ConsentView
		r.people(func(a *acts.Acts) {
			all, _, err := a.Holders(t.Context(), staff(), acts.Query{})
			if err != nil || len(all) != 1 {
				t.Fatalf("%d holders, %v", len(all), err)
			}
			v, err := a.Holder(t.Context(), staff(), all[0].ID)
			if err != nil || len(v.Consents) != 1 || v.Consents[0].Hash != hash || v.Passes[0].ID != made.ID {
				t.Fatalf("%d consents, %v", len(v.Consents), err)
			}
			c = v.Consents[0]
		})
		if !c.Withdrawn.IsZero() {
			return
		}
		if time.Now().After(until) {
			t.Fatal("it has not ended")
		}
	}
}

// TestTheSameConsentTwice: a request that comes again, such as one whose answer was
// lost, is refused, and takes nothing from what came of the first.
func TestTheSameConsentTwice(t *testing.T) {
	r := newRig(t)
	desk, door := r.station("Desk"), r.door("Front", "front")
	q, hash := r.agrees(desk, r.publish(consent.Everybody), consent.ByHolder)
	r.people(func(a *acts.Acts) {
		h, err := a.AddHolder(t.Context(), staff(), acts.HolderInput{Label: "Flat 12"})
		if err != nil {
			t.Fatal(err)
		}
		q.Whose.Holder = h.ID
	})
	made := desk.make(q)
	door.becomes(made, statuslist.Valid)
	if p := desk.post(doorapi.PathPrepare, q, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("the same consent again: %v", p)
	}
	r.people(func(a *acts.Acts) {
		v, err := a.Holder(t.Context(), staff(), q.Whose.Holder)
		if err != nil || len(v.Consents) != 1 || v.Consents[0].Hash != hash || !v.Consents[0].Good(time.Now()) || v.Passes[0].State != issue.Issued {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// TestRevokingEndsTheConsent, whoever revokes: a face pass that is gone leaves no
// consent on its holder's page that seems to hold.
func TestRevokingEndsTheConsent(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	q, _ := r.agrees(desk, r.publish(consent.Everybody), consent.ByHolder)
	q.Whose.Label = "Flat 12"
	made := desk.make(q)
	r.people(func(a *acts.Acts) {
		manager := acts.Actor{Role: acts.Manager, Operator: "manager", Pseudonym: "op-manager"}
		if err := a.RevokePass(t.Context(), manager, made.ID); err != nil {
			t.Fatal(err)
		}
		all, _, err := a.Holders(t.Context(), staff(), acts.Query{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		v, err := a.Holder(t.Context(), staff(), all[0].ID)
		if err != nil || len(v.Consents) != 1 || v.Consents[0].Good(time.Now()) || v.Consents[0].Withdrawn.IsZero() {
			t.Errorf("%+v, %v", v.Consents, err)
		}
	})
}

// TestReceiptsAfterANewKey: a controller that runs signs receipts with the key that
// has replaced the one it was started with.
func TestReceiptsAfterANewKey(t *testing.T) {
	r := newRig(t)
	desk := r.station("Desk")
	n := r.publish(consent.Everybody)
	var keys []*ecdsa.PublicKey
	r.do(func(o *site.Office) (err error) {
		if _, err = o.RotateIssuing(t.Context(), site.Operator); err == nil {
			keys, err = o.Issuers(t.Context())
		}
		return err
	})
	q, _ := r.agrees(desk, n, consent.ByHolder)
	q.Whose.Label = "Flat 12"
	made := desk.make(q)
	data, p := desk.raw(desk.client, "GET", "/v1/passes/"+made.ID.String()+"/receipt", nil)
	if p != nil {
		t.Fatal(p)
	}
	receipt, err := consent.ParseReceipt(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Check(keys[0], nil); err != nil {
		t.Errorf("not with the key of now: %v", err)
	}
}
