package mend

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestReadAttributes(t *testing.T) {
	node := put(1, put(1, []byte("input")), put(2, []byte("output")), put(4, []byte("X")),
		put(5, put(1, []byte("float")), append([]byte{2<<3 | wireFixed32}, floats(0.5)...)),
		put(5, put(1, []byte("text")), put(4, []byte("SAME"))),
		put(5, put(1, []byte("packed")), put(8, []byte{3, 4})))
	g, err := Read(model(node, put(11, put(1, []byte("input"))), put(12, put(1, []byte("output")))))
	if err != nil {
		t.Fatal(err)
	}
	n := g.Nodes[0]
	if n.Floats["float"] != 0.5 || !reflect.DeepEqual(n.Others, []string{"text"}) || !reflect.DeepEqual(n.Integers["packed"], []int{3, 4}) {
		t.Errorf("read %+v", n)
	}
}

func TestReadRefuses(t *testing.T) {
	in, out := put(11, put(1, []byte("input"))), put(12, put(1, []byte("output")))
	for name, data := range map[string][]byte{
		"nothing":     nil,
		"no output":   model(in),
		"no input":    model(out),
		"two inputs":  model(in, put(11, put(1, []byte("second"))), out),
		"two outputs": model(in, out, out),
		"two graphs":  bytes.Join([][]byte{model(in, out), model(in, out)}, nil),
		"bad numbers": model(in, out, put(1, put(5, put(8, []byte{0x80})))),
	} {
		if g, err := Read(data); g != nil || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
