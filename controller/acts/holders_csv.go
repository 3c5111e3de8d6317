package acts

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/internal/store"
)

// columns are those of a CSV file of holders, in the order of an export.
func columns() []string { return []string{"label", "contact", "under14", "guardian"} }

const (
	// maxImportBytes is how large a file may be.
	maxImportBytes = 8 << 20
	// importBatch is how many holders are recorded and added at once.
	importBatch = 100
	// byteOrderMark stands before the text, so that spreadsheets read it as UTF-8.
	byteOrderMark = "\ufeff"
)

// ImportHolders adds holders from CSV (RFC 4180, UTF-8), whose first line names
// its columns: label, and any of contact, under14 (yes or no) and guardian. Lines
// that cannot be taken are reported, and the others are added; progress, which may
// be nil, is told about them. It fails with [ErrForbidden], with [ErrInvalid] for
// a file that cannot be read at all, and with [ErrLedger] and [ErrUnavailable]: the
// report says how many were added before.
func (a *Acts) ImportHolders(ctx context.Context, actor Actor, r io.Reader, progress func(done, total int)) (ImportReport, error) {
	if err := actor.may(ActHolderImport); err != nil {
		return ImportReport{}, err
	}
	inputs, report, err := readHolders(r)
	if err != nil {
		return ImportReport{}, err
	}
	for batch := range slices.Chunk(inputs, importBatch) {
		added, err := a.addHolders(ctx, actor, batch)
		if err != nil {
			return report, err
		}
		if report.Added += len(added); progress != nil {
			progress(report.Added, len(inputs))
		}
	}
	return report, nil
}

// readHolders reads a whole file, so that one that cannot be read adds nobody.
func readHolders(r io.Reader) (good []HolderInput, report ImportReport, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxImportBytes+1))
	if err != nil {
		return nil, report, err
	}
	if len(data) > maxImportBytes {
		return nil, report, invalid("file", "has more than %d bytes", maxImportBytes)
	}
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte(byteOrderMark))))
	lines.FieldsPerRecord = -1
	header, err := lines.Read()
	if err != nil {
		return nil, report, invalid("file", "is not CSV with a first line that names its columns")
	}
	if header, err = checkHeader(header); err != nil {
		return nil, report, err
	}
	for n := 0; ; n++ {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return good, report, nil
		}
		if n >= MaxImport {
			return nil, ImportReport{}, invalid("file", "has more than %d lines", MaxImport)
		}
		if err != nil {
			return nil, ImportReport{}, csvError(err)
		}
		number, _ := lines.FieldPos(0)
		in, err := holderIn(header, cells)
		if err == nil {
			good = append(good, in)
			continue
		}
		report.refuse(number, err)
	}
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return invalid("file", "is not CSV from line %d on: %v", parse.Line, parse.Err)
	}
	return err
}

func (r *ImportReport) refuse(number int, err error) {
	r.Refused++
	if len(r.Lines) >= MaxReport {
		return
	}
	line := ImportLine{Number: number, Why: err.Error()}
	var bad *Invalid
	if errors.As(err, &bad) {
		line.Field, line.Why = bad.Field, bad.Why
	}
	r.Lines = append(r.Lines, line)
}

func checkHeader(header []string) ([]string, error) {
	var names []string
	for _, cell := range header {
		name := strings.ToLower(strings.TrimSpace(cell))
		if !slices.Contains(columns(), name) || slices.Contains(names, name) {
			return nil, invalid("file", "has columns other than %s, each once", strings.Join(columns(), ", "))
		}
		names = append(names, name)
	}
	if !slices.Contains(names, "label") {
		return nil, invalid("file", "has no column label")
	}
	return names, nil
}

// holderIn reads one line.
func holderIn(header, cells []string) (in HolderInput, err error) {
	if len(cells) != len(header) {
		return in, invalid("", "has %d cells, and the first line %d", len(cells), len(header))
	}
	for i, name := range header {
		cell := fromCell(cells[i])
		switch name {
		case "label":
			in.Label = cell
		case "contact":
			in.Contact = cell
		case "guardian":
			in.GuardianLabel = cell
		case "under14":
			if in.Under14, err = yes(cell); err != nil {
				return in, err
			}
		}
	}
	if in, err = in.check(); err != nil {
		var bad *Invalid
		if errors.As(err, &bad) && bad.Field == "guardian_label" {
			bad.Field = "guardian"
		}
	}
	return in, err
}

func yes(cell string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "yes", "true", "1", "是":
		return true, nil
	case "", "no", "false", "0", "否":
		return false, nil
	}
	return false, invalid("under14", "is neither yes nor no")
}

// formulas begin what a spreadsheet would compute.
const formulas = "=+-@\t\r"

// cell is a text as a spreadsheet shows it and does not compute it: with an
// apostrophe before whatever could be a formula. [fromCell] takes it away.
func cell(text string) string {
	if rest := strings.TrimLeft(text, "'"); rest != "" && strings.ContainsRune(formulas, rune(rest[0])) {
		return "'" + text
	}
	return text
}

func fromCell(text string) string {
	if rest := strings.TrimLeft(text, "'"); rest != "" && rest != text && strings.ContainsRune(formulas, rune(rest[0])) {
		return text[1:]
	}
	return text
}

// ExportHolders writes all holders as CSV that [Acts.ImportHolders] reads, in the
// order of their labels. It fails with [ErrForbidden], and with what w says.
func (a *Acts) ExportHolders(ctx context.Context, actor Actor, w io.Writer) error {
	if err := actor.may(ActHolderExport); err != nil {
		return err
	}
	return writeHolders(w, func(each func(HolderInput) error) error {
		return told(a.with.Store.Read(ctx, func(tx *store.Tx) error {
			return tx.EachHolder(func(h store.HolderRow) error { return each(holderOf(h).HolderInput) })
		}))
	})
}

// writeHolders writes as CSV everybody with whom all calls its argument.
func writeHolders(w io.Writer, all func(func(HolderInput) error) error) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	lines.UseCRLF = true
	if err := lines.Write(columns()); err != nil {
		return err
	}
	err := all(func(h HolderInput) error {
		under14 := "no"
		if h.Under14 {
			under14 = "yes"
		}
		return lines.Write([]string{cell(h.Label), cell(h.Contact), under14, cell(h.GuardianLabel)})
	})
	lines.Flush()
	return errors.Join(err, lines.Error())
}
