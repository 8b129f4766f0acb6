package vectorcache

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"yanbao/rag/llm"
)

// The file: a header, then records in the order in which they came. All
// numbers are little-endian. Records are only ever added, under a lock; one
// that was not written to its end is cut off by whoever adds the next.
//
//	header: magic [8]byte, length of the model's name uint32, the name
//	record: key [16]byte, dim uint32, dim × float32, CRC-32C of these uint32
const magic = "YBEMBED1"

// Limits, in bytes and components.
const (
	mostFile = 4 << 30 // nothing is added to a file of this size
	mostDim  = 1 << 16
)

// key identifies a text.
type key [16]byte

func keyOf(text string) key {
	sum := sha256.Sum256([]byte(text))
	return key(sum[:16])
}

type record struct {
	key    key
	vector llm.Vector
}

// place is where the components of a vector are.
type place struct {
	at  int64
	dim int
}

// file is what is known of the file so far.
type file struct {
	name   string
	model  string
	places map[key]place
	end    int64 // of the last whole record, 0 before the header is read
}

func (f *file) header() []byte {
	head := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(f.model)))
	return append(head, f.model...)
}

// refresh reads what was added since the last time, by this process or another.
func (f *file) refresh() error {
	in, err := os.Open(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		f.places, f.end = nil, 0
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if info.Size() < f.end { // another file has taken its place
		f.places, f.end = nil, 0
	}
	if info.Size() == f.end {
		return nil
	}
	if f.end == 0 {
		head := make([]byte, len(f.header()))
		if _, err := io.ReadFull(in, head); err != nil || !bytes.Equal(head, f.header()) {
			return nil // not of this model, or not whole: made anew with the next vector
		}
		f.places, f.end = map[key]place{}, int64(len(head))
	}
	if _, err := in.Seek(f.end, io.SeekStart); err != nil {
		return err
	}
	return f.scan(in)
}

// scan notes the whole records from f.end on.
func (f *file) scan(in io.Reader) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	var body []byte
	for {
		head, err := reader.Peek(20)
		if err != nil {
			return ended(err)
		}
		dim := binary.LittleEndian.Uint32(head[16:])
		if dim == 0 || dim > mostDim {
			return nil
		}
		size := 20 + 4*int(dim) + 4
		body = slices.Grow(body[:0], size)[:size]
		if _, err := io.ReadFull(reader, body); err != nil {
			return ended(err)
		}
		if crc32.Checksum(body[:size-4], castagnoli()) != binary.LittleEndian.Uint32(body[size-4:]) {
			return nil
		}
		f.places[key(body[:16])] = place{f.end + 20, int(dim)}
		f.end += int64(size)
	}
}

// ended takes the end of the file for no error, also within a record.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// read returns the vectors that are there.
func (f *file) read(keys []key) (map[key]llm.Vector, error) {
	known := make(map[key]llm.Vector, len(keys))
	if len(f.places) == 0 {
		return known, nil
	}
	in, err := os.Open(f.name)
	if err != nil {
		return known, err
	}
	defer in.Close()
	for _, k := range keys {
		p, ok := f.places[k]
		if !ok || known[k] != nil {
			continue
		}
		raw := make([]byte, 4*p.dim)
		if _, err := in.ReadAt(raw, p.at); err != nil {
			return known, err
		}
		v := make(llm.Vector, p.dim)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		known[k] = v
	}
	return known, nil
}

// lockPatience is how long to wait for another process that adds records.
const lockPatience = 5 * time.Second

// append adds records after those that are there by now.
func (f *file) append(ctx context.Context, records []record) (err error) {
	if err := os.MkdirAll(filepath.Dir(f.name), 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	lock := flock.New(f.name + ".lock")
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); !ok || err != nil {
		return errors.Join(errors.New("another process holds the file"), err)
	}
	defer lock.Unlock()
	if err := f.refresh(); err != nil {
		return err
	}
	out, err := os.OpenFile(f.name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := out.Truncate(f.end); err != nil { // what was not written to its end
		return err
	}
	var data []byte
	if f.end == 0 {
		data = f.header()
	}
	for _, r := range records {
		start := len(data)
		data = append(data, r.key[:]...)
		data = binary.LittleEndian.AppendUint32(data, uint32(len(r.vector)))
		for _, x := range r.vector {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
		data = binary.LittleEndian.AppendUint32(data, crc32.Checksum(data[start:], castagnoli()))
	}
	if f.end+int64(len(data)) > mostFile {
		return fmt.Errorf("%s holds %d GB and takes no more: delete it to begin anew", f.name, mostFile>>30)
	}
	if _, err := out.WriteAt(data, f.end); err != nil {
		return err
	}
	return f.refresh()
}
