package main

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/site"
)

// openIDFlags are the flags of controller serve about operators who sign in with the
// accounts of their own organisation. The secret is in a file: a command line is seen
// by everybody on the machine.
type openIDFlags struct {
	issuer, client, secret, name string
	allow                        []string
}

func (f *openIDFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.issuer, "openid-issuer", "", "where operators sign in with accounts of your own organisation (OpenID Connect), such as https://accounts.example")
	flags.StringVar(&f.client, "openid-client", "", "what the issuer knows this site by: its client id")
	flags.StringVar(&f.secret, "openid-secret", "", "a file with the client's secret, which only you can read (default: none, with PKCE alone)")
	flags.StringVar(&f.name, "openid-name", "", "what people call the issuer (default: its host)")
	flags.StringArrayVar(&f.allow, "openid-allow", nil, "who may sign in and as what, such as owner=ada@house.example, or owner=sub:248289761001; may be given several times")
}

// maxSecret is the largest file with a secret that is read, in bytes.
const maxSecret = 4 << 10

// open reads the settings. It returns nil where there are none.
func (f openIDFlags) open() (*signin.OpenID, error) {
	if f.issuer == "" {
		if f.client+f.secret+f.name != "" || len(f.allow) > 0 {
			return nil, usagef("--openid-client, --openid-secret, --openid-name and --openid-allow belong to --openid-issuer")
		}
		return nil, nil
	}
	u, err := url.Parse(f.issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		return nil, usagef("--openid-issuer %q is not like https://accounts.example", f.issuer)
	case f.client == "":
		return nil, usagef("--openid-issuer needs --openid-client, the id that the issuer gave this site")
	case len(f.allow) == 0:
		return nil, usagef("--openid-issuer needs --openid-allow: else nobody may sign in")
	}
	o := &signin.OpenID{Issuer: f.issuer, ClientID: f.client, Name: f.name}
	for _, text := range f.allow {
		who, err := allowed(text)
		if err != nil {
			return nil, err
		}
		o.Allowed = append(o.Allowed, who)
	}
	if f.secret == "" {
		return o, nil
	}
	data, err := readSecret(f.secret, maxSecret)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	if o.ClientSecret = strings.TrimSpace(string(data)); o.ClientSecret == "" {
		return nil, usagef("--openid-secret %s is empty", f.secret)
	}
	return o, nil
}

// allowed reads who may sign in and as what.
func allowed(text string) (a signin.Allowed, err error) {
	role, who, _ := strings.Cut(text, "=")
	if !slices.Contains(acts.Roles(), acts.Role(role)) {
		return a, usagef("--openid-allow %q: a role comes first, one of owner, manager, front-desk, counter and auditor, as in owner=ada@house.example", text)
	}
	a.Role = role
	if subject, is := strings.CutPrefix(who, "sub:"); is {
		a.Subject = subject
	} else if strings.Contains(who, "@") {
		a.Email = who
	}
	if a.Subject+a.Email == "" {
		return a, usagef("--openid-allow %q: after the role comes an address for mail, or sub: and the issuer's name for the account", text)
	}
	return a, nil
}

// readSecret reads a file that nobody but its owner may read.
func readSecret(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: chmod 600 %s, and ask the issuer for another secret if others had access", site.ErrExposed, path)
	}
	return readSmall(path, most)
}
