package result

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of what a result says, of either format
// with all of its claims shown.
func Schema() []byte { return append([]byte(nil), schema...) }
