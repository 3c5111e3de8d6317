package result

import (
	"encoding/json"
	"fmt"
	"slices"
)

// pictured are names of members with which other tokens carry a picture, or how alike
// two faces were. A result never does, so whatever has one is none.
func pictured() []string {
	return []string{"attachments", "picture", "image", "photo", "face_image", "portrait_image", "score", "similarity", "threshold"}
}

// barren fails with [ErrToken] for a body that carries a picture or a score, however
// deep.
func barren(payload []byte) error {
	var body any
	if err := json.Unmarshal(payload, &body); err != nil {
		return fmt.Errorf("%w: its body", ErrToken)
	}
	if name := carried(body); name != "" {
		return fmt.Errorf("%w: it has a member %q", ErrToken, name)
	}
	return nil
}

func carried(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for name, inside := range v {
			if slices.Contains(pictured(), name) {
				return name
			}
			if found := carried(inside); found != "" {
				return found
			}
		}
	case []any:
		for _, inside := range v {
			if found := carried(inside); found != "" {
				return found
			}
		}
	}
	return ""
}
