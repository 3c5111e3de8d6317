package card

import "github.com/facelatch/facelatch/internal/typeset"

const (
	pageWidth  = 210.0 // of A4
	pageHeight = 297.0
	perSheet   = 4
	sheetGap   = 9.0
	sheetX     = (pageWidth - 2*Width) / 2
	sheetY     = (pageHeight-perSheet*Height-(perSheet-1)*sheetGap)/2 + 4
)

// sheets puts four cards on each page, front and back side by side.
func (p *printer) sheets(cards []Card) {
	for i := range cards {
		if i%perSheet == 0 {
			p.doc.AddPage(typeset.A4())
			p.instruction()
		}
		y := sheetY + float64(i%perSheet)*(Height+sheetGap)
		p.front(&cards[i], sheetX, y)
		p.back(&cards[i], sheetX+Width, y)
		p.marks(sheetX, y)
	}
}

func (p *printer) instruction() {
	col := &column{doc: p.doc, x: sheetX, y: 10, width: 2 * Width}
	col.put("Print at 100 %. Cut along the corner marks, then fold at the dotted line.", style(10, false, ink), 1)
	col.put("请按 100 % 比例打印，沿四角标记裁下，再沿虚线对折。", style(10, false, ink), 1)
}

// marks shows where to cut, outside of the corners, and where to fold.
func (p *printer) marks(x, y float64) {
	const off, length, line = 1.0, 3.0, 0.15
	for _, cx := range []float64{x, x + 2*Width} {
		for _, cy := range []float64{y, y + Height} {
			outX, outY := -1.0, -1.0
			if cx > x {
				outX = 1
			}
			if cy > y {
				outY = 1
			}
			p.doc.Rule(dim, line, cx+outX*off, cy, cx+outX*(off+length), cy)
			p.doc.Rule(dim, line, cx, cy+outY*off, cx, cy+outY*(off+length))
		}
	}
	fold := x + Width
	for _, span := range [][2]float64{{y - off - length, y - off}, {y + Height + off, y + Height + off + length}, {y, y + Height}} {
		p.doc.Rule(dim, line, fold, span[0], fold, span[1], 0.6, 0.8)
	}
}
