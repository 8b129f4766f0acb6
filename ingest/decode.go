package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	uni "golang.org/x/text/encoding/unicode"
)

// Kinds of input that no reader accepts. The error that wraps one of them
// says what was found and what to do.
var (
	ErrEmpty     = errors.New("there is no text in it")
	ErrBinary    = errors.New("it is not a text file")
	ErrEncoding  = errors.New("its character encoding is not supported")
	ErrTooLarge  = errors.New("it is too large")
	ErrMalformed = errors.New("it is malformed")
)

// DefaultMaxBytes is the largest file that a Decoder accepts unless told
// otherwise: 64 MiB.
const DefaultMaxBytes = 64 << 20

// Decoder turns the bytes of a text file into UTF-8.
type Decoder struct {
	MaxBytes int // largest input; 0 for DefaultMaxBytes
}

// Decode is Decoder{}.Decode.
func Decode(data []byte) ([]byte, error) { return Decoder{}.Decode(data) }

// Decode returns data as UTF-8 with LF line ends and without byte order mark.
// UTF-8, UTF-16 with a byte order mark and GB18030 (with its subsets GBK and
// GB2312) are understood. The result shares memory with data when nothing had
// to be changed.
//
// Errors wrap ErrEmpty, ErrBinary, ErrEncoding or ErrTooLarge.
func (d Decoder) Decode(data []byte) ([]byte, error) {
	limit := d.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%w: %.1f MB, the limit is %.1f MB; split the file or raise the limit",
			ErrTooLarge, float64(len(data))/1e6, float64(limit)/1e6)
	}
	out, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	out = unixLines(out)
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, fmt.Errorf("%w: give a file with text", ErrEmpty)
	}
	return out, nil
}

func toUTF8(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return nil, fmt.Errorf("%w: it looks like UTF-32; save it as UTF-8", ErrEncoding)
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data)
	}
	if what := binaryKind(data); what != "" {
		return nil, fmt.Errorf("%w: %s", ErrBinary, what)
	}
	if utf8.Valid(data) {
		return data, nil
	}
	return fromLegacy(data)
}

func fromUTF16(data []byte) ([]byte, error) {
	out, err := uni.UTF16(uni.LittleEndian, uni.UseBOM).NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return nil, fmt.Errorf("%w: it begins like UTF-16 but is damaged; save it as UTF-8", ErrEncoding)
	}
	if bytes.IndexByte(out, 0) >= 0 {
		return nil, fmt.Errorf("%w: it holds NUL characters", ErrBinary)
	}
	return out, nil
}

// fromLegacy converts GB18030 and names what else the bytes may be.
func fromLegacy(data []byte) ([]byte, error) {
	if n, line := invalidUTF8(data); n*200 < nonASCII(data) {
		return nil, fmt.Errorf("%w: it is UTF-8 with %d damaged bytes, the first in line %d; save it as UTF-8 again", ErrEncoding, n, line)
	}
	if looksKorean(data) {
		return nil, fmt.Errorf("%w: it looks like EUC-KR; convert it with: iconv -f EUC-KR -t UTF-8 FILE", ErrEncoding)
	}
	gb, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	gbScore := 0
	if err == nil && !bytes.ContainsRune(gb, utf8.RuneError) {
		gbScore = commonHan(gb, "的一是在不了有和人这中大为上个国我以要他时来用们年市场业行发展企")
	}
	big5, err := traditionalchinese.Big5.NewDecoder().Bytes(data)
	if err == nil && !bytes.ContainsRune(big5, utf8.RuneError) {
		if commonHan(big5, "的一是在不了有和人這中大為上個國我以要他時來用們年市場業行發展企") > gbScore {
			return nil, fmt.Errorf("%w: it looks like Big5; convert it with: iconv -f BIG5 -t UTF-8 FILE", ErrEncoding)
		}
	}
	if gbScore > 0 {
		return gb, nil
	}
	return nil, fmt.Errorf("%w: it is none of UTF-8, UTF-16 and GB18030 (perhaps Shift-JIS or Windows-1252); save it as UTF-8", ErrEncoding)
}

// looksKorean reports whether nearly all double bytes are Hangul in EUC-KR. As
// GB18030, where they are valid too, they would be the first half of the
// characters in the order of pinyin, which no text of a dozen characters is.
func looksKorean(data []byte) bool {
	pairs, hangul := 0, 0
	for i := 0; i+1 < len(data); i++ {
		if data[i] < utf8.RuneSelf {
			continue
		}
		pairs++
		if data[i] >= 0xb0 && data[i] <= 0xc8 && data[i+1] >= 0xa1 {
			hangul++
		}
		i++
	}
	return pairs >= 12 && hangul*10 >= pairs*9
}

// commonHan counts how many of the characters of text are among the common
// ones, or returns 1 for a Chinese text too short to hold any.
func commonHan(text []byte, common string) int {
	n, han := 0, 0
	for _, r := range string(text) {
		if r >= 0x4e00 && r <= 0x9fff {
			han++
			if strings.ContainsRune(common, r) {
				n++
			}
		}
	}
	if n == 0 && han > 0 && han < 20 {
		return 1
	}
	if n*100 < han { // real text has over ten common characters in a hundred
		return 0
	}
	return n
}

// invalidUTF8 counts the bytes that are not part of a valid rune and names the
// 1-based line of the first.
func invalidUTF8(data []byte) (n, line int) {
	at := 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			if n++; n == 1 {
				line = at
			}
		}
		if r == '\n' {
			at++
		}
		i += size
	}
	return n, line
}

func nonASCII(data []byte) int {
	n := 0
	for _, c := range data {
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// binaryKind names the kind of a binary file, or returns "".
func binaryKind(data []byte) string {
	head := data[:min(len(data), 4096)]
	magic := []struct{ prefix, what string }{
		{"%PDF", "it looks like a PDF; export it as Markdown or text first"},
		{"\x89PNG", "it looks like a PNG image; give the text of the report"},
		{"\xff\xd8\xff", "it looks like a JPEG image; give the text of the report"},
		{"GIF8", "it looks like a GIF image; give the text of the report"},
		{"\x1f\x8b", "it looks like a gzip archive; unpack it first"},
		{"\xd0\xcf\x11\xe0", "it looks like an old Word, Excel or PowerPoint file; export it as Markdown or text first"},
		{"{\\rtf", "it looks like an RTF file; export it as Markdown or text first"},
		{"7z\xbc\xaf", "it looks like a 7z archive; unpack it first"},
		{"Rar!", "it looks like a RAR archive; unpack it first"},
		{"SQLite format 3", "it looks like a SQLite database"},
		{"\x7fELF", "it looks like a program"},
	}
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.what
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		for _, z := range []struct{ part, what string }{{"word/", "a Word document"}, {"xl/", "an Excel workbook"}, {"ppt/", "a PowerPoint file"}} {
			if bytes.Contains(head, []byte(z.part)) {
				return "it looks like " + z.what + "; export it as Markdown or text first"
			}
		}
		return "it looks like a ZIP archive; unpack it first"
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "it holds NUL bytes (a binary file, or UTF-16 without a byte order mark); save it as UTF-8"
	}
	return ""
}

// unixLines turns CRLF and CR into LF.
func unixLines(data []byte) []byte {
	if bytes.IndexByte(data, '\r') < 0 {
		return data
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}

// hanShare returns the share of Han characters among the letters of text, 0
// for a text without letters. It looks at the first 4,096 letters only.
func hanShare(text string) float64 {
	han, letters := 0, 0
	for _, r := range text {
		switch {
		case r >= 0x3400 && r <= 0x9fff:
			han++
			letters++
		case unicode.IsLetter(r):
			letters++
		}
		if letters == 4096 {
			break
		}
	}
	if letters == 0 {
		return 0
	}
	return float64(han) / float64(letters)
}
