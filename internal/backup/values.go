package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// appendRow writes a row as a JSON array and a line end.
func appendRow(part []byte, t Table, values []any) ([]byte, error) {
	row := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case int64:
			row[i] = v
		case string:
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("%s.%s holds a text that is not UTF-8", t.Name, t.Columns[i].Name)
			}
			row[i] = v
		case []byte:
			row[i] = base64.StdEncoding.EncodeToString(v)
		default:
			return nil, fmt.Errorf("%s.%s holds a %T", t.Name, t.Columns[i].Name, v)
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(row); err != nil {
		return nil, err
	}
	return append(part, b.Bytes()...), nil
}

// parseRows reads the rows of a part.
func parseRows(part []byte, t Table) (rows [][]any, err error) {
	for line := range bytes.Lines(part) {
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var row []any
		if err := d.Decode(&row); err != nil {
			return nil, fmt.Errorf("%w: a row of %s: %v", ErrDamaged, t.Name, err)
		}
		if len(row) != len(t.Columns) || d.InputOffset() != int64(len(line))-1 || line[len(line)-1] != '\n' {
			return nil, fmt.Errorf("%w: a row of %s has another form", ErrDamaged, t.Name)
		}
		for i, c := range t.Columns {
			if row[i], err = parseValue(row[i], c.Type); err != nil {
				return nil, fmt.Errorf("%w: %s.%s: %v", ErrDamaged, t.Name, c.Name, err)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseValue(v any, kind string) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch v := v.(type) {
	case json.Number:
		if kind == "integer" {
			return strconv.ParseInt(v.String(), 10, 64)
		}
	case string:
		switch kind {
		case "text":
			return v, nil
		case "blob":
			return base64.StdEncoding.Strict().DecodeString(v)
		}
	}
	return nil, fmt.Errorf("not of the type %s", kind)
}
