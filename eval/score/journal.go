package score

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
)

// ErrOther means that a file of scores belongs to another run.
var ErrOther = errors.New("these scores are of other photographs, models or comparisons: remove them, or name another folder")

// Score is the outcome of one comparison; NaN where a photograph was absent.
type Score struct{ Encoded, Plain float32 }

// Absent is the score of a comparison that was not made.
func Absent() Score { return Score{float32(math.NaN()), float32(math.NaN())} }

// Failed is the score of a comparison with a failure to acquire: it matches at
// no threshold.
const Failed = -2

// Journal is the file of scores. Chunks are appended whole, each with a check
// sum; what a crash left half written is cut off when it is opened.
type Journal struct {
	file *os.File
	id   [32]byte
	ends []int64 // where each chunk ends
}

// Open opens or makes the file of a run, whose id is a hash of all that its
// scores depend on. It fails with [ErrOther] for another run's.
func Open(path string, id [32]byte) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, id: id}
	if err := j.load(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// load reads how far the file is good.
func (j *Journal) load() error {
	var head [32]byte
	n, err := io.ReadFull(j.file, head[:])
	switch {
	case n < len(head) && (err == io.EOF || err == io.ErrUnexpectedEOF):
		if _, err := j.file.WriteAt(j.id[:], 0); err != nil {
			return err
		}
		return j.file.Truncate(int64(len(head)))
	case err != nil:
		return err
	case head != j.id:
		return ErrOther
	}
	in := bufio.NewReader(j.file)
	for end := int64(len(head)); ; {
		data, err := frame(in)
		if err != nil {
			return j.file.Truncate(end)
		}
		end += int64(len(data)) + frameHead
		j.ends = append(j.ends, end)
	}
}

const frameHead = 8 // length and check sum

var errFrame = errors.New("score: not a whole chunk")

// frame reads one chunk.
func frame(in io.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	var data bytes.Buffer
	size := int64(binary.LittleEndian.Uint32(head[:]))
	if n, err := io.CopyN(&data, in, size); n != size {
		return nil, errors.Join(errFrame, err)
	}
	if crc32.ChecksumIEEE(data.Bytes()) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errFrame
	}
	return data.Bytes(), nil
}

// Chunks is how many are done.
func (j *Journal) Chunks() int { return len(j.ends) }

// chunk is what is written of one: its scores, and the photographs that it was
// the first to read.
type chunk struct {
	Scores []Score
	Names  []int32
	Read   []Photograph
}

// append writes a chunk. After an error the file ends where it did before.
func (j *Journal) append(c chunk) error {
	var body bytes.Buffer
	for _, part := range []any{int32(len(c.Scores)), int32(len(c.Names)), c.Scores, c.Names, c.Read} {
		if err := binary.Write(&body, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return j.write(body.Bytes())
}

// write appends a frame.
func (j *Journal) write(body []byte) error {
	start := int64(len(j.id))
	if n := len(j.ends); n > 0 {
		start = j.ends[n-1]
	}
	data := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	data = binary.LittleEndian.AppendUint32(data, crc32.ChecksumIEEE(body))
	data = append(data, body...)
	if _, err := j.file.WriteAt(data, start); err != nil {
		return errors.Join(fmt.Errorf("keep scores: %w", err), j.file.Truncate(start))
	}
	j.ends = append(j.ends, start+int64(len(data)))
	return nil
}

// each reads the chunks that are done, in order, until stop says so.
func (j *Journal) each(yield func(chunk) bool) error {
	in := bufio.NewReaderSize(io.NewSectionReader(j.file, int64(len(j.id)), 1<<62), 1<<16)
	for range j.ends {
		data, err := frame(in)
		if err != nil {
			return err
		}
		c, err := parse(data)
		if err != nil {
			return err
		}
		if !yield(c) {
			return nil
		}
	}
	return nil
}

// parse reads a chunk; the check sum was right, so only another program's is wrong.
func parse(data []byte) (c chunk, err error) {
	var scores, names int32
	in := bytes.NewReader(data)
	err = errors.Join(binary.Read(in, binary.LittleEndian, &scores), binary.Read(in, binary.LittleEndian, &names))
	if err != nil || scores < 0 || names < 0 || int64(scores)*8+int64(names)*int64(4+binary.Size(Photograph{})) != int64(in.Len()) {
		return chunk{}, errFrame
	}
	c = chunk{make([]Score, scores), make([]int32, names), make([]Photograph, names)}
	return c, errors.Join(binary.Read(in, binary.LittleEndian, c.Scores), binary.Read(in, binary.LittleEndian, c.Names), binary.Read(in, binary.LittleEndian, c.Read))
}

// Close closes the file and leaves it for the next time.
func (j *Journal) Close() error { return j.file.Close() }

// Remove closes and removes it.
func (j *Journal) Remove() error { return errors.Join(j.file.Close(), os.Remove(j.file.Name())) }
