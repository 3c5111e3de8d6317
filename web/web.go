// Package web holds the pages: the kiosk of a door, the phone's pass, a
// station's enrolment, and the help for trusting a site's certificate.
//
// The pages are TypeScript in src, made into plain files in dist by
// build, with no framework. Each page is one folder that a server hands out
// as it is, at the root of its origin, with the headers of Headers; what reads
// and draws QR codes is not ours, comes from the home and is served below
// zxing/ (see WithLibraries). The package keeps nothing, and its pages never load
// anything from another origin.
package web

import (
	"embed"
	"io/fs"
	"path"
)

//go:generate go run ./build

//go:embed dist
var dist embed.FS

// Kiosk returns the page of a door's screen: index.html and what it loads. It
// speaks the protocol of src/kiosk/protocol.ts over /ws, pairs by POST /pair,
// and needs WithLibraries.
func Kiosk() fs.FS { return page("kiosk") }

// Phone returns the page that keeps a plain pass on a phone and proves that
// the phone has its key. Once loaded it works offline. It needs
// WithLibraries.
func Phone() fs.FS { return page("phone") }

// Enrol returns the page of a station, which speaks the interface described in
// src/enrol/api.ts. It needs WithLibraries.
func Enrol() fs.FS { return page("enrol") }

// Desk returns the pages of a desk: index.html for staff at the counter, and
// person.html for the person who is checked. They speak the interface described in
// src/desk/api.ts, load what they need from /desk/, and need WithLibraries.
func Desk() fs.FS { return page("desk") }

// CertificateHelp returns the page that says how to make a tablet, a phone or
// a computer trust a site's certificates. It has no script and is meant to be
// served over plain HTTP, with the site's authority beside it as ca.crt and, as
// a profile, ca.mobileconfig.
func CertificateHelp() fs.FS { return page("help") }

// Office returns what the operators' pages load: office.js, style.css and
// icon.svg. Their HTML comes from controller/pages.
func Office() fs.FS { return page("office") }

// Public returns what the site's public page loads: style.css and icon.svg. Its
// HTML comes from controller/public.
func Public() fs.FS { return page("public") }

// Holder returns what the holder's own page loads: style.css, icon.svg, and
// passkey.js, without which everything but passkeys works. Its HTML comes from
// controller/holder.
func Holder() fs.FS { return page("holder") }

func page(name string) fs.FS {
	sub, err := fs.Sub(dist, path.Join("dist", name))
	if err != nil {
		panic(err) // the name is one of ours, so this is a bug
	}
	return sub
}

// Headers returns the HTTP headers of every answer that hands out a page or a
// library: nothing from another origin, no inline script or style, no frame
// around it, the camera for itself only, nothing kept by a shared cache.
func Headers() map[string]string {
	return map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
			"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; font-src 'self'; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(self), microphone=(), geolocation=(), display-capture=(), screen-wake-lock=(self)",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"Cache-Control":                "no-cache",
	}
}
