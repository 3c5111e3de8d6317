package pages

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/controller/signin"
)

const (
	// maxForm is the largest form, which is that of a notice, and maxFile the
	// largest file of holders, in bytes.
	maxForm = 512 << 10
	maxFile = 4 << 20
	// bodyTime is how long a body may take to arrive.
	bodyTime = 30 * time.Second
	// languageCookie keeps the language that somebody chose.
	languageCookie = "__Host-office-language"
)

// visit is one request, and who sends it.
type visit struct {
	*Office
	w   http.ResponseWriter
	r   *http.Request
	tag words.Tag

	session signin.Session
	actor   acts.Actor
	me      acts.Operator
	site    acts.SiteConfig
}

// visit begins a visit by somebody who is not known yet.
func (o *Office) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{Office: o, w: w, r: r, tag: words.Choose(r.Header.Get("Accept-Language"))}
	if c, err := r.Cookie(languageCookie); err == nil {
		if tag, ok := words.Parse(c.Value); ok {
			v.tag = tag
		}
	}
	return v
}

// serve answers by a route.
func (o *Office) serve(w http.ResponseWriter, r *http.Request, to route) {
	v := o.visit(w, r)
	err := v.begin(to)
	if err == nil {
		err = to.do(v)
	}
	if err != nil {
		v.fail(err)
	}
}

// begin finds out who asks and whether they may, and reads their form.
func (v *visit) begin(to route) error {
	change := v.r.Method == http.MethodPost
	if to.open {
		if found, err := v.c.Acts.SiteConfig(v.r.Context()); err == nil {
			v.site = found // for its name, which is public
		}
		if change {
			return v.read(to)
		}
		return nil
	}
	err := v.known()
	if err == nil && !v.actor.May(to.act) {
		return acts.ErrForbidden
	}
	if err == nil && v.session.Newcomer() && !to.newcomer {
		return errNewcomer
	}
	if change {
		// Also of whoever is signed out by now: what was entered is kept for them.
		if err := v.read(to); err != nil {
			return err
		}
	}
	if err == nil && change {
		err = v.c.SignIn.AllowChange(v.session)
	}
	return err
}

// read reads a form, within limits.
func (v *visit) read(to route) error {
	if err := http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(bodyTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if to.json {
		return nil
	}
	limit, parse := int64(maxForm), v.r.ParseForm
	if to.file {
		limit, parse = maxFile, func() error { return v.r.ParseMultipartForm(maxFile) }
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, limit)
	err := parse()
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	if err != nil {
		return errForm
	}
	return nil
}

// known finds out who is asking.
func (v *visit) known() (err error) {
	if v.session, err = v.c.SignIn.Who(v.r); err != nil {
		return err
	}
	v.actor, v.me, err = v.c.Acts.OperatorActor(v.r.Context(), v.session.Operator)
	if errors.Is(err, acts.ErrNotFound) {
		return signin.ErrSignedOut
	}
	if err != nil {
		return err
	}
	v.site, err = v.c.Acts.SiteConfig(v.r.Context())
	return err
}

// value returns what stands in a field of the form, or of the address.
func (v *visit) value(name string) string { return v.r.FormValue(name) }

// to sends the browser to another page, which then says that something was done.
func (v *visit) to(path, done string) error {
	if done != "" {
		path += "?done=" + url.QueryEscape(done)
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// say returns a text of the book.
func (v *visit) say(key string, pairs ...any) string {
	text, err := v.book.Say(v.tag, key, pairs...)
	if err != nil {
		return key // tests walk all pages for it
	}
	return text
}

// location is the site's time zone.
func (v *visit) location() *time.Location {
	if loc := v.site.Site.Location(); loc != nil {
		return loc
	}
	return time.UTC
}
