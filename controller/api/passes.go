package api

import (
	"encoding/hex"
	"errors"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/pass"
)

// PassInput is what is asked for with a plain pass.
type PassInput struct {
	Zones     []string   `json:"zones" min:"1" max:"8" each:"^[a-z0-9-]{1,24}$" doc:"The sets of doors that it opens"`
	NotBefore *time.Time `json:"not_before,omitempty" doc:"Now, if it is left away"`
	Expires   *time.Time `json:"expires,omitempty" doc:"As late as the site allows, if it is left away"`
	Hours     string     `json:"hours,omitempty" max:"400" doc:"Windows of the week, such as Mon-Fri 07:00-19:00; always, if it is left away"`
	Key       []byte     `json:"key,omitempty" min:"88" max:"88" doc:"The key of the telephone that it is to belong to: x and y on P-256, 64 bytes in Base64. Without it, it opens for whoever has it"`
}

func (in PassInput) asked() acts.PassInput {
	made := acts.PassInput{Zones: in.Zones, Hours: in.Hours, Key: in.Key}
	if in.NotBefore != nil {
		made.NotBefore = *in.NotBefore
	}
	if in.Expires != nil {
		made.Expires = *in.Expires
	}
	return made
}

// Pass is what is kept of a pass. The pass itself is not.
type Pass struct {
	ID        string    `json:"id" pattern:"^[0-9a-f]{32}$"`
	Kind      string    `json:"kind" enum:"plain,face"`
	State     string    `json:"state" enum:"intended,signed,issued,abandoned,revoked"`
	Holder    string    `json:"holder,omitempty" pattern:"^[a-z0-9]{26}$"`
	Guest     string    `json:"guest,omitempty" doc:"What the holder calls the guest whose it is"`
	Zones     []string  `json:"zones"`
	NotBefore time.Time `json:"not_before"`
	Expires   time.Time `json:"expires"`
	Hours     string    `json:"hours,omitempty"`
	Phone     bool      `json:"phone" doc:"Whether it belongs to a telephone"`
	Consent   string    `json:"consent,omitempty" pattern:"^[0-9a-f]{32}$" doc:"That of a face pass"`
	Replaces  string    `json:"replaces,omitempty" pattern:"^[0-9a-f]{32}$" doc:"The pass in whose place it was made"`
	Since     time.Time `json:"since" doc:"When it came to its state"`
}

func passOf(v acts.PassView) Pass {
	made := Pass{
		ID: v.ID.String(), Kind: v.Kind.String(), State: string(v.State), Holder: v.Holder, Guest: v.Guest, Zones: v.Zones,
		NotBefore: v.NotBefore, Expires: v.Expires, Hours: v.Hours, Phone: v.Phone, Since: v.Since,
	}
	if v.Consent != (pass.Hash16{}) {
		made.Consent = v.Consent.String()
	}
	if v.Replaces != (pass.ID{}) {
		made.Replaces = v.Replaces.String()
	}
	return made
}

// Issued is a pass that was made.
type Issued struct {
	Pass
	Text string `json:"text" pattern:"^FL1:" doc:"The pass itself: what its QR code says. It is told here and kept nowhere"`
}

func issued(i acts.Issued) Issued { return Issued{passOf(i.PassView), i.Text} }

func issuePass(c call, in request[PassInput]) (Issued, error) {
	made, err := c.api.with.Acts.IssuePlain(c.ctx, c.actor, in.values["holder"], in.body.asked())
	return issued(made), err
}

// BulkInput are passes to be made.
type BulkInput struct {
	Passes []BulkPass `json:"passes" min:"1" max:"5000"`
}

// BulkPass is one of them.
type BulkPass struct {
	Holder string `json:"holder" pattern:"^[a-z0-9]{26}$"`
	PassInput
}

// BulkReport says what became of each, in their order.
type BulkReport struct {
	Made  int        `json:"made"`
	Lines []BulkLine `json:"lines"`
}

// BulkLine is a pass, or why there is none.
type BulkLine struct {
	Holder  string   `json:"holder"`
	Issued  *Issued  `json:"issued,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

func issuePasses(c call, in request[BulkInput]) (BulkReport, error) {
	asked := make([]acts.BulkInput, len(in.body.Passes))
	for i, p := range in.body.Passes {
		asked[i] = acts.BulkInput{Holder: p.Holder, PassInput: p.asked()}
	}
	lines, err := c.api.with.Acts.IssueBulk(c.ctx, c.actor, asked, func(int, int) {})
	report := BulkReport{Lines: []BulkLine{}}
	for _, l := range lines {
		line := BulkLine{Holder: l.Holder}
		if l.Err != nil {
			line.Problem = known(problemOf(l.Err))
		} else {
			made := issued(l.Issued)
			line.Issued = &made
			report.Made++
		}
		report.Lines = append(report.Lines, line)
	}
	if report.Made > 0 {
		err = nil // what was made is told here or nowhere, and each other line says why not
	}
	return report, err
}

// passID reads an id that was checked.
func passID(values map[string]string) (pass.ID, error) {
	id, err := pass.ParseID(values["pass"])
	if err != nil {
		return id, acts.ErrNotFound
	}
	return id, nil
}

func replacePass(c call, in request[nothing]) (Issued, error) {
	id, err := passID(in.values)
	if err != nil {
		return Issued{}, err
	}
	made, err := c.api.with.Acts.ReplacePass(c.ctx, c.actor, id)
	return issued(made), err
}

func revokePass(c call, in request[nothing]) (nothing, error) {
	id, err := passID(in.values)
	if err == nil {
		err = c.api.with.Acts.RevokePass(c.ctx, c.actor, id)
	}
	return nothing{}, err
}

// changed tells a conflict of versions from others: there was an If-Match.
func changed(err error) error {
	if errors.Is(err, acts.ErrConflict) {
		return &Problem{Type: problemChanged, Detail: "Read it again, and decide again"}
	}
	return err
}

func hex32(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
