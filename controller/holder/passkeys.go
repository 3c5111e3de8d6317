package holder

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	// stepTime is how long somebody may take over a passkey.
	stepTime = 10 * time.Minute
	// stepCookie carries the first half of using a passkey to the second. It is
	// sealed, so that nothing is kept for strangers, and any controller of the site
	// can go on with it.
	stepCookie = "__Host-holder-step"
)

// step is what a browser carries between the two halves.
type step struct {
	Until int64                 `json:"until"`
	Data  *webauthn.SessionData `json:"data"`
	// Holder is who adds a passkey; "" for signing in.
	Holder string `json:"holder,omitempty"`
}

func newSeal(key [32]byte) (cipher.AEAD, error) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("facelatch holder's passkeys"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// passkeyWays returns nil for a host that passkeys cannot belong to.
func passkeyWays(origin *url.URL) (*webauthn.WebAuthn, error) {
	if net.ParseIP(origin.Hostname()) != nil {
		return nil, nil
	}
	resident := true
	return webauthn.New(&webauthn.Config{
		RPID: origin.Hostname(), RPDisplayName: origin.Hostname(), RPOrigins: []string{origin.Scheme + "://" + origin.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &resident, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		},
	})
}

// account is a holder as the library wants one. What an authenticator keeps of it
// says neither who it is nor where they live.
type account struct {
	handle   []byte
	passkeys []webauthn.Credential
}

func (a account) WebAuthnID() []byte                         { return a.handle }
func (a account) WebAuthnName() string                       { return "Facelatch" }
func (a account) WebAuthnDisplayName() string                { return "Facelatch" }
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.passkeys }

// handleOf is the name under which authenticators keep a holder's passkeys: not
// the holder's id, which stands in the store.
func handleOf(holder string) []byte {
	sum := sha256.Sum256([]byte("facelatch holder's passkeys\x00" + holder))
	return sum[:]
}

func accountOf(holder string, passkeys ...acts.Passkey) (account, error) {
	a := account{handle: handleOf(holder)}
	for _, p := range passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Credential, &c); err != nil {
			return account{}, err
		}
		a.passkeys = append(a.passkeys, c)
	}
	return a, nil
}

// keep leaves the first half with the browser.
func (s *server) keep(v *visit, c step) error {
	c.Until = s.Now().Add(stepTime).Unix()
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sealed := s.seal.Seal(nil, nil, data, []byte(stepCookie))
	setCookie(v.w, stepCookie, base64.RawURLEncoding.EncodeToString(sealed), int(stepTime/time.Second))
	return nil
}

// take returns the first half, which is good for one second half.
func (s *server) take(v *visit) (c step, err error) {
	cookie, err := v.r.Cookie(stepCookie)
	if err != nil {
		return c, acts.ErrSignedOut
	}
	setCookie(v.w, stepCookie, "", -1)
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
	if err != nil {
		return c, acts.ErrSignedOut
	}
	data, err := s.seal.Open(nil, nil, sealed, []byte(stepCookie))
	if err != nil || json.Unmarshal(data, &c) != nil || c.Data == nil || s.Now().Unix() > c.Until {
		return step{}, acts.ErrSignedOut
	}
	return c, nil
}

// ready says whether a request is one of the script's, and passkeys can be used.
func (s *server) ready(v *visit) error {
	kind, _, _ := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if s.ways == nil || kind != "application/json" {
		return errForm
	}
	return nil
}

func (v *visit) json(value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	_, _ = v.w.Write(data)
	return nil
}

// beginPasskey lets a holder who is signed in add a passkey.
func (s *server) beginPasskey(v *visit) error {
	if err := s.ready(v); err != nil {
		return err
	}
	view, err := s.Do.Holder(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return err
	}
	a, err := accountOf(v.holder(), view.Passkeys...)
	if err != nil {
		return err
	}
	var known []protocol.CredentialDescriptor
	for _, p := range a.passkeys {
		known = append(known, p.Descriptor())
	}
	options, data, err := s.ways.BeginRegistration(a, webauthn.WithExclusions(known))
	if err != nil {
		return err
	}
	if err := s.keep(v, step{Data: data, Holder: v.holder()}); err != nil {
		return err
	}
	return v.json(options)
}

// finishPasskey keeps the passkey that was made.
func (s *server) finishPasskey(v *visit) error {
	if err := s.ready(v); err != nil {
		return err
	}
	c, err := s.take(v)
	if err != nil || c.Holder != v.holder() {
		return acts.ErrSignedOut
	}
	said, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(said)
	if err != nil {
		return errForm
	}
	made, err := s.ways.CreateCredential(account{handle: handleOf(v.holder())}, *c.Data, answer)
	if err != nil {
		return errForm
	}
	data, err := encode(made)
	if err != nil {
		return err
	}
	if err := s.Do.AddPasskey(v.r.Context(), v.actor(), acts.Passkey{ID: made.ID, Credential: data}); err != nil {
		return err
	}
	return v.json(map[string]string{"next": home})
}

// encode writes what is needed of a credential. What an authenticator says of
// itself is not asked for, and not kept.
func encode(c *webauthn.Credential) ([]byte, error) {
	c.Attestation = webauthn.CredentialAttestation{}
	return json.Marshal(c)
}

// removePasskey forgets a passkey.
func (s *server) removePasskey(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	id, err := hex.DecodeString(v.r.PostForm.Get("id"))
	if err != nil {
		return errForm
	}
	if err := s.Do.RemovePasskey(v.r.Context(), v.actor(), id); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, home, http.StatusSeeOther)
	return nil
}

// beginSignIn answers every stranger alike.
func (s *server) beginSignIn(v *visit) error {
	if err := s.ready(v); err != nil {
		return err
	}
	if wait := s.tries.Allow(visitors.Place(v.r.RemoteAddr)); wait > 0 {
		return tooMany{wait}
	}
	options, data, err := s.ways.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	if err := s.keep(v, step{Data: data}); err != nil {
		return err
	}
	return v.json(options)
}

// finishSignIn lets in who has a passkey that is kept here.
func (s *server) finishSignIn(v *visit) error {
	if err := s.ready(v); err != nil {
		return err
	}
	if wait := s.tries.Allow(visitors.Place(v.r.RemoteAddr)); wait > 0 {
		return tooMany{wait}
	}
	c, err := s.take(v)
	if err != nil || c.Holder != "" {
		return acts.ErrSignedOut
	}
	said, err := io.ReadAll(v.r.Body)
	if err != nil {
		return err
	}
	used, err := s.proved(v, c, said)
	if err != nil {
		return err
	}
	session, err := s.Do.SignIn(v.r.Context(), used)
	if err != nil {
		return err
	}
	if err := s.begin(v, session); err != nil {
		return err
	}
	return v.json(map[string]string{"next": home})
}

// proved returns the passkey that somebody has just shown to have. Why one is not
// good is not told.
func (s *server) proved(v *visit, c step, said []byte) (acts.Passkey, error) {
	answer, err := protocol.ParseCredentialRequestResponseBytes(said)
	if err != nil {
		return acts.Passkey{}, acts.ErrSignedOut
	}
	holder, kept, err := s.Do.PasskeyOwner(v.r.Context(), answer.RawID)
	if err != nil {
		return acts.Passkey{}, err
	}
	a, err := accountOf(holder, kept)
	if err != nil {
		return acts.Passkey{}, err
	}
	used, err := s.ways.ValidateDiscoverableLogin(func([]byte, []byte) (webauthn.User, error) { return a, nil }, *c.Data, answer)
	if err != nil || used.Authenticator.CloneWarning {
		return acts.Passkey{}, acts.ErrSignedOut
	}
	kept.Credential, err = encode(used)
	return kept, err
}
