package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/controller/acts"
)

// openAPI is an OpenAPI document, as far as it is used here.
type openAPI struct {
	OpenAPI string `json:"openapi"`
	Info    struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
		License     struct {
			Name       string `json:"name"`
			Identifier string `json:"identifier"`
		} `json:"license"`
	} `json:"info"`
	Servers    []server                        `json:"servers"`
	Security   []map[string][]string           `json:"security"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		SecuritySchemes map[string]securityScheme `json:"securitySchemes"`
		Schemas         schemas                   `json:"schemas"`
	} `json:"components"`
}

type server struct {
	URL string `json:"url"`
}

type securityScheme struct {
	Type        string `json:"type"`
	Scheme      string `json:"scheme"`
	Description string `json:"description"`
}

type operation struct {
	OperationID string               `json:"operationId"`
	Summary     string               `json:"summary"`
	Description string               `json:"description"`
	Parameters  []parameter          `json:"parameters,omitempty"`
	RequestBody *requestBody         `json:"requestBody,omitempty"`
	Responses   map[string]*response `json:"responses"`
	// Scope is what the token needs.
	Scope acts.Scope `json:"x-scope"`
}

type parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *schema `json:"schema"`
}

type requestBody struct {
	Required bool             `json:"required"`
	Content  map[string]media `json:"content"`
}

type response struct {
	Description string             `json:"description"`
	Headers     map[string]*header `json:"headers,omitempty"`
	Content     map[string]media   `json:"content,omitempty"`
}

type header struct {
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

type media struct {
	Schema *schema `json:"schema"`
}

const about = `What operators can do at a site of Facelatch, for programs. docs/api.md says more.

Every request has an API token, which an operator makes on their pages: ` + "`Authorization: Bearer flt_...`" + `. What it may is what both its scopes and its operator's role allow. No token can give a consent, issue a face pass, or do anything about operators and tokens.

Errors are problems (RFC 9457). Members that are not known are refused.`

// Document returns the OpenAPI document (3.1) of the routes, as it is served and
// as docs/openapi.json has it.
func Document() ([]byte, error) {
	var d openAPI
	d.OpenAPI = "3.1.0"
	d.Info.Title, d.Info.Version, d.Info.Description = "Facelatch", "1", about
	d.Info.License.Name, d.Info.License.Identifier = "Apache License 2.0", "Apache-2.0"
	d.Servers = []server{{strings.TrimSuffix(Path, "/")}}
	d.Security = []map[string][]string{{"token": {}}}
	d.Components.SecuritySchemes = map[string]securityScheme{"token": {"http", "bearer", "An API token: flt_ and 52 letters and digits"}}
	d.Components.Schemas = make(schemas)
	d.Paths = make(map[string]map[string]operation)
	for _, r := range routes() {
		if d.Paths[r.path] == nil {
			d.Paths[r.path] = make(map[string]operation)
		}
		d.Paths[r.path][strings.ToLower(r.method)] = r.describe(d.Components.Schemas)
	}
	data, err := json.MarshalIndent(d, "", "  ")
	return append(data, '\n'), err
}

// describe is the route's part of the document.
func (r route) describe(known schemas) operation {
	o := operation{OperationID: r.name, Summary: r.summary + ".", Responses: make(map[string]*response)}
	for _, right := range acts.Rights() {
		if right.Act == r.act {
			o.Scope = right.Scope
			o.Description = "Needs the scope `" + string(right.Scope) + "` and an operator who is " + roles(right.Roles) + "."
			switch {
			case right.Takes:
				o.Description += " Takes effect at once, whether it can be recorded now or not."
			case !right.Reads:
				o.Description += " Recorded in the ledger first: if that cannot be, nothing is done (503)."
			}
		}
	}
	o.Parameters = r.parameters()
	if r.body != nil {
		content := map[string]media{typeCSV: {&schema{Type: "string"}}}
		if !r.csv {
			content = map[string]media{typeJSON: {known.of(r.body)}}
		}
		o.RequestBody = &requestBody{Required: true, Content: content}
	}
	o.Responses[strconv.Itoa(r.status)] = r.success(known)
	for _, status := range r.statuses() {
		o.Responses[strconv.Itoa(status)] = refusal(known, status)
	}
	return o
}

// roles names those of operators, as in "owner, manager or front-desk".
func roles(all []acts.Role) string {
	var names []string
	for _, r := range all {
		if slices.Contains(acts.Roles(), r) {
			names = append(names, string(r))
		}
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return names[0]
}

func (r route) parameters() (all []parameter) {
	for _, p := range r.params {
		of := p.of
		in := "query"
		if p.path {
			in = "path"
		}
		all = append(all, parameter{Name: p.name, In: in, Description: p.doc, Required: in == "path", Schema: &of})
	}
	if r.match {
		all = append(all, parameter{Name: "If-Match", In: "header", Required: true, Description: "The ETag of what was read", Schema: &schema{Type: "string"}})
	}
	if r.once {
		all = append(all, parameter{
			Name: onceHeader, In: "header", Description: "Sent again with the same key within ten minutes, the request is answered as it was and not done again",
			Schema: &schema{Type: "string", Pattern: "^[A-Za-z0-9._:-]{1,64}$"},
		})
	}
	return all
}

func (r route) success(known schemas) *response {
	made := &response{Description: http.StatusText(r.status)}
	switch {
	case r.media == typeCSV:
		made.Content = map[string]media{typeCSV: {&schema{Type: "string"}}}
	case r.media != "":
		made.Content = map[string]media{r.media: {&schema{Type: "object", Additional: true}}}
	case r.out != nil:
		made.Content = map[string]media{typeJSON: {known.of(r.out)}}
	}
	made.Headers = make(map[string]*header)
	if r.etag {
		made.Headers["ETag"] = &header{"For If-Match", &schema{Type: "string"}}
	}
	if r.out != nil && r.status == http.StatusCreated && r.out.Implements(reflect.TypeFor[located]()) {
		made.Headers["Location"] = &header{"Where it is", &schema{Type: "string"}}
	}
	return made
}

// statuses are those of the problems that a route can answer with.
func (r route) statuses() []int {
	all := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	add := func(when bool, status ...int) {
		if when {
			all = append(all, status...)
		}
	}
	add(true, http.StatusBadRequest)
	add(len(r.params) > 0, http.StatusNotFound, http.StatusUnprocessableEntity)
	add(r.method == http.MethodPost, http.StatusConflict, http.StatusUnprocessableEntity)
	add(r.body != nil, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	add(r.match, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	add(r.method == http.MethodGet && r.act == acts.ActSiteView, http.StatusNotFound)
	return all
}

func refusal(known schemas, status int) *response {
	var titles []string
	for _, t := range ProblemTypes() {
		if t.Status == status {
			titles = append(titles, t.Title+" (`"+t.Type+"`)")
		}
	}
	made := &response{Description: strings.Join(titles, "; "), Content: map[string]media{typeProblem: {known.of(reflect.TypeFor[Problem]())}}}
	if status == http.StatusTooManyRequests {
		made.Headers = map[string]*header{"Retry-After": {"After how many seconds to ask again", &schema{Type: "integer"}}}
	}
	return made
}
