package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// FieldError names the field that is wrong.
type FieldError struct {
	// Field is its path, such as latch.gpio.line, or latch.command[0].
	Field string
	// Line is where it stands; 0 if it does not.
	Line int
	// Why says what is wrong with it.
	Why error
}

func (e *FieldError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.Field, e.Why)
	}
	return fmt.Sprintf("line %d: %s: %v", e.Line, e.Field, e.Why)
}

func (e *FieldError) Unwrap() []error { return []error{ErrInvalid, e.Why} }

func wrong(field, format string, args ...any) error {
	return &FieldError{Field: field, Why: fmt.Errorf(format, args...)}
}

// Parse reads the text of a file: one YAML document, every field known, given
// once, and of its kind. Errors wrap [ErrInvalid], and then the Config is zero.
func Parse(data []byte) (c Config, err error) {
	defer func() {
		// The YAML library runs into a nil pointer on some tags that say a list is
		// something else; what it had read by then is of no use.
		if recover() != nil {
			c, err = Config{}, fmt.Errorf("%w: it cannot be read as YAML", ErrInvalid)
		}
	}()
	if len(data) > MaxSize {
		return Config{}, fmt.Errorf("%w: it has more than %d bytes", ErrInvalid, MaxSize)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Config{}, notYAML(nil, err)
	}
	c = Default()
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, notYAML(file, err)
	}
	if len(file.Docs) > 1 {
		return Config{}, fmt.Errorf("%w: there is a second document in it", ErrInvalid)
	}
	if err := c.valid(); err != nil {
		var field *FieldError
		if errors.As(err, &field) {
			field.Line = lineOf(file, field.Field)
		}
		return Config{}, err
	}
	return c, nil
}

// notYAML turns an error of the decoder, which draws the file around it, into
// one line.
func notYAML(file *ast.File, err error) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		if why := oneLine(err.Error()); file != nil && strings.HasPrefix(why, "time: ") {
			// package time read it, and there is one such field.
			return &FieldError{Field: "latch.pulse", Line: lineOf(file, "latch.pulse"), Why: errors.New(why)}
		}
		return fmt.Errorf("%w: %s", ErrInvalid, oneLine(err.Error()))
	}
	line, message := at.GetToken().Position.Line, oneLine(at.GetMessage())
	if strings.Contains(message, "time.Duration") {
		message = "a time with its unit, such as 3s or 500ms"
	}
	if field := fieldAt(file, line); field != "" {
		return &FieldError{Field: field, Line: line, Why: errors.New(message + moved(field))}
	}
	return fmt.Errorf("%w: line %d: %s", ErrInvalid, line, message)
}

// moved says where a setting is now that stood in door.yaml once.
func moved(field string) string {
	if field != "prompts" && field != "light" {
		return ""
	}
	return ": the zone has this setting now; remove it here, and set it at the controller, under Site, the zone, Movements before the camera"
}

func oneLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}

// lineOf returns the line on which a field stands, or the nearest thing above it
// that does; 0 for none.
func lineOf(file *ast.File, field string) int {
	for field != "" {
		path, err := yaml.PathString("$." + field)
		if err == nil {
			if node, err := path.FilterFile(file); err == nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 0
}

// fieldAt returns the path of the last key that begins at or before a line.
func fieldAt(file *ast.File, line int) string {
	if file == nil {
		return ""
	}
	f := &finder{line: line}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			ast.Walk(f, doc.Body)
		}
	}
	return strings.TrimPrefix(f.path, "$.")
}

// finder walks a file in the order of its text.
type finder struct {
	line int
	path string
}

// Visit is a method of [ast.Visitor].
func (f *finder) Visit(n ast.Node) ast.Visitor {
	pair, ok := n.(*ast.MappingValueNode)
	if ok && pair.Key.GetToken().Position.Line <= f.line {
		f.path = pair.Key.GetPath()
	}
	return f
}
