package issue

// What tests of this package's inside need.
var (
	Lint  = lint
	Rules = rules
)

// Names returns the names of rules.
func Names(all []rule) (names []string) {
	for _, r := range all {
		names = append(names, r.name)
	}
	return names
}
