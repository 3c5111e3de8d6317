package browsertest

import (
	"net/http/httptest"
	"testing"

	"github.com/facelatch/facelatch/web"
)

// TestHelpPage looks at the page that says how to trust a site's authority.
func TestHelpPage(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	server := httptest.NewServer(web.Serve(web.CertificateHelp()))
	defer server.Close()
	run(t, "help.mjs", map[string]any{"base": server.URL, "shots": shots(t), "executable": executable})
}
