package iddoc

// Origin is how something that a document says was come by. It is never a
// statement that the document is genuine: for that see [Evidence.Proof].
type Origin uint8

const (
	// None is the origin of what was not had at all.
	None Origin = 0
	// Typed is what a person typed from the document on the table.
	Typed Origin = 1
	// Print is what was read from a picture of the document.
	Print Origin = 2
	// Chip is what was read from the chip in the document. Nothing here reads
	// chips yet.
	Chip Origin = 3
)

// String returns "none", "typed", "print" or "chip".
func (o Origin) String() string {
	switch o {
	case None:
		return "none"
	case Typed:
		return "typed"
	case Print:
		return "print"
	case Chip:
		return "chip"
	}
	return "unknown"
}

// Proof is what is known about whether a document is genuine.
type Proof uint8

const (
	// Unproved is all that a print and check digits can give: anybody can print,
	// and work out check digits.
	Unproved Proof = 0
	// Signed is for data of a chip that its issuer signed (ICAO Doc 9303-11,
	// passive authentication). A copy of a chip has it too.
	Signed Proof = 1
	// Original is for signed data of a chip that also proved not to be a copy
	// (chip or active authentication).
	Original Proof = 2
)

// String returns "unproved", "signed" or "original".
func (p Proof) String() string {
	switch p {
	case Unproved:
		return "unproved"
	case Signed:
		return "signed"
	case Original:
		return "original"
	}
	return "unknown"
}

// Evidence is what one document gave, and how. The zero value is a document of
// which nothing was had.
type Evidence struct {
	// Lines is how MRZ was come by, None if there is none.
	Lines Origin
	// MRZ is what the lines say, nil if none could be read.
	MRZ *MRZ
	// LinesErr is why there is no MRZ although lines were seen or typed: a
	// [*FieldError] or [ErrLines]. It is nil where none were found.
	LinesErr error
	// Portrait is how the portrait was come by, None if none was found.
	Portrait Origin
	// Documents is how many documents the picture seems to show, 0 where there
	// was no picture.
	Documents int
	// Proof is Unproved unless a chip was read.
	Proof Proof
}
