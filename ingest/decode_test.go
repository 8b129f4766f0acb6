package ingest

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	uni "golang.org/x/text/encoding/unicode"
)

const (
	simplified  = "今年的市场规模在这个行业里是最大的，企业用户有三百万。〔2025〕11号"
	traditional = "今年的市場規模在這個行業裡是最大的，企業用戶有三百萬。"
)

func encoded(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"utf-8", []byte(simplified), simplified},
		{"utf-8 with mark", []byte("\xef\xbb\xbf" + simplified), simplified},
		{"crlf", []byte("a\r\nb\rc\n"), "a\nb\nc\n"},
		{"gb18030", encoded(t, simplifiedchinese.GB18030, simplified), simplified},
		{"gbk", encoded(t, simplifiedchinese.GBK, "短文本"), "短文本"},
		{"utf-16 little endian", encoded(t, uni.UTF16(uni.LittleEndian, uni.UseBOM), simplified), simplified},
		{"utf-16 big endian", encoded(t, uni.UTF16(uni.BigEndian, uni.UseBOM), simplified), simplified},
	} {
		got, err := Decode(tt.data)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	long := strings.Repeat(simplified, 40)
	for _, tt := range []struct {
		name string
		data []byte
		kind error
		says string // the error names what it looks like or what to do
	}{
		{"empty", nil, ErrEmpty, "give a file"},
		{"white space", []byte(" \n\t　"), ErrEmpty, "give a file"},
		{"mark only", []byte("\xef\xbb\xbf"), ErrEmpty, "give a file"},
		{"pdf", []byte("%PDF-1.7\n%âã"), ErrBinary, "PDF"},
		{"word", []byte("PK\x03\x04....word/document.xml"), ErrBinary, "Word"},
		{"excel", []byte("PK\x03\x04....xl/workbook.xml"), ErrBinary, "Excel"},
		{"zip", []byte("PK\x03\x04...."), ErrBinary, "ZIP"},
		{"png", []byte("\x89PNG\r\n\x1a\n"), ErrBinary, "PNG"},
		{"gzip", []byte("\x1f\x8b\x08\x00"), ErrBinary, "gzip"},
		{"nul bytes", []byte("text\x00text"), ErrBinary, "NUL"},
		{"utf-16 without mark", []byte("a\x00b\x00"), ErrBinary, "UTF-16"},
		{"utf-32", []byte("\xff\xfe\x00\x00a\x00\x00\x00"), ErrEncoding, "UTF-32"},
		{"odd utf-16", []byte("\xff\xfea"), ErrEncoding, "UTF-16"},
		{"big5", encoded(t, traditionalchinese.Big5, traditional), ErrEncoding, "Big5"},
		{"shift-jis", encoded(t, japanese.ShiftJIS, "これは日本語のテキストです。カタカナもあります。"), ErrEncoding, "UTF-8"},
		{"euc-kr", encoded(t, korean.EUCKR, "이것은 한국어 텍스트입니다. 시장 규모는 크다."), ErrEncoding, "UTF-8"},
		{"latin-1", []byte("caf\xe9 au lait, d\xe9j\xe0 vu"), ErrEncoding, "UTF-8"},
		{"damaged utf-8", []byte(long + "\n\xe4\xb8"), ErrEncoding, "line 2"},
	} {
		_, err := Decode(tt.data)
		if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want %v with %q", tt.name, err, tt.kind, tt.says)
		}
	}
}

func TestDecodeLimit(t *testing.T) {
	d := Decoder{MaxBytes: 10}
	if _, err := d.Decode([]byte("0123456789")); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := d.Decode([]byte("0123456789a")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("above the limit: got %v, want ErrTooLarge", err)
	}
}
