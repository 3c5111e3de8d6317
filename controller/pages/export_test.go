package pages

import "github.com/facelatch/facelatch/controller/acts"

// Route is an address, for tests.
type Route struct {
	Pattern    string
	Act        acts.Act
	Open, JSON bool
}

// Routes returns every address of the pages.
func Routes() (all []Route) {
	for _, r := range routes() {
		all = append(all, Route{r.pattern, r.act, r.open, r.json})
	}
	return all
}

// Keys returns all keys of the texts.
func (o *Office) Keys() []string { return o.book.Keys() }

// TroubleKeys are those of all troubles.
func TroubleKeys() (keys []string) {
	for _, t := range troubles() {
		keys = append(keys, t.key)
	}
	return append(keys, "wait", "large", "broken")
}
