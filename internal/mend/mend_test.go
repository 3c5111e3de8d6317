package mend

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// put appends a field of bytes: its key, its length, then the parts.
func put(number int, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	b := binary.AppendUvarint(nil, uint64(number)<<3|wireBytes)
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

func number(field int, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(field)<<3|wireVarint), value)
}

func floats(values ...float32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// The subnormal, the tiny and the good weight that the models below hold.
const (
	subnormal = 1e-40
	tiny      = -9e-21
	good      = 0.5
)

// tensor returns a float TensorProto with its data in raw_data.
func tensor(values ...float32) []byte {
	return bytes.Join([][]byte{number(1, uint64(len(values))), number(2, 1), put(9, floats(values...))}, nil)
}

func model(graph ...[]byte) []byte {
	return append(number(1, 7), put(7, graph...)...)
}

func TestMend(t *testing.T) {
	three := tensor(subnormal, good, tiny)
	loneFloat := append([]byte{4<<3 | wireFixed32}, floats(tiny)...)
	tests := []struct {
		name  string
		model []byte
		want  int
	}{
		{"an initializer", model(put(5, three)), 2},
		{"two", model(put(5, three), put(5, three)), 4},
		{"type after the data", model(put(5, put(9, floats(tiny)), number(2, 1))), 1},
		{"packed float_data", model(put(5, number(2, 1), put(4, floats(tiny, good)))), 1},
		{"a lone float", model(put(5, number(2, 1), loneFloat)), 1},
		{"a constant node", model(put(1, put(5, put(5, three)))), 2},
		{"a list of tensors", model(put(1, put(5, put(10, three), put(10, three)))), 4},
		{"a nested graph", model(put(1, put(5, put(6, put(5, three))))), 2},
		{"a function", append(model(), put(25, put(7, put(5, put(5, three))))...), 2},
		{"another type", model(put(5, number(2, 7), put(9, floats(tiny)))), 0},
		{"zero, infinite and no number", model(put(5, tensor(0, float32(math.Inf(-1)), float32(math.NaN())))), 0},
		{"the bound itself", model(put(5, tensor(Smallest))), 0},
		{"no weights", model(), 0},
	}
	for _, test := range tests {
		before := bytes.Clone(test.model)
		mended, n, err := Mend(test.model)
		if err != nil || n != test.want {
			t.Errorf("%s: %d weights, error %v, want %d", test.name, n, err, test.want)
			continue
		}
		if !bytes.Equal(before, test.model) {
			t.Errorf("%s: the argument was changed", test.name)
		}
		checkInvariant(t, test.model)
		if test.want == 0 && !bytes.Equal(mended, test.model) {
			t.Errorf("%s: changed, though no weight was tiny", test.name)
		}
	}
}

func TestMendRefuses(t *testing.T) {
	deep := put(5, tensor(tiny))
	for range maxDepth + 2 {
		deep = put(1, put(5, put(6, deep)))
	}
	for name, data := range map[string][]byte{
		"nothing":                     nil,
		"no graph":                    number(1, 7),
		"a cut key":                   {0x80},
		"field zero":                  {0, 0},
		"a group":                     {7<<3 | 3},
		"a cut varint":                {1 << 3, 0x80},
		"a cut length":                {7<<3 | 2, 0xff},
		"a length past the end":       {7<<3 | 2, 5, 0},
		"an immense length":           {7<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a cut fixed32":               {1<<3 | 5, 0},
		"a graph that is a number":    number(7, 1),
		"five bytes of floats":        model(put(5, number(2, 1), put(9, make([]byte, 5)))),
		"data that is a number":       model(put(5, number(2, 1), number(9, 4))),
		"weights in another file":     model(put(5, number(2, 1), number(14, 1))),
		"the name of another file":    model(put(5, put(13, []byte("x")))),
		"graphs nested without bound": model(deep),
	} {
		mended, n, err := Mend(data)
		if !errors.Is(err, ErrMalformed) || mended != nil || n != 0 {
			t.Errorf("%s: %d bytes, %d weights, error %v", name, len(mended), n, err)
		}
	}
}

// TestMendInstalled checks the models that make setup mended: nothing is left to do.
func TestMendInstalled(t *testing.T) {
	dir := home.Dir(testenv.Home(t))
	for _, m := range models.Default().Models {
		data, err := dir.Model(m)
		if err != nil {
			t.Fatal(err)
		}
		if mended, n, err := Mend(data); err != nil || n != 0 || !bytes.Equal(mended, data) {
			t.Errorf("%s: %d weights left, error %v", m.File, n, err)
		}
	}
}

// FuzzMend asserts that an error comes with nothing, and that otherwise the
// length stays, only weights change, and mending again changes nothing.
func FuzzMend(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) { checkInvariant(t, data) })
}

func checkInvariant(t *testing.T, data []byte) {
	t.Helper()
	mended, n, err := Mend(data)
	if err != nil {
		if mended != nil || n != 0 || !errors.Is(err, ErrMalformed) {
			t.Fatalf("%d bytes and %d weights beside error %v", len(mended), n, err)
		}
		return
	}
	if len(mended) != len(data) {
		t.Fatalf("%d bytes became %d", len(data), len(mended))
	}
	changed := 0
	for i := range data {
		if mended[i] != data[i] {
			changed++
			if mended[i] != 0 {
				t.Fatalf("byte %d became %#x, not zero", i, mended[i])
			}
		}
	}
	if changed > 4*n || (n > 0) != (changed > 0) {
		t.Fatalf("%d weights, yet %d bytes changed", n, changed)
	}
	again, n, err := Mend(mended)
	if err != nil || n != 0 || !bytes.Equal(again, mended) {
		t.Fatalf("the second time: %d weights, error %v", n, err)
	}
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzMend") }
