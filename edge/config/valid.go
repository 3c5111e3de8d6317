package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/latch"
)

// valid returns what is wrong with the first field that a door cannot work
// with, or nil.
func (c Config) valid() error {
	if err := path("state", c.State); err != nil {
		return err
	}
	if c.Controller != "" {
		if err := address("controller", c.Controller); err != nil {
			return err
		}
	}
	for _, check := range []func() error{c.mirror, c.Kiosk.valid, c.camera, c.Latch.valid, c.methods, c.languages, c.Metrics.valid, c.tpm} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func path(field, value string) error {
	switch {
	case value == "":
		return wrong(field, "it must be given")
	case !filepath.IsAbs(value):
		return wrong(field, "it must begin with /, and is %q", value)
	}
	return nil
}

// address checks host:port. The host may be empty where a door listens.
func address(field, value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return wrong(field, "an address is host:port, not %q", value)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return wrong(field, "the port is 1 to 65535, not %q", port)
	}
	return nil
}

// mirror checks the address of a web server. What is asked for is appended to it.
func (c Config) mirror() error {
	if c.Mirror == "" {
		return nil
	}
	u, err := url.Parse(c.Mirror)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return wrong("mirror", "it is https://HOST or https://HOST/PATH, not %q", c.Mirror)
	}
	return nil
}

// hostName is a name as in RFC 1123 section 2.1.
var hostName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)

func (k Kiosk) valid() error {
	if err := address("kiosk.listen", k.Listen); err != nil {
		return err
	}
	if len(k.Hosts) == 0 {
		return wrong("kiosk.hosts", "say under which name or address the tablet calls this door")
	}
	for i, host := range k.Hosts {
		if _, err := netip.ParseAddr(host); err != nil && (len(host) > 253 || !hostName.MatchString(host)) {
			return wrong(index("kiosk.hosts", i), "%q is not the name or the address of a machine", host)
		}
	}
	if k.PlainHTTP == "" {
		return nil
	}
	if err := address("kiosk.plain_http", k.PlainHTTP); err != nil {
		return err
	}
	if k.PlainHTTP == k.Listen {
		return wrong("kiosk.plain_http", "it must not be the address of kiosk.listen")
	}
	return nil
}

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

func (c Config) camera() error {
	if err := camera.CheckAddress(c.Camera); err != nil { // which repeats no password
		return &FieldError{Field: "camera", Why: err}
	}
	return nil
}

func (l Latch) valid() error {
	if err := latch.CheckPulse(l.Pulse); err != nil {
		return &FieldError{Field: "latch.pulse", Why: err}
	}
	err := l.Check()
	if err == nil {
		return nil
	}
	// Of several mistakes the first; each begins with the field.
	text := strings.TrimPrefix(oneLine(err.Error()), latch.ErrConfig.Error()+": ")
	field, why, found := strings.Cut(text, ": ")
	if !found || !strings.HasPrefix(field, "latch.") {
		field, why = "latch", text
	}
	return &FieldError{Field: field, Why: errors.New(why)}
}

// methods checks promise 4, as far as a door knows about it: that its zone has
// another way in, too, is checked when there is a bundle.
func (c Config) methods() error {
	if len(c.Methods) == 0 {
		return nil
	}
	m, err := bundle.ParseMethods(c.Methods...)
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		return &FieldError{Field: "methods", Why: err}
	}
	return nil
}

// pageLanguages are those that the page's texts are in, web/src/kiosk/lang.
func pageLanguages() []string { return []string{"en", "zh-CN"} }

// spoken says whether the page has a language, or one that is close to it: as
// there, zh and zh-Hans-CN both mean zh-CN.
func spoken(tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return slices.ContainsFunc(pageLanguages(), func(own string) bool {
		first, _, _ := strings.Cut(own, "-")
		return first == primary
	})
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func (c Config) languages() error {
	if len(c.Languages) == 0 || len(c.Languages) > bundle.MaxLanguages {
		return wrong("languages", "there are 1 to %d", bundle.MaxLanguages)
	}
	for i, tag := range c.Languages {
		if !languageTag.MatchString(tag) || slices.Contains(c.Languages[:i], tag) {
			return wrong(index("languages", i), "it is a tag such as zh or en, each once, not %q", tag)
		}
		if !spoken(tag) {
			return wrong(index("languages", i), "the page has no %q; it has %s", tag, strings.Join(pageLanguages(), " and "))
		}
	}
	return nil
}

var errLoopback = errors.New("it must be a loopback address, such as 127.0.0.1:9464: what it says is for this machine")

func (m Metrics) valid() error {
	if m.Listen == "" {
		return nil
	}
	if err := address("metrics.listen", m.Listen); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(m.Listen)
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return &FieldError{Field: "metrics.listen", Why: errLoopback}
	}
	return nil
}

func (c Config) tpm() error {
	if c.TPM == "auto" || c.TPM == "off" || strings.HasPrefix(c.TPM, "/") {
		return nil
	}
	return wrong("tpm", `it is "auto", "off" or the path of a device, not %q`, c.TPM)
}
