package report

import (
	"bytes"
	"fmt"
	"html/template"
)

const pageText = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ccc; overflow-wrap: break-word }
figure { margin: 1rem 0 } figure svg { max-width: 100%; height: auto } figcaption { font-size: .9rem }
.wide { overflow-x: auto }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
{{range .Sections}}<section>
<h2>{{.Heading}}</h2>
{{range .Text}}<p>{{.}}</p>
{{end}}{{range .Tables}}<div class="wide" tabindex="0"><table>
<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
{{end}}{{range .Drawn}}<figure>{{.SVG}}<figcaption>{{.Caption}}</figcaption></figure>
{{end}}</section>
{{end}}<section>
<h2>What made this</h2>
<div class="wide" tabindex="0"><table><tbody>{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody></table></div>
</section>
</body>
</html>
`

// drawn is a plot as it stands in the page.
type drawn struct {
	SVG     template.HTML
	Caption string
}

// shownSection is a section with its plots drawn.
type shownSection struct {
	Section
	Drawn []drawn
}

// HTML is the report as one page.
func (r Report) HTML() ([]byte, error) {
	form, err := template.New("report").Parse(pageText)
	if err != nil {
		return nil, err
	}
	page := struct {
		Title    string
		Sections []shownSection
		Rows     [][]string
	}{Title: r.Title, Rows: r.madeRows()}
	for _, s := range r.Sections {
		shown := shownSection{Section: s}
		for _, p := range s.Plots {
			svg, err := p.svg()
			if err != nil {
				return nil, fmt.Errorf("draw %q: %w", p.Caption, err)
			}
			// The library escapes texts, and draws nothing but paths beside them.
			shown.Drawn = append(shown.Drawn, drawn{template.HTML(svg), p.Caption})
		}
		page.Sections = append(page.Sections, shown)
	}
	var out bytes.Buffer
	if err := form.Execute(&out, page); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
