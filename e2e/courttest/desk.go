package courttest

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/api"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/signin/signintest"
)

// desk is an owner at a browser.
type desk struct {
	t    testing.TB
	base string
	http *http.Client
	key  *signintest.Authenticator
}

// client trusts the site, and keeps cookies if it has a jar.
func (c *Court) client(jar http.CookieJar) *http.Client {
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots}},
		Timeout:       Patience,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.t.Cleanup(client.CloseIdleConnections)
	return client
}

// SetUp has the first operator come, with a passkey, who makes a token for programs.
func (c *Court) SetUp() {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	must(c.t, err)
	c.desk = &desk{c.t, c.Web, c.client(jar), &signintest.Authenticator{Origin: c.Web}}
	c.Served.Await("with the code ")
	code := regexp.MustCompile(`with the code (\S+)`).FindStringSubmatch(c.Served.Said())
	if code == nil {
		c.t.Fatalf("no code was told: %s", c.Served.Said())
	}
	c.Form("/office/set-up", url.Values{"code": {code[1]}, "name": {"Front office"}}, http.StatusSeeOther)
	options := c.desk.send("/office/passkey/options", "application/json", `{"for":"add","next":"/office/codes"}`, http.StatusOK)
	said, err := c.desk.key.Create(options)
	must(c.t, err)
	c.desk.send("/office/passkey/answer", "application/json", string(said), http.StatusOK)
	scopes := url.Values{"name": {"a program"}, "until": {time.Now().AddDate(0, 0, 30).Format(time.DateOnly)}}
	for _, s := range acts.Scopes() {
		scopes.Add("scope", string(s))
	}
	page := c.Form("/office/tokens/new", scopes, http.StatusOK)
	found := regexp.MustCompile(`<code>([^<]+)</code>`).FindSubmatch(page)
	if found == nil {
		c.t.Fatalf("no token in %s", page)
	}
	c.token = html.UnescapeString(string(found[1]))
}

// Form fills a form of the operators' pages in, and returns the page that answers.
func (c *Court) Form(path string, values url.Values, want ...int) []byte {
	c.t.Helper()
	return c.desk.send(path, "application/x-www-form-urlencoded", values.Encode(), want...)
}

// Page reads one of the operators' pages.
func (c *Court) Page(path string, want ...int) []byte {
	c.t.Helper()
	answer, err := c.desk.http.Get(c.Web + path)
	must(c.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(c.t, err)
	expect(c.t, path, answer.StatusCode, body, want...)
	return body
}

func (d *desk) send(path, kind, body string, want ...int) []byte {
	d.t.Helper()
	q, err := http.NewRequest(http.MethodPost, d.base+path, strings.NewReader(body))
	must(d.t, err)
	q.Header.Set("Content-Type", kind)
	q.Header.Set("Origin", d.base)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.Header.Set("Accept-Language", "en")
	answer, err := d.http.Do(q)
	must(d.t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	must(d.t, err)
	expect(d.t, path, answer.StatusCode, said, want...)
	return said
}

// Answer is what the API answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Problem reads an answer that is one.
func (a Answer) Problem() (p api.Problem) {
	_ = json.Unmarshal(a.Body, &p)
	return p
}

// Call asks the API, with the token. headers are pairs. An error is one of the
// network.
func (c *Court) Call(method, path string, body any, headers ...string) (Answer, error) {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return Answer{}, err
		}
	}
	q, err := http.NewRequest(method, c.Web+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	q.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.desk.http.Do(q)
	if err != nil {
		return Answer{}, err
	}
	defer answer.Body.Close()
	a := Answer{Status: answer.StatusCode, Header: answer.Header}
	a.Body, err = io.ReadAll(answer.Body)
	return a, err
}

// Must asks the API for what has to succeed, and reads the answer.
func (c *Court) Must(method, path string, body, into any, headers ...string) Answer {
	c.t.Helper()
	a, err := c.Call(method, path, body, headers...)
	must(c.t, err)
	if a.Status >= 300 {
		c.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if into != nil {
		must(c.t, json.Unmarshal(a.Body, into))
	}
	return a
}

// Notice publishes a notice, to which people can agree.
func (c *Court) Notice(version string) {
	c.t.Helper()
	n := publictest.Notice()
	in := api.NoticeInput{Version: version, Rules: string(n.Rules), Jurisdiction: n.Jurisdiction, Zones: n.Zones, Text: make(map[string]map[string]string)}
	for lang, text := range n.Text {
		in.Text[string(lang)] = make(map[string]string)
		for field, words := range text {
			in.Text[string(lang)][string(field)] = words
		}
	}
	c.Must(http.MethodPost, "/notices", in, nil)
}
