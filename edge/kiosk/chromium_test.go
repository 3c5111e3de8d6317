package kiosk_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// secure are pages that say in their title whether the browser gives them what
// the kiosk needs: a secure context with a camera, keys, WebAssembly and a
// worker.
func secure() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte(`<!doctype html><script src="main.js"></script>`)},
		"worker.js":  {Data: []byte(`postMessage("worker")`)},
		"main.js": {Data: []byte(`
			const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
			addEventListener("securitypolicyviolation", (e) => document.body.append("violation " + e.violatedDirective));
			addEventListener("load", async () => {
				await WebAssembly.instantiate(empty);
				await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
				new Worker("worker.js").onmessage = (e) =>
					document.body.append("secure " + isSecureContext + " camera " + !!navigator.mediaDevices + " " + e.data);
			});`)},
	}
}

// TestChromiumTrust does what docs/kiosk.md says for Linux: the certificate
// from the help page goes into the browser's list, and then a browser that is
// otherwise as installed trusts the door. Without it there is no page, nor with
// an authority that may not vouch for this address.
func TestChromiumTrust(t *testing.T) {
	if testing.Short() {
		t.Log("once, without the race detector, is enough")
		return
	}
	for _, program := range []string{"chromium", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			testenv.Missing(t, program+" is not installed; on Debian: sudo apt-get install chromium libnss3-tools")
		}
	}
	r := startWith(t, secure())
	home := t.TempDir()
	if dom := r.visit(home); strings.Contains(dom, "secure true") {
		t.Fatalf("a browser that trusts nothing shows the page: %s", dom)
	}
	r.trust(home)
	if dom := r.visit(home); !strings.Contains(dom, "secure true camera true worker") || strings.Contains(dom, "violation") {
		t.Errorf("the page is %s", dom)
	}
	r.certificate.Store(r.certify(&net.IPNet{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}))
	home = t.TempDir()
	r.trust(home)
	if dom := r.visit(home); !strings.Contains(dom, "secure true") {
		t.Errorf("an authority for this network: %s", dom)
	}
	r.certificate.Store(r.certify(&net.IPNet{IP: net.IPv4(10, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}))
	home = t.TempDir()
	r.trust(home)
	if dom := r.visit(home); strings.Contains(dom, "secure true") {
		t.Errorf("an authority for another network was believed: %s", dom)
	}
}

// trust puts the certificate from the help page into a browser's list.
func (r *rig) trust(home string) {
	r.t.Helper()
	_, authority := fetch(r.t, &http.Client{}, r.helped()+"/ca.crt")
	file, db := filepath.Join(home, "ca.crt"), filepath.Join(home, ".pki", "nssdb")
	if err := errors.Join(os.WriteFile(file, authority, 0o600), os.MkdirAll(db, 0o700)); err != nil {
		r.t.Fatal(err)
	}
	r.run(home, "certutil", "-d", "sql:"+db, "-N", "--empty-password")
	r.run(home, "certutil", "-d", "sql:"+db, "-A", "-t", "C,,", "-n", "Facelatch", "-i", file)
}

// visit returns what a browser made of the door's page.
func (r *rig) visit(home string) string {
	r.t.Helper()
	return r.run(home, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--virtual-time-budget=5000", "--dump-dom", r.url+"/")
}

func (r *rig) run(home, program string, arguments ...string) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 4*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, arguments...)
	c.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_CACHE_HOME="+home+"/cache")
	out, err := c.Output()
	if err != nil {
		r.t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}
