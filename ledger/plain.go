package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Plain returns the report in plain words, lines of text.
func (r Report) Plain() string {
	var b strings.Builder
	r.verdict(&b)
	fmt.Fprintf(&b, "\nledger      %s\nentries     %d%s\n", r.Origin, r.Size, r.since())
	fmt.Fprintf(&b, "            %d acts about the site, in clear\n", r.Acts)
	fmt.Fprintf(&b, "            %d commitments: acts about persons, and padding\n", r.Commitments)
	fmt.Fprintf(&b, "root        %s\nkey         %s\n", r.Root, r.Key)
	if len(r.Witnesses) > 0 {
		fmt.Fprintf(&b, "witnesses   %s\n", strings.Join(r.Witnesses, ", "))
	}
	for _, month := range r.months() {
		fmt.Fprintf(&b, "\n%s\n", month)
		for _, act := range slices.Sorted(maps.Keys(r.Months[month])) {
			fmt.Fprintf(&b, "  %6d  %s\n", r.Months[month][act], act)
		}
	}
	r.claims(&b)
	return b.String()
}

func (r Report) since() string {
	if r.Before == nil {
		return ", all of them read"
	}
	return fmt.Sprintf(", %d of them since the last audit", r.Size-min(*r.Before, r.Size))
}

func (r Report) verdict(b *strings.Builder) {
	if r.Consistent {
		b.WriteString("consistent: nothing that was in the ledger has been changed or taken out\n")
		return
	}
	b.WriteString("NOT CONSISTENT\n")
	for _, p := range r.Problems {
		fmt.Fprintf(b, "  %s: %s\n", p.Kind, oneLine(p.Text))
		for i, e := range p.Evidence {
			fmt.Fprintf(b, "    signed, %s:\n", [...]string{"then", "now"}[min(i, 1)])
			for line := range strings.Lines(e) {
				fmt.Fprintf(b, "      %s\n", oneLine(line))
			}
		}
	}
	if r.More > 0 {
		fmt.Fprintf(b, "  and %d more\n", r.More)
	}
}

func (r Report) claims(b *strings.Builder) {
	if len(r.Claims) > 0 {
		b.WriteString("\nwhat you were given\n")
	}
	for _, f := range r.Claims {
		place := "not found"
		if f.Index != nil {
			place = fmt.Sprintf("entry %d", *f.Index)
		}
		fmt.Fprintf(b, "  %s: %s: %s", oneLine(f.From), place, oneLine(f.Act))
		if f.Why != "" {
			fmt.Fprintf(b, " (%s)", f.Why)
		}
		b.WriteByte('\n')
	}
	if p := r.Passes; p != nil {
		fmt.Fprintf(b, "\npasses      %d issued, %d of them ended: %d are good\n", p.Issued, p.Ended, p.Issued-p.Ended)
		if p.Valid != nil {
			fmt.Fprintf(b, "            %d places of the status lists are valid\n", *p.Valid)
		}
	}
}

// oneLine keeps what somebody else wrote from writing lines of its own, or
// steering a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if deceives(r) {
			return ' '
		}
		return r
	}, strings.TrimRight(s, "\r\n"))
}
