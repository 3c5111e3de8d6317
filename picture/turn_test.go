package picture

import "testing"

func TestTurned(t *testing.T) {
	p := &Picture{W: 3, H: 2, Scale: 1}
	for c := range []byte("abcdef") {
		p.Pix = append(p.Pix, 'a'+byte(c), 0, 1)
	}
	for quarters, want := range map[int]string{0: "abc def", 1: "da eb fc", 2: "fed cba", 3: "cf be ad", 4: "abc def", -1: "cf be ad"} {
		out := p.Turned(quarters)
		got := ""
		for i := range out.W * out.H {
			if i > 0 && i%out.W == 0 {
				got += " "
			}
			got += string(out.Pix[3*i])
		}
		if got != want || out.Pix[2] != 1 {
			t.Errorf("%d quarters: %q, want %q", quarters, got, want)
		}
	}
}
