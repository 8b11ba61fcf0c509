package jsontext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fangzhi/archive/jsontext"
)

// samples are texts that lie in words of eight bytes in every way.
func samples() (all []string) {
	for _, s := range []string{
		"", "a", "\x00", "\x1f", " ", "\"", "\\", "\x7f", "\x80", "\xff", "字", "，", "é", "😀", "\u0800", "\ud7ff", "\ue000", "\uffff", "\ufffd", "\u2028",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\x9f\xbf", "\xe5\xad", "\xad\x97", "\xe5\xad\xe5", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xc0\x80",
	} {
		for n := range 9 {
			for _, pad := range []string{"a", "字", "\u2028", "é"} {
				all = append(all, strings.Repeat(pad, n)+s+strings.Repeat("通知", 9)+s+strings.Repeat("b", n))
			}
		}
	}
	return all
}

func check(t *testing.T, s string) {
	if got, want := jsontext.Valid(s), utf8.ValidString(s); got != want {
		t.Errorf("%q: valid %t, want %t", s, got, want)
	}
	want := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
	if want < 0 {
		want = len(s)
	}
	if got := jsontext.Plain(s); got != want {
		t.Errorf("%q: %d bytes are plain, want %d", s, got, want)
	}
}

func TestEveryPlace(t *testing.T) {
	for _, s := range samples() {
		check(t, s)
	}
}

// Every character of two and three bytes, and all that looks like one, is what it
// is to the library wherever it stands in a text.
func TestEveryByte(t *testing.T) {
	for i := range 1 << 16 {
		odd := string([]byte{0xe0 | byte(i>>12), byte(i >> 4), 0x80 | byte(i&0xf)<<2})
		for n := range 8 {
			s := strings.Repeat("字", n) + odd + strings.Repeat("字", 7-n)
			if got, want := jsontext.Valid(s), utf8.ValidString(s); got != want {
				t.Fatalf("%q: valid %t, want %t", s, got, want)
			}
		}
	}
}

func FuzzAgainstTheLibrary(f *testing.F) {
	for _, s := range samples() {
		f.Add(s)
	}
	f.Fuzz(check)
}
