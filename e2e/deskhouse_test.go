package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/oauth2"

	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread/mrzreadtest"
)

// counterHouse is a site with a desk, and a relying party that asks it.
type counterHouse struct {
	*house
	deskOrigin, deskListen string
	key                    *ecdsa.PrivateKey // of the party, for what is encrypted to it
	secret                 string
	login                  oauth2.Config // as an OpenID client, once it began
	verifier               string
}

// partyID is the relying party of these tests, and partyNonce what it sends.
const (
	partyID    = "harbour-bank"
	partyNonce = "nonce-of-this-check-alone"
)

func newCounterHouse(t *testing.T, program string, b *browser) *counterHouse {
	t.Helper()
	h := &counterHouse{house: newHouse(t, program, b)}
	h.deskListen = freeAddr(t)
	h.deskOrigin = "https://" + strings.Replace(h.deskListen, "127.0.0.1", "localhost", 1)
	var err error
	if h.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return h
}

// partyKey is what the operator is given to register.
func (h *counterHouse) partyKey() string {
	text, err := json.Marshal(jose.JSONWebKey{Key: &h.key.PublicKey, KeyID: "1", Algorithm: string(jose.ECDH_ES_A256KW), Use: "enc"})
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// client trusts the site's authority and follows no redirect.
func (h *counterHouse) client() *http.Client {
	pem, err := os.ReadFile(h.authority())
	if err != nil {
		h.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// joinDesk sets up the machine at the counter.
func (h *counterHouse) joinDesk(a asked) (any, error) {
	if _, err := h.try("desk", "join", "--dir", h.in("desk"), "--host", "localhost", a.Code); err != nil {
		return nil, err
	}
	h.start("desk", "desk", "serve", "--dir", h.in("desk"), "--listen", h.deskListen)
	return map[string]string{"url": h.deskOrigin}, nil
}

// call is the party asking the desk's API.
func (h *counterHouse) call(method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		data = nil
	}
	r, err := http.NewRequest(method, h.deskOrigin+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	r.SetBasicAuth(partyID, h.secret)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := h.client().Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ask has the party begin a check on somebody's own phone. Code is the secret that
// the operator was shown.
func (h *counterHouse) ask(a asked) (any, error) {
	h.secret = a.Code
	var begun struct{ ID, Link string }
	err := h.call(http.MethodPost, "/api/checks", map[string]any{"claims": []string{"family_name", "over_18"}, "nonce": partyNonce}, &begun)
	return begun, err
}

// outcomeTold is what a party learns of a check.
type outcomeTold struct {
	Outcome string
	Claims  map[string]any
	Watched bool
	Waiting int
}

// fetch has the party fetch the result of a check (Name), open and verify it, and
// acknowledge it.
func (h *counterHouse) fetch(a asked) (any, error) {
	var got struct {
		Status string
		Result *struct{ ID, JWE string }
	}
	if err := h.call(http.MethodGet, "/api/checks/"+a.Name, nil, &got); err != nil {
		return nil, err
	}
	if got.Result == nil {
		return nil, fmt.Errorf("there is no result: %+v", got)
	}
	told, err := h.open(got.Result.JWE, a.Pass)
	if err != nil {
		return nil, err
	}
	if err := h.call(http.MethodPost, "/api/checks/"+a.Name+"/ack", nil, nil); err != nil {
		return nil, err
	}
	var events struct{ Waiting int }
	err = h.call(http.MethodGet, "/api/events", nil, &events)
	told.Waiting = events.Waiting
	return told, err
}

// events has the party fetch what waits for it, which is one result, and acknowledge
// it: that of a check at the counter, which has no nonce.
func (h *counterHouse) events(a asked) (any, error) {
	h.secret = a.Code
	var events struct {
		Events  []struct{ ID, JWE string }
		Waiting int
	}
	if err := h.call(http.MethodGet, "/api/events", nil, &events); err != nil {
		return nil, err
	}
	if len(events.Events) != 1 {
		return nil, fmt.Errorf("%d results wait", events.Waiting)
	}
	told, err := h.open(events.Events[0].JWE, "")
	if err != nil {
		return nil, err
	}
	return told, h.call(http.MethodPost, "/api/checks/"+events.Events[0].ID+"/ack", nil, nil)
}

// open decrypts a result and verifies it, with its status.
func (h *counterHouse) open(jwe, nonce string) (*outcomeTold, error) {
	sealed, err := jose.ParseEncryptedCompact(jwe, []jose.KeyAlgorithm{jose.ECDH_ES, jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return nil, err
	}
	token, err := sealed.Decrypt(h.key)
	if err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	text, err := h.get(h.deskOrigin + "/jwks")
	if err == nil {
		err = json.Unmarshal([]byte(text), &keys)
	}
	if err != nil {
		return nil, err
	}
	v, err := result.Verify(string(token), result.Expect{Keys: keys, Issuer: h.deskOrigin, Party: partyID, Nonce: nonce, Now: time.Now(), Status: h.get})
	if err != nil {
		return nil, err
	}
	return &outcomeTold{Outcome: string(v.Outcome), Claims: v.Claims, Watched: v.Watched}, nil
}

func (h *counterHouse) get(address string) (string, error) {
	answer, err := h.client().Get(address)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, answer.Status)
	}
	return string(text), err
}

// logIn has the party begin a login as any client of OpenID Connect does.
func (h *counterHouse) logIn(a asked) (any, error) {
	ctx := oidc.ClientContext(h.t.Context(), h.client())
	provider, err := oidc.NewProvider(ctx, h.deskOrigin)
	if err != nil {
		return nil, err
	}
	h.secret, h.verifier = a.Code, oauth2.GenerateVerifier()
	h.login = oauth2.Config{
		ClientID: partyID, ClientSecret: h.secret, Endpoint: provider.Endpoint(), RedirectURL: "https://bank.example/back", Scopes: []string{oidc.ScopeOpenID},
	}
	claims := `{"id_token":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"family_name":null,"over_18":null}}}}`
	return map[string]string{"url": h.login.AuthCodeURL("state-of-this-login", oauth2.S256ChallengeOption(h.verifier), oidc.Nonce(partyNonce),
		oauth2.SetAuthURLParam("claims", claims))}, nil
}

// loggedIn exchanges what a browser came back with (Name) for an ID Token.
func (h *counterHouse) loggedIn(a asked) (any, error) {
	back, err := url.Parse(a.Name)
	if err != nil || back.Query().Get("state") != "state-of-this-login" {
		return nil, fmt.Errorf("came back to %s", a.Name)
	}
	if why := back.Query().Get("error"); why != "" {
		return map[string]string{"error": why}, nil
	}
	ctx := oidc.ClientContext(h.t.Context(), h.client())
	tokens, err := h.login.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(h.verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	provider, err := oidc.NewProvider(ctx, h.deskOrigin)
	if err != nil {
		return nil, err
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: partyID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if id.Nonce != partyNonce {
		return nil, errors.New("another nonce")
	}
	var all map[string]any
	err = id.Claims(&all)
	return all, err
}

// document makes what a camera sees of a passport with somebody's photograph.
func (h *counterHouse) document(a asked) (any, error) {
	page := filepath.Join(h.browser.films, a.Name+".jpg")
	photograph := inFRLL(h.t, filepath.Dir(a.Person), filepath.Base(a.Person))
	if of, is := strings.CutPrefix(a.Person, "volunteer/"); is {
		photograph = ofVolunteer(h.t, of)
	}
	if err := drawPassport(photograph, page); err != nil {
		return nil, err
	}
	film := filepath.Join(h.browser.films, a.Name+".mjpeg")
	run(h.t, h.browser.films, nil, "ffmpeg", "-loglevel", "error", "-y", "-loop", "1", "-r", "10", "-i", page, "-vf", "noise=alls=4:allf=t,format=yuvj420p",
		"-t", "5", "-c:v", "mjpeg", "-q:v", "3", film)
	return map[string]string{"film": film}, nil
}

// turning makes what a camera sees of the volunteer, who looks at it and turns their head
// to one side and to the other, again and again.
func (h *counterHouse) turning(a asked) (any, error) {
	film := filepath.Join(h.browser.films, a.Name+".mjpeg")
	args := []string{"-loglevel", "error", "-y"}
	filters, parts := "", ""
	for i, view := range []string{"front", "left", "front", "right"} {
		args = append(args, "-loop", "1", "-r", "10", "-t", "2", "-i", ofVolunteer(h.t, "smiling/"+view+".jpg"))
		filters += fmt.Sprintf("[%d]scale=-2:720,pad=1280:720:(ow-iw)/2:0:0x60646a[v%d];", i, i)
		parts += fmt.Sprintf("[v%d]", i)
	}
	args = append(args, "-filter_complex", filters+parts+"concat=n=4,noise=alls=6:allf=t,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "4", film)
	run(h.t, h.browser.films, nil, "ffmpeg", args...)
	return map[string]string{"film": film}, nil
}

// drawPassport draws the data page of a passport that does not exist: a photograph
// of one of those who gave theirs for tests, and lines that are valid.
func drawPassport(photograph, to string) error {
	data, err := os.ReadFile(photograph)
	if err != nil {
		return err
	}
	person, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	const pitch = 38
	lines := passportLines(time.Now())
	strip := mrzreadtest.Strip(lines, mrzreadtest.OCRB("OCRB"), pitch, 7)
	page := image.NewRGBA(image.Rect(0, 0, 1920, 1080))
	draw.Draw(page, page.Rect, image.NewUniform(color.RGBA{214, 218, 222, 255}), image.Point{}, draw.Src)
	b := person.Bounds()
	wide := b.Dx() * 2 / 3
	if b.Dy() > b.Dx() {
		wide = b.Dx() * 3 / 4
	}
	from := image.Rect((b.Dx()-wide)/2, b.Dy()/10, (b.Dx()+wide)/2, b.Dy()/10+wide*610/480).Add(b.Min)
	xdraw.CatmullRom.Scale(page, image.Rect(120, 120, 120+480, 120+610), person, from, xdraw.Src, nil)
	at := image.Pt((page.Rect.Dx()-strip.W)/2, page.Rect.Dy()-strip.H-40)
	for y := range strip.H {
		for x := range strip.W {
			v := uint8(255 * min(max(strip.Light[y*strip.W+x], 0), 1))
			page.SetRGBA(at.X+x, at.Y+y, color.RGBA{v, v, v, 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, page, &jpeg.Options{Quality: 92}); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o600)
}

// passportLines are those of somebody who does not exist, of a state that does not
// either (ICAO Doc 9303-4, 4.2.2).
func passportLines(now time.Time) []string {
	field := func(text string) string { return text + string(iddoc.CheckDigit(text)) }
	pad := func(text string, width int) string { return text + strings.Repeat("<", width-len(text)) }
	number, birth, expiry, optional := field("L898902C3"), field("740812"), field(now.AddDate(4, 0, 0).Format("060102")), field(pad("", 14))
	whole := number + birth + expiry + optional
	return []string{
		pad("P<UTOERIKSSON<<ANNA<MARIA", 44),
		number + "UTO" + birth + "F" + expiry + optional + string(iddoc.CheckDigit(whole)),
	}
}

// left searches the disks of desk and controller for what a check may not leave, and
// returns what was found.
func (h *counterHouse) left(asked) (any, error) {
	found := map[string]string{}
	hash := sha256.Sum256([]byte("L898902C3"))
	needles := map[string]string{
		"the name": "ERIKSSON", "the number": "L898902C3", "the number, encoded": base64.StdEncoding.EncodeToString([]byte("L898902C3"))[:11],
		"the number's hash": string(hash[:8]), "a picture": "JFIF\x00",
	}
	for _, dir := range []string{"desk", "site"} {
		err := filepath.WalkDir(h.in(dir), func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			for what, needle := range needles {
				if bytes.Contains(data, []byte(needle)) {
					found[what] = path
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
