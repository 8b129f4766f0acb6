package index

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"yanbao/ingest"
	"yanbao/rag/llm"
)

// The file of vectors: a header (magic, version, model), then blocks. A block
// holds vectors of passages of one document; the blocks of a document follow
// each other, documents are in the order of their IDs, passages in that of the
// text. All numbers are little-endian. The manifest has the hash of the file.
//
//	header: magic [8]byte, version uint32, model string
//	block:  document string, count uint32, dim uint32,
//	        count × { passage ID string, text [16]byte }, count × dim × float32
//	string: length uint32, bytes
const vectorsMagic = "YBVECTOR"

// Limits against reading garbage as lengths.
const (
	blockSize  = 1024    // passages in a block, at most
	maxDim     = 1 << 16 // components
	maxNameLen = 1 << 16 // bytes of a string
)

// textSum identifies what was embedded: a vector is used again for a passage
// only if the embedded text is the same.
type textSum [16]byte

func sumText(p *ingest.Passage) textSum {
	sum := sha256.Sum256([]byte(embedText(p)))
	return textSum(sum[:16])
}

// block is a run of vectors of one document.
type block struct {
	document string
	ids      []string
	sums     []textSum
	vectors  []llm.Vector
	passages []*ingest.Passage // nil in a block read from disk
}

// add appends a passage, with its vector or nil.
func (b *block) add(p *ingest.Passage, sum textSum, v llm.Vector) {
	b.ids = append(b.ids, p.ID)
	b.sums = append(b.sums, sum)
	b.vectors = append(b.vectors, v)
	b.passages = append(b.passages, p)
}

// vectorsWriter writes a file of vectors.
type vectorsWriter struct {
	buffer *bufio.Writer
	sum    *sumWriter
	dim    int // of the vectors written so far
	count  int
}

func newVectorsWriter(w io.Writer, model string) (*vectorsWriter, error) {
	sum := newSumWriter(w)
	v := &vectorsWriter{buffer: bufio.NewWriterSize(sum, 1<<16), sum: sum}
	head := append([]byte(vectorsMagic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(head[8:], schemaVersion)
	_, err := v.buffer.Write(appendString(head, model))
	return v, err
}

// write adds a block. All vectors of a file have one length.
func (v *vectorsWriter) write(b *block) error {
	if len(b.ids) == 0 {
		return nil
	}
	dim := len(b.vectors[0])
	if v.dim == 0 {
		v.dim = dim
	}
	data := appendString(nil, b.document)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(b.ids)))
	data = binary.LittleEndian.AppendUint32(data, uint32(dim))
	for i, id := range b.ids {
		data = append(appendString(data, id), b.sums[i][:]...)
	}
	for i, vector := range b.vectors {
		if len(vector) != v.dim || dim > maxDim {
			return fmt.Errorf("index: vector of passage %s has %d components, others have %d", b.ids[i], len(vector), v.dim)
		}
		for _, x := range vector {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
	}
	v.count += len(b.ids)
	_, err := v.buffer.Write(data)
	return err
}

// finish writes what is buffered and returns the sum of the file.
func (v *vectorsWriter) finish() (fileSum, error) {
	err := v.buffer.Flush()
	return v.sum.sum(), err
}

func appendString(data []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(data, uint32(len(s))), s...)
}

// vectorsReader reads a file of vectors block by block.
type vectorsReader struct {
	file   io.Closer
	buffer *bufio.Reader
	sum    *sumWriter
	want   fileSum
	next   *block // read ahead, nil at the end
}

// errVectors is the cause where the form of the file is wrong.
var errVectors = errors.New("file of vectors cannot be read")

// openVectors opens the file of vectors of a generation. Its hash is checked
// by close: until then nothing read from it may be relied on.
func openVectors(name string, want fileSum) (*vectorsReader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := readVectors(f, want)
	if err != nil {
		f.Close()
	}
	return r, err
}

// readVectors reads the header and the first block.
func readVectors(f io.ReadCloser, want fileSum) (*vectorsReader, error) {
	sum := newSumWriter(io.Discard)
	r := &vectorsReader{file: f, sum: sum, want: want, buffer: bufio.NewReaderSize(io.TeeReader(f, sum), 1<<16)}
	return r, r.header()
}

func (r *vectorsReader) header() error {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r.buffer, head); err != nil || !bytes.HasPrefix(head, []byte(vectorsMagic)) {
		return errVectors
	}
	if binary.LittleEndian.Uint32(head[8:]) != schemaVersion {
		return errVectors
	}
	if _, err := r.string(); err != nil {
		return err
	}
	return r.advance()
}

// take returns the next block if it belongs to document, else nil.
func (r *vectorsReader) take(document string) (*block, error) {
	b := r.next
	if b == nil || b.document != document {
		return nil, nil
	}
	return b, r.advance()
}

// skip drops blocks of documents before the given one.
func (r *vectorsReader) skip(document string) error {
	for r.next != nil && r.next.document < document {
		if err := r.advance(); err != nil {
			return err
		}
	}
	return nil
}

// close reads the rest of the file, checks its hash and closes it.
func (r *vectorsReader) close() error {
	_, err := io.Copy(io.Discard, r.buffer)
	if err == nil && r.sum.sum() != r.want {
		err = errAltered
	}
	return errors.Join(err, r.file.Close())
}

// advance reads the next block.
func (r *vectorsReader) advance() error {
	r.next = nil
	if _, err := r.buffer.Peek(1); err == io.EOF {
		return nil
	}
	b := &block{}
	var err error
	if b.document, err = r.string(); err != nil {
		return err
	}
	count, err := r.number(blockSize)
	if err != nil {
		return err
	}
	dim, err := r.number(maxDim)
	if err != nil {
		return err
	}
	b.ids, b.sums, b.vectors = make([]string, count), make([]textSum, count), make([]llm.Vector, count)
	for i := range b.ids {
		if b.ids[i], err = r.string(); err != nil {
			return err
		}
		if _, err = io.ReadFull(r.buffer, b.sums[i][:]); err != nil {
			return errVectors
		}
	}
	raw := make([]byte, 4*dim)
	for i := range b.vectors {
		if _, err = io.ReadFull(r.buffer, raw); err != nil {
			return errVectors
		}
		vector := make(llm.Vector, dim)
		for j := range vector {
			vector[j] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:]))
		}
		b.vectors[i] = vector
	}
	r.next = b
	return nil
}

func (r *vectorsReader) number(limit uint32) (int, error) {
	var raw [4]byte
	if _, err := io.ReadFull(r.buffer, raw[:]); err != nil {
		return 0, errVectors
	}
	n := binary.LittleEndian.Uint32(raw[:])
	if n > limit {
		return 0, errVectors
	}
	return int(n), nil
}

func (r *vectorsReader) string() (string, error) {
	n, err := r.number(maxNameLen)
	if err != nil {
		return "", err
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r.buffer, raw); err != nil {
		return "", errVectors
	}
	return string(raw), nil
}
