package hosted

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// object is a part of a JSON document.
type object = map[string]any

const about = `How a relying party has people checked on their own phones. docs/webhooks.md says how results are received, verified and acknowledged.

Every request has the party's id and secret, by HTTP Basic or as ` + "`Authorization: Bearer id.secret`" + `. A party sees its own checks alone. Results are encrypted to the party's key.

Errors are problems (RFC 9457). Members that are not known are refused.`

// Document returns the OpenAPI document (3.1) of the routes, as it is served.
func Document() ([]byte, error) {
	schemas := make(object)
	paths := make(map[string]object)
	for _, r := range routes() {
		if paths[r.path] == nil {
			paths[r.path] = make(object)
		}
		paths[r.path][strings.ToLower(r.method)] = r.describe(schemas)
	}
	data, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Facelatch desk", "version": "1", "description": about,
			"license": object{"name": "Apache License 2.0", "identifier": "Apache-2.0"},
		},
		"servers":  []object{{"url": strings.TrimSuffix(Path, "/")}},
		"security": []object{{"basic": []string{}}, {"bearer": []string{}}},
		"paths":    paths,
		"components": object{
			"schemas": schemas,
			"securitySchemes": object{
				"basic":  object{"type": "http", "scheme": "basic", "description": "The party's id and secret"},
				"bearer": object{"type": "http", "scheme": "bearer", "description": "The party's id, a dot and its secret"},
			},
		},
	}, "", "  ")
	return append(data, '\n'), err
}

// describe is the route's part of the document.
func (r route) describe(schemas object) object {
	o := object{"operationId": r.name, "summary": r.summary + ".", "description": r.about}
	if parameters := r.parameters(); len(parameters) > 0 {
		o["parameters"] = parameters
	}
	if r.in != nil {
		o["requestBody"] = object{"required": true, "content": content(typeJSON, schemas, r.in)}
	}
	good := object{"description": http.StatusText(r.status)}
	if r.out != nil {
		good["content"] = content(typeJSON, schemas, r.out)
	}
	if r.status == http.StatusCreated {
		good["headers"] = object{"Location": object{"description": "Where it is", "schema": object{"type": "string"}}}
	}
	responses := object{strconv.Itoa(r.status): good}
	for status, titles := range r.refusals() {
		responses[strconv.Itoa(status)] = object{"description": strings.Join(titles, "; "), "content": content(typeProblem, schemas, reflect.TypeFor[Problem]())}
	}
	o["responses"] = responses
	return o
}

func content(media string, schemas object, t reflect.Type) object {
	return object{media: object{"schema": schema(schemas, t)}}
}

func (r route) parameters() (all []object) {
	if r.id {
		all = append(all, object{"name": "id", "in": "path", "required": true, "description": "The check's id", "schema": object{"type": "string", "pattern": idForm.String()}})
	}
	if r.limit {
		all = append(all, object{
			"name": "limit", "in": "query", "description": "How many are listed; " + strconv.Itoa(someEvents) + " if it is left away",
			"schema": object{"type": "integer", "minimum": 1, "maximum": mostEvents},
		})
	}
	if r.once {
		all = append(all, object{
			"name": onceHeader, "in": "header", "description": "Sent again with the same key within ten minutes, the request is answered as it was and not done again",
			"schema": object{"type": "string", "pattern": onceForm.String()},
		})
	}
	return all
}

// refusals are the titles of the problems that the route can have, by status.
func (r route) refusals() map[int][]string {
	types := append(general(), r.problems...)
	if r.in != nil {
		types = append(types, problemMedia)
	}
	all := make(map[int][]string)
	for _, t := range ProblemTypes() {
		for _, own := range types {
			if own == t.Type {
				all[t.Status] = append(all[t.Status], t.Title+" (`"+t.Type+"`)")
			}
		}
	}
	return all
}

// schema is the JSON Schema (2020-12) of a type; that of a struct is a reference to a
// part of schemas, where it is added.
func schema(schemas object, t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return schema(schemas, t.Elem())
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Int:
		return object{"type": "integer"}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": schema(schemas, t.Elem())}
	case t.Kind() != reflect.Struct:
		panic("hosted: a type that has no schema: " + t.String())
	}
	if _, known := schemas[t.Name()]; !known {
		made := object{"type": "object", "additionalProperties": false}
		schemas[t.Name()] = made
		made["properties"], made["required"] = members(schemas, t)
	}
	return object{"$ref": "#/components/schemas/" + t.Name()}
}

// members are the fields of a struct, and the names of those that are always there.
func members(schemas object, t reflect.Type) (properties object, required []string) {
	properties, required = make(object), []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		one := schema(schemas, f.Type)
		for _, tag := range []string{"doc", "pattern"} {
			if text := f.Tag.Get(tag); text != "" {
				one[map[string]string{"doc": "description", "pattern": "pattern"}[tag]] = text
			}
		}
		if values := f.Tag.Get("enum"); values != "" {
			one["enum"] = strings.Split(values, ",")
		}
		properties[name] = one
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return properties, required
}
