package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth is how deep values may stand in each other.
const maxDepth = 12

// parse reads one JSON value, in which no member is there twice.
func parse(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	value, err := parseValue(d, 0)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		err = fmt.Errorf("there is a mistake at byte %d", syntax.Offset) // which is not repeated
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the value")
	}
	return value, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("values stand too deep in each other")
	}
	t, err := d.Token()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the body is empty or cut off")
	}
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return t, nil
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	object := make(map[string]any)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string)
		if _, twice := object[name]; twice {
			return nil, errors.New("a member is there twice")
		}
		if object[name], err = parseValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

// Fault says which field of a request cannot be taken, and why.
type Fault struct {
	// Field is a path such as "passes[2].zones[0]"; "" is the whole body.
	Field string `json:"field" doc:"Which field, such as passes[2].zones[0]; empty for the whole body"`
	Why   string `json:"why" doc:"A phrase that follows the name of the field"`
}

// maxFaults is how many faults are told at once.
const maxFaults = 20

// check returns what is wrong with a value, in the order of its members' names.
func (s schemas) check(of *schema, value any, at string) (faults []Fault) {
	if of.Ref != "" {
		of = s[strings.TrimPrefix(of.Ref, refPath)]
	}
	switch v := value.(type) {
	case map[string]any:
		if of.Type == "object" {
			return s.checkObject(of, v, at)
		}
	case []any:
		if of.Type == "array" {
			return s.checkArray(of, v, at)
		}
	case string:
		if of.Type == "string" {
			return fault(at, checkText(of, v))
		}
	case json.Number:
		if of.Type == "integer" {
			return fault(at, checkNumber(of, v.String()))
		}
	case bool:
		if of.Type == "boolean" {
			return nil
		}
	}
	return fault(at, "has to be "+article(of.Type))
}

func article(kind string) string {
	switch kind {
	case "object", "array", "integer":
		return "an " + kind
	}
	return "a " + kind
}

func fault(at, why string) []Fault {
	if why == "" {
		return nil
	}
	return []Fault{{at, why}}
}

func (s schemas) checkObject(of *schema, v map[string]any, at string) (faults []Fault) {
	for _, name := range of.Required {
		if _, there := v[name]; !there {
			faults = append(faults, Fault{below(at, name), "is missing"})
		}
	}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		member := of.Properties[name]
		if other, ok := of.Additional.(*schema); ok && member == nil {
			member = other
		}
		switch {
		case member != nil:
			faults = append(faults, s.check(member, v[name], below(at, name))...)
		case of.Additional == false:
			// The name is whoever asks' own; it is told only if it could be one.
			faults = append(faults, Fault{below(at, shown(name)), "is not known here"})
		}
	}
	return faults
}

func (s schemas) checkArray(of *schema, v []any, at string) (faults []Fault) {
	if of.MinItems != nil && len(v) < *of.MinItems || of.MaxItems != nil && len(v) > *of.MaxItems {
		return fault(at, "has to have "+between(of.MinItems, of.MaxItems)+" elements")
	}
	for i, one := range v {
		faults = append(faults, s.check(of.Items, one, at+"["+strconv.Itoa(i)+"]")...)
		if len(faults) > maxFaults {
			break
		}
	}
	return faults
}

func checkText(of *schema, v string) string {
	length := utf8.RuneCountInString(v)
	switch {
	case of.MinLength != nil && length < *of.MinLength || of.MaxLength != nil && length > *of.MaxLength:
		return "has to have " + between(of.MinLength, of.MaxLength) + " characters"
	case len(of.Enum) > 0 && !slices.Contains(of.Enum, v):
		return "has to be one of " + strings.Join(of.Enum, ", ")
	case of.Pattern != "" && !regexp.MustCompile(of.Pattern).MatchString(v):
		return "has to be of the form " + of.Pattern
	case of.Format == "date-time":
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return "has to be a time such as 2026-11-21T08:30:00+08:00"
		}
	case of.Encoding == "base64":
		if _, err := base64.StdEncoding.Strict().DecodeString(v); err != nil {
			return "has to be Base64"
		}
	}
	return ""
}

func checkNumber(of *schema, v string) string {
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err != nil:
		return "has to be a whole number"
	case of.Minimum != nil && n < int64(*of.Minimum) || of.Maximum != nil && n > int64(*of.Maximum):
		return "has to be " + between(of.Minimum, of.Maximum)
	}
	return ""
}

func between(least, most *int) string {
	switch {
	case most == nil:
		return fmt.Sprintf("at least %d", *least)
	case least == nil:
		return fmt.Sprintf("at most %d", *most)
	}
	return fmt.Sprintf("%d to %d", *least, *most)
}

func below(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// shown is a member's name as it may be repeated.
func shown(name string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`).MatchString(name) {
		return name
	}
	return "(a name)"
}
