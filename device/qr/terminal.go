package qr

import "strings"

// Terminal draws the code with its quiet zone for a terminal: two rows of
// modules in a line of half blocks, black on white whatever the colours there
// are.
func (c *Code) Terminal() string {
	var out strings.Builder
	for y := -QuietZone; y < c.Size()+QuietZone; y += 2 {
		out.WriteString("\x1b[30;107m") // black on bright white
		for x := -QuietZone; x < c.Size()+QuietZone; x++ {
			out.WriteString(halfBlock(c.Dark(x, y), c.Dark(x, y+1)))
		}
		out.WriteString("\x1b[0m\n")
	}
	return out.String()
}

func halfBlock(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
