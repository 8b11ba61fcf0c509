package extract_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"fangzhi/archive"
	"fangzhi/extract"
)

func encode(t *testing.T, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDecode(t *testing.T) {
	const text = "<p>全县经济运行总体平稳，稳中有进。</p>"
	gbk := encode(t, simplifiedchinese.GB18030, text)
	const longText = "<p>臺北市政府為推動市政建設，召開市政會議，聽取各局處工作報告，並討論明年度預算案。市長表示，將持續改善交通與環境。</p>"
	longBig5 := encode(t, traditionalchinese.Big5, longText)
	hz := encode(t, simplifiedchinese.HZGB2312, text)
	big5 := encode(t, traditionalchinese.Big5, "<p>臺北市政府公告</p>")
	for _, c := range []struct {
		name    string
		in      extract.Input
		text    string
		charset string
		damaged int
	}{
		{"utf-8 against a declaration of gb2312", extract.Input{Payload: []byte(`<meta charset="gb2312">` + text)}, `<meta charset="gb2312">` + text, "utf-8", 0},
		{"gbk declared as gb2312", extract.Input{Payload: append([]byte("<meta charset=gb2312>"), gbk...)}, "<meta charset=gb2312>" + text, "gb18030", 0},
		{"gbk, header only", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=GBK"}}, Payload: gbk}, text, "gb18030", 0},
		{"gbk, nothing declared", extract.Input{URL: "http://a.gov.cn/", Payload: gbk}, text, "gb18030", 0},
		{"gbk, declared utf-8", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Payload: gbk}, text, "gb18030", 0},
		{"gbk, declared big5", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=big5"}}, Payload: gbk}, text, "gb18030", 0},
		{"gbk, declared iso-8859-1", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=ISO-8859-1"}}, Payload: gbk}, text, "gb18030", 0},
		{"big5, declared so", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=big5"}}, Payload: longBig5}, longText, "big5", 0},
		{"windows-1252, declared so", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=iso-8859-1"}}, Payload: []byte("<p>Caf\xe9 \x96 d\xe9j\xe0 vu \xc0\xc9 na\xefvet\xe9</p>")}, "<p>Café – déjà vu ÀÉ naïveté</p>", "windows-1252", 0},
		{"big5 of Taiwan", extract.Input{URL: "http://a.gov.tw/", Payload: big5}, "<p>臺北市政府公告</p>", "big5", 0},
		{"utf-16 with a mark", extract.Input{Payload: encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text)}, text, "utf-16le", 0},
		{"utf-16 without one", extract.Input{Payload: encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "<html><body><p>plain text</p></body></html>")}, "<html><body><p>plain text</p></body></html>", "utf-16be", 0},
		{"utf-8 cut within a character", extract.Input{Payload: []byte(text[:len(text)-5])}, strings.TrimSuffix(text, "。</p>") + "\uFFFD", "utf-8", 1},
		{"windows-1252", extract.Input{Payload: []byte("<p>Caf\xe9 \x96 d\xe9j\xe0 vu</p>")}, "<p>Café – déjà vu</p>", "windows-1252", 0},
		{"hz, declared by the header", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=HZ-GB-2312"}}, Payload: hz}, text, "hz-gb-2312", 0},
		{"hz, declared by the meta", extract.Input{Payload: append([]byte("<meta charset=hz>"), hz...)}, "<meta charset=hz>" + text, "hz-gb-2312", 0},
		{"hz declared, utf-8", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=hz-gb-2312"}}, Payload: []byte(text)}, text, "utf-8", 0},
		{"hz declared, gbk", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=hz-gb-2312"}}, Payload: gbk}, text, "gb18030", 0},
		{"hz declared, plain", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=hz-gb-2312"}}, Payload: []byte("<script>var a = ~{}; b = ~[]</script><p>plain</p>")}, "<script>var a = ~{}; b = ~[]</script><p>plain</p>", "utf-8", 0},
		{"hz, nothing declared", extract.Input{Payload: []byte("<p>~{abc~}</p>")}, "<p>~{abc~}</p>", "utf-8", 0},
		{"utf-7 declared, utf-8", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=utf-7"}}, Payload: []byte(text)}, text, "utf-8", 0},
		{"utf-7 declared, plain", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=utf-7"}}, Payload: []byte("<p>1 + 1</p>")}, "<p>1 + 1</p>", "utf-8", 0},
		{"utf-7 declared, gbk", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=utf-7"}}, URL: "http://a.gov.cn/", Payload: gbk}, text, "gb18030", 0},
		{"iso-2022-kr declared, plain", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=iso-2022-kr"}}, Payload: []byte("<p>plain</p>")}, "<p>plain</p>", "utf-8", 0},
		{"iso-2022-jp", extract.Input{Payload: encode(t, japanese.ISO2022JP, "<p>令和六年の予算</p>")}, "<p>令和六年の予算</p>", "iso-2022-jp", 0},
		{"x-user-defined, gbk", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=x-user-defined"}}, URL: "http://a.gov.cn/", Payload: gbk}, text, "gb18030", 0},
		{"gzip without a header", extract.Input{Payload: packed(t, []byte(text))}, text, "utf-8", 0},
		{"gzip", extract.Input{Header: http.Header{"Content-Encoding": {"gzip"}}, Payload: packed(t, gbk)}, text, "gb18030", 0},
		{"gzip announced, plain bytes", extract.Input{Header: http.Header{"Content-Encoding": {"gzip"}}, Payload: []byte(text)}, text, "utf-8", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, charset, damaged, err := extract.Decode(c.in)
			if err != nil || text != c.text || charset != c.charset || damaged != c.damaged {
				t.Errorf("got %q, %q, %d damaged, %v\nwant %q, %q, %d", text, charset, damaged, err, c.text, c.charset, c.damaged)
			}
		})
	}
}

// What is in a charset that is not read is no text, and says in which.
func TestCharsetsNotRead(t *testing.T) {
	typed := func(charset string) http.Header {
		return http.Header{"Content-Type": {"text/html; charset=" + charset}}
	}
	for _, c := range []struct {
		name string
		in   extract.Input
		want string
	}{
		{"utf-7", extract.Input{Header: typed("utf-7"), Payload: []byte("<h1>+YRp3ZQ-</h1><p>+UWhTv37PbU4-</p>")}, "charset UTF-7: in a charset that is not read"},
		{"utf-7 by the meta", extract.Input{Payload: []byte("<meta charset=utf-7><p>+UWhTv37PbU4-</p>")}, "charset UTF-7"},
		{"utf-7 by the meta, against the header", extract.Input{Header: typed("utf-8"), Payload: []byte("<meta charset=utf-7><p>+UWhTv37PbU4-</p>")}, "charset UTF-7"},
		{"iso-2022-kr", extract.Input{Header: typed("iso-2022-kr"), Payload: []byte("\x1b$)C<p>\x0e5?@Z\x0f</p>")}, "charset ISO-2022-KR"},
		{"iso-2022-kr, nothing declared", extract.Input{Payload: []byte("\x1b$)C<p>\x0e5?@Z\x0f</p>")}, "charset ISO-2022-KR"},
		{"iso-2022-cn", extract.Input{Header: typed("iso-2022-cn"), Payload: []byte("<p>\x1b$)A\x0eVPND\x0f</p>")}, "charset ISO-2022-CN"},
		{"packed", extract.Input{Header: http.Header{"Content-Type": {"text/html; charset=utf-7"}, "Content-Encoding": {"gzip"}}, Payload: packed(t, []byte("<p>+UWhTv37PbU4-</p>"))}, "charset UTF-7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, _, _, err := extract.Decode(c.in)
			if text != "" || !errors.Is(err, extract.ErrCharset) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q, %v; want %s", text, err, c.want)
			}
			p, err := extract.Open(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if r := p.Reading(); r.Trouble != archive.TroubleUnreadable || !strings.Contains(r.Signature, c.want) {
				t.Errorf("trouble %q: %s", r.Trouble, r.Signature)
			}
		})
	}
}

func TestDecodeContentLimits(t *testing.T) {
	bomb := packed(t, make([]byte, 20<<20))
	if out, err := extract.DecodeContent("gzip", bomb, 0); !errors.Is(err, extract.ErrTooLarge) || len(out) > 8<<20 {
		t.Errorf("a bomb: %d bytes, %v", len(out), err)
	}
	if _, err := extract.DecodeContent("gzip", packed(t, []byte("abcdef")), 5); !errors.Is(err, extract.ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	cut := packed(t, []byte(strings.Repeat("some text ", 100)))
	if out, err := extract.DecodeContent("gzip", cut[:len(cut)-9], 0); !errors.Is(err, extract.ErrDamaged) || len(out) == 0 {
		t.Errorf("cut short: %d bytes, %v", len(out), err)
	}
}

// What unpacks to much is measured before it is given memory: a bomb costs no
// more than the bytes that are looked at anyway, a large page its own size.
func TestUnpackingIsFrugal(t *testing.T) {
	random := make([]byte, 10<<20)
	for i := range random {
		random[i] = byte(i * i >> 7)
	}
	for _, c := range []struct {
		name  string
		body  []byte
		most  uint64
		wants error
	}{
		{"bomb", packed(t, make([]byte, 200<<20)), 24 << 20, extract.ErrTooLarge},
		{"large", packed(t, random), 32 << 20, nil},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, err := extract.DecodeContent("gzip", c.body, 0)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.wants) || c.wants == nil && !bytes.Equal(out, random) {
			t.Errorf("%s: %d bytes, %v", c.name, len(out), err)
		}
		if raced {
			c.most *= 2 // the detector makes pools forget what they hold
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > c.most {
			t.Errorf("%s: allocated %d MiB, want %d at most", c.name, got>>20, c.most>>20)
		}
	}
	cut := packed(t, random)
	if out, err := extract.DecodeContent("gzip", cut[:len(cut)-20], 0); !errors.Is(err, extract.ErrDamaged) || !bytes.HasPrefix(random, out) || len(out) < 4<<20 {
		t.Errorf("large and cut short: %d bytes, %v", len(out), err)
	}
}
