package gather

import (
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
)

// The acts of a site are what facts are gathered from.
var (
	_ House         = (*acts.Acts)(nil)
	_ public.Source = (*Source)(nil)
)
