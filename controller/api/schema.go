package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// schema is what is used here of JSON Schema 2020-12: of requests, each part is
// enforced by check.go.
type schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Description string             `json:"description,omitempty"`
	Format      string             `json:"format,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Encoding    string             `json:"contentEncoding,omitempty"`
	MinLength   *int               `json:"minLength,omitempty"`
	MaxLength   *int               `json:"maxLength,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     *int               `json:"maximum,omitempty"`
	MinItems    *int               `json:"minItems,omitempty"`
	MaxItems    *int               `json:"maxItems,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	// Additional is false for an object that has no other members, and a schema for
	// one whose members have names of their own.
	Additional any `json:"additionalProperties,omitempty"`
}

// schemas are those of named types, by name.
type schemas map[string]*schema

const refPath = "#/components/schemas/"

// of returns the schema of a type; that of a struct is a reference.
func (s schemas) of(t reflect.Type) *schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return &schema{Type: "object", Additional: true}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return &schema{Type: "integer"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &schema{Type: "string", Encoding: "base64"}
		}
		return &schema{Type: "array", Items: s.of(t.Elem())}
	case reflect.Map:
		return &schema{Type: "object", Additional: s.of(t.Elem())}
	case reflect.Struct:
		return s.named(t)
	}
	panic("api: a type that has no schema: " + t.String())
}

// named notes the schema of a struct and returns a reference to it.
func (s schemas) named(t reflect.Type) *schema {
	ref := &schema{Ref: refPath + t.Name()}
	if _, known := s[t.Name()]; known {
		return ref
	}
	made := &schema{Type: "object", Properties: make(map[string]*schema), Additional: false}
	s[t.Name()] = made // before its members, which may have it again
	s.members(made, t)
	return ref
}

// members adds the fields of a struct, and those of structs embedded in it.
func (s schemas) members(made *schema, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			s.members(made, f.Type)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		made.Properties[name] = s.field(f)
		if !strings.Contains(options, "omit") {
			made.Required = append(made.Required, name)
		}
	}
}

// field is the schema of a field with what its tags say: doc; enum, values with
// commas between; pattern; min and max, of characters, numbers or elements; each,
// a pattern for every element.
func (s schemas) field(f reflect.StructField) *schema {
	one := s.of(f.Type)
	if doc := f.Tag.Get("doc"); doc != "" {
		one.Description = doc
	}
	if values := f.Tag.Get("enum"); values != "" {
		one.Enum = strings.Split(values, ",")
	}
	one.Pattern = f.Tag.Get("pattern")
	if each := f.Tag.Get("each"); each != "" {
		one.Items.Pattern = each
	}
	least, most := number(f, "min"), number(f, "max")
	switch one.Type {
	case "string":
		one.MinLength, one.MaxLength = least, most
	case "integer":
		one.Minimum, one.Maximum = least, most
	case "array":
		one.MinItems, one.MaxItems = least, most
	}
	return one
}

func number(f reflect.StructField, tag string) *int {
	text := f.Tag.Get(tag)
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("api: the tag %s of %s is no number", tag, f.Name))
	}
	return &n
}
