package pages

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
)

//go:embed sheets/*.html
var sheetFiles embed.FS

//go:embed lang/*.json
var langFiles embed.FS

const pathStatic = Path + "static/"

func openBook() (words.Book, error) {
	lang, err := fs.Sub(langFiles, "lang")
	if err != nil {
		return words.Book{}, err
	}
	return words.Open(lang)
}

// frame are the files that every page is put into.
func frame() []string { return []string{"sheets/frame.html", "sheets/parts.html"} }

// openSheets reads the pages of every language. Each is the frame with a "main"
// of its own.
func openSheets(book words.Book) (map[words.Tag]map[string]*template.Template, error) {
	files, err := fs.Glob(sheetFiles, "sheets/*.html")
	if err != nil {
		return nil, err
	}
	all := make(map[words.Tag]map[string]*template.Template)
	for _, tag := range words.Tags() {
		base, err := template.New("").Option("missingkey=error").Funcs(speaker{book, tag}.functions()).ParseFS(sheetFiles, frame()...)
		if err != nil {
			return nil, err
		}
		all[tag] = make(map[string]*template.Template)
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".html")
			own, err := base.Clone()
			if err != nil {
				return nil, err
			}
			if all[tag][name], err = own.ParseFS(sheetFiles, file); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// view is what the frame of a page shows.
type view struct {
	v *visit
	// Name is that of the page's file; Title stands in the tab and as headline.
	Name, Title string
	// Done says what was done a moment ago.
	Done string
	// Once marks a page that is lost when it is left: it offers no other language.
	Once bool
	// Page is the page's own.
	Page any
}

// page is a page about to be shown.
type page struct {
	name string
	// title is a key of the book; with titled it is the title itself.
	title  string
	titled bool
	once   bool
	status int
	data   any
}

// show answers with a page.
func (v *visit) show(p page) error {
	title := p.title
	if !p.titled {
		title = v.say(p.title)
	}
	shown := view{v: v, Name: p.name, Title: title, Once: p.once, Page: p.data}
	if done := v.r.URL.Query().Get("done"); done != "" && v.r.Method == http.MethodGet && v.has("done."+done) {
		shown.Done = v.say("done." + done)
	}
	var body bytes.Buffer
	if err := v.sheets[v.tag][p.name].ExecuteTemplate(&body, "page", shown); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", string(v.tag))
	v.w.Header().Add("Vary", "Accept-Language, Cookie")
	if p.status != 0 {
		v.w.WriteHeader(p.status)
	}
	_, _ = body.WriteTo(v.w) // whoever asked may be gone
	return nil
}

func (v *visit) has(key string) bool {
	_, err := v.book.Say(v.tag, key)
	return err == nil
}

// May says whether the operator may do an act.
func (w view) May(act string) bool { return w.v.actor.May(acts.Act(act)) }

// SignedIn says whether somebody is signed in, and has come far enough for a menu.
func (w view) SignedIn() bool { return w.v.actor.Operator != "" && !w.v.session.Newcomer() }

// Me is the operator.
func (w view) Me() acts.Operator { return w.v.me }

// Site is what the site is called, and whether it is a demo.
func (w view) Site() string {
	if name := w.v.site.Site.Name; name != "" {
		return name
	}
	return "Facelatch"
}

// Demo says whether the site is a demo.
func (w view) Demo() bool { return w.v.site.Site.Demo }

// Here is the address of this page, to come back to.
func (w view) Here() string {
	if w.v.r.Method != http.MethodGet {
		return Path
	}
	return w.v.r.URL.Path
}

// Day writes a day in the site's time zone.
func (w view) Day(t time.Time) string { return w.v.day(t) }

// Time writes a moment in the site's time zone.
func (w view) Time(t time.Time) string { return w.v.moment(t) }

// link is an entry of the menu.
type link struct {
	Path, Key string
	Here      bool
}

// Menu returns what the operator can go to.
func (w view) Menu() (menu []link) {
	for _, entry := range []struct {
		path, key string
		act       acts.Act
	}{
		{Path, "menu.overview", acts.ActSiteView},
		{Path + "holders", "menu.holders", acts.ActHolderList},
		{Path + "doors", "menu.doors", acts.ActDoorView},
		{Path + "desks", "menu.desks", acts.ActDeskView},
		{Path + "notices", "menu.notices", acts.ActSiteView},
		{Path + "site", "menu.site", acts.ActSiteView},
		{Path + "operators", "menu.operators", acts.ActOperatorView},
		{Path + "tokens", "menu.tokens", acts.ActTokenView},
		{Path + "record", "menu.record", acts.ActLedgerView},
	} {
		if w.v.actor.May(entry.act) {
			at := w.v.r.URL.Path
			here := at == entry.path || entry.path != Path && strings.HasPrefix(at, entry.path+"/")
			menu = append(menu, link{entry.path, entry.key, here})
		}
	}
	return menu
}

func (o *Office) static(w http.ResponseWriter, r *http.Request) {
	data, err := fs.ReadFile(o.c.Static, r.PathValue("name"))
	kind, known := staticType(r.PathValue("name"))
	if err != nil || !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(data)
}

func staticType(name string) (string, bool) {
	kind, ok := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}[path.Ext(name)]
	return kind, ok
}
