package clienttest

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider/providertest"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/testenv"
)

// install runs npm ci where what is installed is not what the lock file asks for.
func install(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("Node.js is the same under the race detector")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			testenv.Missing(t, program+" is not installed; on Debian: sudo apt-get install nodejs npm")
		}
	}
	const stamp = "node_modules/.facelatch-lock"
	want, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return
	}
	command := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	if said, err := command.CombinedOutput(); err != nil {
		testenv.Missing(t, "npm could not install the clients: "+string(said))
	}
	if err := os.WriteFile(stamp, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a script and reads what it prints.
func run(t *testing.T, script string, argument, into any, environment ...string) {
	t.Helper()
	data, err := json.Marshal(argument)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", script, string(data))
	command.Env = append(os.Environ(), environment...)
	var said, wrong bytes.Buffer
	command.Stdout, command.Stderr = &said, &wrong
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, wrong.String())
	}
	if err := json.Unmarshal(said.Bytes(), into); err != nil {
		t.Fatalf("%s said %q", script, said.String())
	}
}

const claims = `{"id_token":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"family_name":null,"over_18":null}}}}`

// TestOpenIDClient: openid-client discovers the desk, gets verified_claims with each
// way of proving itself, and an error for a stranger.
func TestOpenIDClient(t *testing.T) {
	install(t)
	d := providertest.New(t, 0)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.Server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		method  string
		outcome idcheck.Outcome
	}{{"basic", idcheck.SamePerson}, {"post", idcheck.SamePerson}, {"none", idcheck.SamePerson}, {"basic", idcheck.NotSamePerson}} {
		t.Run(test.method+" "+string(test.outcome), func(t *testing.T) {
			const away = "https://bank.example/back"
			secret := d.Register(t, "bank", away, test.method == "none", party.FamilyName, party.Over18)
			d.End(test.outcome, nil)
			var found struct {
				Claims struct {
					Nonce    string `json:"nonce"`
					Verified struct {
						Claims map[string]any `json:"claims"`
					} `json:"verified_claims"`
				} `json:"claims"`
				Nonce, Again, Error, Description string
			}
			run(t, "openid.mjs", map[string]any{
				"issuer": d.Server.URL, "id": "bank", "secret": secret, "redirect": away, "method": test.method, "claims": claims,
			}, &found, "NODE_EXTRA_CA_CERTS="+authority)
			if test.outcome != idcheck.SamePerson {
				if found.Error != "access_denied" || found.Description != "the outcome of the check is not-same-person" {
					t.Errorf("%+v", found)
				}
				return
			}
			if c := found.Claims.Verified.Claims; found.Error != "" || found.Nonce == "" || found.Claims.Nonce != found.Nonce || len(c) != 2 || c["family_name"] != "ERIKSSON" || c["over_18"] != true {
				t.Errorf("%+v", found)
			}
			if found.Again != "invalid_grant" {
				t.Errorf("a code that came again: %q", found.Again)
			}
			if a := d.Asked(); len(a[len(a)-1].Languages) != 2 || a[len(a)-1].Languages[0] != "zh-CN" {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestResults: jose verifies a JWT, and sd-jwt-vc an SD-JWT VC, whole and in part, with
// its status.
func TestResults(t *testing.T) {
	install(t)
	d := providertest.New(t, 0)
	now := d.Now()
	const list = "https://desk.example/status/1"
	in := result.Input{
		ID: "5cuW6KxRkqRkvVqVq0vJ2g", Party: "bank", Nonce: "a nonce", Asked: []string{party.FamilyName, party.Over18, party.DocumentNumber},
		Claims: map[string]any{party.FamilyName: "ERIKSSON", party.Over18: true, party.DocumentNumber: "L898902C3"},
		Result: idcheck.Result{Outcome: idcheck.SamePerson, Way: idcheck.ByFace, DocumentChecked: true, LinesVerified: true},
		Lines:  iddoc.Print, Portrait: iddoc.Print, Notice: [32]byte{1}, At: now, Status: result.Place{URI: list, Index: 11},
	}
	makeAt := func(f party.Format, index int) string {
		in.Status.Index = index
		token, err := d.Maker.Make(f, in, now)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	whole := makeAt(party.SDJWT, 11)
	part, err := result.Disclose(whole, party.Over18)
	if err != nil {
		t.Fatal(err)
	}
	jwt := makeAt(party.JWT, 11)
	body, rest, _ := strings.Cut(whole, "~")
	changed := body[:strings.LastIndexByte(body, '.')] + jwt[strings.LastIndexByte(jwt, '.'):] + "~" + rest
	status, err := d.Maker.StatusList([]byte{0, 1 << 2, 0, 0}, list, now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	type said struct {
		Refused  string
		VCT      string `json:"vct"`
		Verified struct {
			Claims       map[string]any `json:"claims"`
			Verification struct {
				Evidence []struct {
					Details map[string]any `json:"document_details"`
				} `json:"evidence"`
			} `json:"verification"`
		} `json:"verified_claims"`
	}
	var found struct{ JWT, Whole, Part, Revoked, Changed said }
	run(t, "results.mjs", map[string]any{
		"issuer": d.Server.URL, "party": "bank", "keys": d.Maker.Keys.Set(), "now": now.Unix(), "jwt": jwt,
		"vcs":   map[string]string{"Whole": whole, "Part": part, "Revoked": makeAt(party.SDJWT, 10), "Changed": changed},
		"lists": map[string]string{list: status},
	}, &found)
	if c := found.JWT.Verified.Claims; len(c) != 2 || c["family_name"] != "ERIKSSON" {
		t.Errorf("the JWT: %+v", found.JWT)
	}
	if w := found.Whole; w.Refused != "" || w.VCT != result.CheckType || len(w.Verified.Claims) != 2 || w.Verified.Verification.Evidence[0].Details["document_number"] != "L898902C3" {
		t.Errorf("the SD-JWT: %+v", w)
	}
	if p := found.Part; p.Refused != "" || len(p.Verified.Claims) != 1 || p.Verified.Claims["over_18"] != true {
		t.Errorf("a part: %+v", p)
	}
	if found.Revoked.Refused != "Status is not valid" || found.Changed.Refused == "" {
		t.Errorf("taken: %+v, %+v", found.Revoked, found.Changed)
	}
}
