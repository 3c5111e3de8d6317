package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Notices and receipts are JSON, because people who have one want to look into
// it with what they have at hand. What is hashed or signed is one form of it, RFC
// 8785; of numbers there are only integers that a double holds exactly.

const (
	maxDepth   = 12
	maxInteger = 1<<53 - 1
)

// parseJSON reads one JSON value, of objects, arrays, texts, integers, true and
// false. A member that stands twice is refused: readers would differ about it.
func parseJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	value, err := parseValue(d, maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after it")
	}
	return value, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	if depth == 0 {
		return nil, errors.New("it is too deep")
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return parseObject(d, depth)
		}
		return parseArray(d, depth)
	case json.Number:
		return integer(string(token))
	case string:
		return token, checkText(token)
	case bool:
		return token, nil
	}
	return nil, errors.New("there is a null")
}

// checkText refuses what stands for bytes that could not be read.
func checkText(text string) error {
	if strings.ContainsRune(text, utf8.RuneError) {
		return errors.New("there is a character that cannot be read (U+FFFD)")
	}
	return nil
}

func parseObject(d *json.Decoder, depth int) (any, error) {
	object := make(map[string]any)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("it is no JSON: %w", err)
		}
		name, _ := token.(string) // a key is one
		if err := checkText(name); err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("%q stands there twice", name)
		}
		if object[name], err = parseValue(d, depth-1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func parseArray(d *json.Decoder, depth int) (any, error) {
	array := []any{}
	for d.More() {
		value, err := parseValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := d.Token()
	return array, err
}

func integer(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxInteger || n < -maxInteger || n > math.MaxInt || text == "-0" {
		return 0, fmt.Errorf("%s is no integer that everybody reads alike", text)
	}
	return int(n), nil
}

// canonical encodes what parseJSON returns as RFC 8785 has it. Names of members
// are ASCII, for which sorting by bytes and by UTF-16 is the same.
func canonical(value any) ([]byte, error) {
	return appendCanonical(nil, value)
}

func appendCanonical(out []byte, value any) ([]byte, error) {
	var err error
	switch value := value.(type) {
	case map[string]any:
		out = append(out, '{')
		for i, name := range slices.Sorted(maps.Keys(value)) {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendName(out, name); err != nil {
				return nil, err
			}
			if out, err = appendCanonical(append(out, ':'), value[name]); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	case []any:
		out = append(out, '[')
		for i, each := range value {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendCanonical(out, each); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case string:
		return appendText(out, value), nil
	case int:
		return strconv.AppendInt(out, int64(value), 10), nil
	case bool:
		return strconv.AppendBool(out, value), nil
	}
	return nil, fmt.Errorf("%T has no form", value)
}

func appendName(out []byte, name string) ([]byte, error) {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return nil, fmt.Errorf("the name %q is not ASCII", name)
		}
	}
	return appendText(out, name), nil
}

// appendText writes a text with the escapes of RFC 8785 3.2.2.2 and no others.
func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', byte(c))
		case c >= ' ':
			out = append(out, string(c)...)
		default:
			out = appendControl(out, byte(c))
		}
	}
	return append(out, '"')
}

func appendControl(out []byte, c byte) []byte {
	if short := bytes.IndexByte([]byte("\b\t\n\f\r"), c); short >= 0 {
		return append(out, '\\', "btnfr"[short])
	}
	return fmt.Appendf(out, `\u%04x`, c)
}

// members takes the members of one object, and remembers the first thing that
// was wrong.
type members struct {
	where string
	left  map[string]any
	err   error
}

// open fails unless value is an object.
func (m *members) open(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: it is not an object", m.where)
	}
	m.left = maps.Clone(object)
	return nil
}

func (m *members) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *members) names() []string { return slices.Sorted(maps.Keys(m.left)) }

func (m *members) take(name string) any {
	value, there := m.left[name]
	if !there {
		m.fail(fmt.Errorf("%s: %q is missing", m.where, name))
	}
	delete(m.left, name)
	return value
}

func (m *members) text(name string) string {
	text, ok := m.take(name).(string)
	if !ok {
		m.fail(fmt.Errorf("%s: %q is not a text", m.where, name))
	}
	return text
}

func (m *members) number(name string) int {
	n, ok := m.take(name).(int)
	if !ok {
		m.fail(fmt.Errorf("%s: %q is not an integer", m.where, name))
	}
	return n
}

func (m *members) texts(name string) (all []string) {
	array, ok := m.take(name).([]any)
	if !ok {
		m.fail(fmt.Errorf("%s: %q is not an array of texts", m.where, name))
	}
	for _, each := range array {
		text, ok := each.(string)
		if !ok {
			m.fail(fmt.Errorf("%s: %q is not an array of texts", m.where, name))
		}
		all = append(all, text)
	}
	return all
}

// done returns what was wrong, or what nobody took.
func (m *members) done() error {
	if m.err == nil && len(m.left) > 0 {
		return fmt.Errorf("%s: there is no member %q", m.where, m.names()[0])
	}
	return m.err
}
