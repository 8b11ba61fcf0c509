package portaltest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/fnv"
	"html"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"time"
	"unicode/utf16"
)

// PDF returns a PDF of one page with lines of text (ISO 32000-1). The font is
// one of those that readers have for Chinese and is not embedded.
func PDF(lines ...string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 14 Tf 22 TL 72 770 Td\n")
	for _, line := range lines {
		text.WriteString("<")
		for _, unit := range utf16.Encode([]rune(line)) {
			fmt.Fprintf(&text, "%04X", unit)
		}
		text.WriteString("> Tj T*\n")
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// DOCX returns a document of Word (ECMA-376) with a paragraph for each line.
func DOCX(lines ...string) []byte {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	var body strings.Builder
	for _, line := range lines {
		body.WriteString(`<w:p><w:r><w:t xml:space="preserve">` + html.EscapeString(line) + `</w:t></w:r></w:p>`)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `<w:sectPr/></w:body></w:document>`},
	} {
		// A time of its own would make other bytes every day.
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = w.Write([]byte(head + part.text))
		}
		if err != nil {
			panic(err) // a bytes.Buffer does not fail
		}
	}
	if err := z.Close(); err != nil {
		panic(err) // nor here
	}
	return b.Bytes()
}

// picture returns a small PNG of hills behind hills, whose colour and shape
// follow from name. They go on at either side, so that it can be laid in a row.
func picture(name string) []byte {
	h := fnv.New32a()
	h.Write([]byte(name))
	sum := h.Sum32()
	const wide, high, ranges = 160, 100, 4
	tint := [3]float64{40 + float64(sum%60), 70 + float64(sum>>8%60), 90 + float64(sum>>16%60)}
	img := image.NewRGBA(image.Rect(0, 0, wide, high))
	for x := range wide {
		var tops [ranges]float64
		for i := range tops {
			turn := 2 * math.Pi * float64(x) / wide
			phase := float64(sum>>(4*i)&15) / 2
			tops[i] = 38 + 15*float64(i) + 9*math.Sin(float64(1+i%2)*turn+phase) + 3*math.Sin(float64(3+i)*turn-phase)
		}
		for y := range high {
			near := 0 // the sky is 0, the nearest hills are 1
			for i, top := range tops {
				if float64(y) > top {
					near = i + 1
				}
			}
			pale := 1 - 0.8*float64(near)/ranges
			mix := func(c float64) uint8 { return uint8(c + (250-c)*pale) }
			img.Set(x, y, color.RGBA{R: mix(tint[0]), G: mix(tint[1]), B: mix(tint[2]), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	return b.Bytes()
}
