package tflite

import "encoding/binary"

// reader reads a FlatBuffers file: tables of optional fields, reached through
// relative offsets (https://flatbuffers.dev/internals). Everything it reads
// lies inside data: the first read that would not sets bad, and every read
// from then on returns zero, so that callers check once at the end.
type reader struct {
	data []byte
	bad  bool
}

// table is a place in the file where a table starts; zero is no table, because
// the file's header stands there.
type table uint32

// span is the elements of a vector.
type span struct{ start, length uint32 }

// bytes returns n bytes of the file, or nil and sets bad.
func (r *reader) bytes(at, n uint64) []byte {
	if r.bad || at > uint64(len(r.data)) || n > uint64(len(r.data))-at {
		r.bad = true
		return nil
	}
	return r.data[at : at+n]
}

func (r *reader) uint32(at uint64) uint32 {
	if b := r.bytes(at, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint16(at uint64) uint16 {
	if b := r.bytes(at, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// root is the file's outermost table.
func (r *reader) root() table { return r.follow(0) }

// follow goes to where the offset at a place points. Offsets are never zero
// and point forward, so that following them ends.
func (r *reader) follow(at uint64) table {
	offset := r.uint32(at)
	target := at + uint64(offset)
	if offset == 0 || target >= uint64(len(r.data)) {
		r.bad = true
		return 0
	}
	return table(target)
}

// field returns the place of a table's field, or 0 if the table leaves it out.
func (r *reader) field(t table, index int) uint64 {
	if t == 0 {
		return 0
	}
	// A table starts with the signed distance back to its list of fields.
	fields := int64(t) - int64(int32(r.uint32(uint64(t))))
	if fields < 0 {
		r.bad = true
		return 0
	}
	entry := uint64(4 + 2*index)
	if entry+2 > uint64(r.uint16(uint64(fields))) {
		return 0
	}
	offset := r.uint16(uint64(fields) + entry)
	if offset == 0 || r.bad {
		return 0
	}
	return uint64(t) + uint64(offset)
}

// table returns a field that is a table, or 0 if it is left out.
func (r *reader) table(t table, index int) table {
	at := r.field(t, index)
	if at == 0 {
		return 0
	}
	return r.follow(at)
}

// integer returns a 32-bit field, or other if it is left out.
func (r *reader) integer(t table, index int, other int32) int32 {
	at := r.field(t, index)
	if at == 0 {
		return other
	}
	return int32(r.uint32(at))
}

// small returns an 8-bit field, or 0 if it is left out.
func (r *reader) small(t table, index int) int {
	at := r.field(t, index)
	if at == 0 {
		return 0
	}
	if b := r.bytes(at, 1); b != nil {
		return int(b[0])
	}
	return 0
}

// vector returns the elements of a field that is a vector of elements of size
// bytes each; a field that is left out has none.
func (r *reader) vector(t table, index, size int) span {
	start := r.table(t, index)
	if start == 0 {
		return span{}
	}
	length := r.uint32(uint64(start))
	if r.bytes(uint64(start)+4, uint64(length)*uint64(size)) == nil {
		return span{}
	}
	return span{start: uint32(start) + 4, length: length}
}

// tables returns the tables that a vector of at most limit offsets points to.
func (r *reader) tables(t table, index int, limit uint32) []table {
	v := r.vector(t, index, 4)
	if v.length > limit {
		r.bad = true
		return nil
	}
	list := make([]table, v.length)
	for i := range list {
		list[i] = r.follow(uint64(v.start) + 4*uint64(i))
	}
	return list
}

// integers returns a vector of at most limit 32-bit integers.
func (r *reader) integers(t table, index int, limit uint32) []int {
	v := r.vector(t, index, 4)
	if v.length > limit {
		r.bad = true
		return nil
	}
	list := make([]int, v.length)
	for i := range list {
		list[i] = int(int32(r.uint32(uint64(v.start) + 4*uint64(i))))
	}
	return list
}
