package station

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/pass"
)

// A person can be pressed to take a face pass, by a relative, an employer, or who
// stands beside them here. So the camera's screen says to everybody: touch your
// own picture twice if this is not your wish. From then on no picture is looked
// at, what was kept of those before is wiped, the consent ends where it was, in
// memory, and what is made is a plain pass, asked for as any other is.
//
// Nothing that can be seen here tells the two apart: the screens are the same and
// come after the same times, the card says the same, and the code has as many
// modules. The controller learns of a plain pass, as of any other, and nothing is
// said to the operator. What remains: whoever reads the code with a program sees
// the kind of the pass, a door opens for it without looking, and an operator who
// looks up the holder, or opens the holder's own page, sees a plain pass and no
// consent: of which any number are made because people chose one.

// press ends what a person was pressed to agree to. The caller holds mu.
func (e *enrolment) press(now time.Time) {
	e.pressed, e.seeming = true, len(e.kept)
	e.forget()
	e.request.Consent.Withdraw(now) // it was recorded nowhere
	e.request.Consent, e.request.Models = nil, nil
	e.grant = consent.Grant{}
}

// seem counts a picture that was not looked at as a good one. The caller holds mu.
func (e *enrolment) seem(now time.Time) {
	if e.seeming == 0 {
		e.first = now
	}
	e.seeming = min(Need, e.seeming+1)
}

// notAgreed is what stands in the place of a receipt: nothing for who chose a
// plain pass, and for who was pressed, that they agreed to nothing.
func (e *enrolment) notAgreed(now time.Time) []byte {
	if !e.pressed {
		return nil
	}
	said := func(lang, text string) map[string]string { return map[string]string{"@language": lang, "@value": text} }
	data, _ := json.MarshalIndent(map[string]any{ // of texts alone, which never fails
		"@context": map[string]string{"dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/"},
		"@type":    "dpv:ConsentRecord",
		"dpv:hasConsentStatus": map[string]any{
			"@type": "dpv:ConsentRefused", "dpv:isIndicatedAtTime": now.UTC().Format(time.RFC3339), "dpv:isIndicatedBy": map[string]string{"@type": "dpv:DataSubject"},
		},
		"dct:description": []any{
			said("en", "You said that this was not your wish. You agreed to nothing, nothing of your face was kept, and your pass is a plain pass. Nobody was told, and this stands nowhere but here."),
			said("zh-CN", "您表示这不是您自己的意愿。您没有同意任何事项，没有保留与您的脸有关的任何内容，您的通行证是普通通行证。没有告诉任何人，除此处外别无记录。"),
		},
	}, "", "  ")
	return append(data, '\n')
}

// faceVersion is the version that the code of a face pass with the same claims
// would have: of a pass that nobody gets, made with keys that nobody keeps.
func faceVersion(like pass.Claims, faces *Faces) (int, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return 0, err
	}
	sealing, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		return 0, err
	}
	defer sealing.Wipe()
	like.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{1}, Models: []pass.ModelID{faces.Engine.ModelID()}}
	sealed, err := pass.Seal(rand.Reader, sealing, like.Binding(), map[pass.ModelID][]byte{faces.Engine.ModelID(): make([]byte, faces.Size)})
	if err != nil {
		return 0, err
	}
	like.Face.Sealed = sealed.Hash
	signed, err := pass.Sign(rand.Reader, key, like)
	if err != nil {
		return 0, err
	}
	text, err := pass.Join(signed, sealed.Bytes)
	if err != nil {
		return 0, err
	}
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return 0, err
	}
	return code.Version(), nil
}

// paces are how long looking at a picture took here lately, so that not looking
// takes as long. They are of nobody.
type paces struct {
	mu   sync.Mutex // guards what follows
	last [16]time.Duration
	n    int
}

// usualPace is taken before any picture was looked at.
const usualPace = 200 * time.Millisecond

func (p *paces) add(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last[p.n%len(p.last)] = d
	p.n++
}

// any is one of them, drawn anew each time.
func (p *paces) any() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(p.n, len(p.last))
	if n == 0 {
		return usualPace
	}
	return p.last[mathrand.IntN(n)]
}
