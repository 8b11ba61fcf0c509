package intake_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/intake"
)

// rec is a record as a tool wrote it: the fields in their order, then the block.
type rec struct {
	version string // "": 1.1
	fields  []string
	block   string
	length  int // Content-Length; 0: that of the block
	end     string
}

func (r rec) bytes() []byte {
	var b bytes.Buffer
	if r.version == "" {
		r.version = "1.1"
	}
	b.WriteString("WARC/" + r.version + "\r\n")
	for _, f := range r.fields {
		b.WriteString(f + "\r\n")
	}
	if r.length == 0 {
		r.length = len(r.block)
	}
	if r.end == "" {
		r.end = "\r\n\r\n"
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s%s", r.length, r.block, r.end)
	return b.Bytes()
}

func response(url, date, block string, more ...string) rec {
	return rec{fields: append([]string{
		"WARC-Type: response", "WARC-Target-URI: " + url, "WARC-Date: " + date, "WARC-Record-ID: <urn:uuid:" + id(url+date+block) + ">",
		"Content-Type: application/http; msgtype=response",
	}, more...), block: block}
}

func id(s string) string {
	h := hex.EncodeToString(sha(s))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

func sha(s string) []byte { sum := sha1.Sum([]byte(s)); return sum[:] }

func sha1of(s string) string { return "sha1:" + base32.StdEncoding.EncodeToString(sha(s)) }

func plain(records ...rec) []byte {
	var b []byte
	for _, r := range records {
		b = append(b, r.bytes()...)
	}
	return b
}

// packed is a record a member, as crawlers write.
func packed(records ...rec) []byte {
	var b bytes.Buffer
	for _, r := range records {
		z := gzip.NewWriter(&b)
		z.Write(r.bytes())
		z.Close()
	}
	return b.Bytes()
}

// onePack is all records in one member, as gzip makes it of a file.
func onePack(records ...rec) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(plain(records...))
	z.Close()
	return b.Bytes()
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func canonical(raw string) (string, error) {
	if strings.Contains(raw, "@") {
		return "", fmt.Errorf("has user info")
	}
	return raw, nil
}

func open(t *testing.T, o intake.Options, files ...string) (*intake.Collection, error) {
	t.Helper()
	o.Canonical, o.Temp = canonical, t.TempDir()
	if o.Now.IsZero() {
		o.Now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	c, err := intake.Open(t.Context(), files, o)
	if err == nil {
		t.Cleanup(func() { c.Close() })
		return c, nil
	}
	if left, _ := os.ReadDir(o.Temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return nil, err
}

func saved(t *testing.T, c *intake.Collection) (all []archive.Saved) {
	t.Helper()
	for s, err := range c.Captures(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

const page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>通知</title>"

// short tells of a capture in a line.
func short(s archive.Saved) string {
	text := fmt.Sprintf("%s %s %d %q", s.URL, s.At.Format("2006-01-02T15:04:05.000"), s.Status, s.Payload)
	for _, part := range []string{s.Truncated, s.Method, s.Address, string(s.Confirms), s.Lost} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// What tools write, each in its manner.
func TestForms(t *testing.T) {
	const url = "http://www.example.gov.cn/a.html"
	chunked := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n"
	chunkedBody := chunked[strings.Index(chunked, "\r\n\r\n")+4:]
	sum256 := sha256.Sum256([]byte(page))
	for _, tt := range []struct {
		name string
		file []byte
		want []string
	}{
		{"wget: angle brackets around the target, the request before, digests of chunked bodies", packed(
			rec{version: "1.0", fields: []string{"WARC-Type: warcinfo", "Content-Type: application/warc-fields", "WARC-Date: 2026-03-01T08:00:00Z",
				"WARC-Record-ID: <urn:uuid:1>", "WARC-Filename: x.warc.gz", "WARC-Block-Digest: " + sha1of("software: Wget/1.21.3\r\n")}, block: "software: Wget/1.21.3\r\n"},
			rec{version: "1.0", fields: []string{"WARC-Type: request", "WARC-Target-URI: <" + url + ">", "Content-Type: application/http;msgtype=request",
				"WARC-Date: 2026-03-01T08:00:01Z", "WARC-Record-ID: <urn:uuid:2>", "WARC-IP-Address: 10.0.0.1"},
				block: "GET /a.html HTTP/1.1\r\nUser-Agent: Wget/1.21.3\r\nHost: www.example.gov.cn\r\n\r\n"},
			rec{version: "1.0", fields: []string{"WARC-Type: response", "WARC-Record-ID: <urn:uuid:3>", "WARC-Warcinfo-ID: <urn:uuid:1>",
				"WARC-Concurrent-To: <urn:uuid:2>", "WARC-Target-URI: <" + url + ">", "WARC-Date: 2026-03-01T08:00:01Z", "WARC-IP-Address: 10.0.0.1",
				"WARC-Block-Digest: " + sha1of(chunked), "WARC-Payload-Digest: " + sha1of(chunkedBody), "Content-Type: application/http;msgtype=response"}, block: chunked},
			rec{version: "1.0", fields: []string{"WARC-Type: resource", "WARC-Record-ID: <urn:uuid:4>", "WARC-Target-URI: <metadata://gnu.org/software/wget/warc/wget.log>",
				"WARC-Date: 2026-03-01T08:00:02Z", "Content-Type: text/plain"}, block: "log"},
		), []string{url + ` 2026-03-01T08:00:01.000 200 "hello world" GET 10.0.0.1`}},
		{"Heritrix: the request and its own metadata after, concurrent to the response; the digest of the payload without chunks", packed(
			rec{version: "1.0", fields: []string{"WARC-Type: response", "WARC-Target-URI: " + url, "WARC-Date: 2026-03-01T08:00:01Z",
				"WARC-Payload-Digest: " + sha1of("hello world"), "WARC-IP-Address: 10.0.0.1", "WARC-Record-ID: <urn:uuid:3>",
				"Content-Type: application/http; msgtype=response"}, block: chunked},
			rec{version: "1.0", fields: []string{"WARC-Type: request", "WARC-Target-URI: " + url, "WARC-Date: 2026-03-01T08:00:01Z", "WARC-Concurrent-To: <urn:uuid:3>",
				"WARC-Record-ID: <urn:uuid:4>", "Content-Type: application/http; msgtype=request"}, block: "GET /a.html HTTP/1.0\r\nHost: www.example.gov.cn\r\n\r\n"},
			rec{version: "1.0", fields: []string{"WARC-Type: metadata", "WARC-Target-URI: " + url, "WARC-Date: 2026-03-01T08:00:01Z", "WARC-Concurrent-To: <urn:uuid:3>",
				"WARC-Record-ID: <urn:uuid:5>", "Content-Type: application/warc-fields"}, block: "seed: \r\nfetchTimeMs: 12\r\n\r\n", end: "\r\n\r\n\r\n"},
			rec{version: "1.0", fields: []string{"WARC-Type: response", "WARC-Target-URI: dns:www.example.gov.cn", "WARC-Date: 2026-03-01T08:00:00Z",
				"WARC-Record-ID: <urn:uuid:6>", "Content-Type: text/dns"}, block: "20260301080000\nwww.example.gov.cn. 300 IN A 10.0.0.1\n"},
		), []string{url + ` 2026-03-01T08:00:01.000 200 "hello world" GET 10.0.0.1`}},
		{"Browsertrix: fractions of a second, sha256 in hex, HTTP/2, and what is of no web address", packed(
			response(url, "2026-03-01T08:00:01.234Z", strings.Replace(page, "HTTP/1.1 200 OK", "HTTP/2 200", 1), "WARC-Protocol: h2",
				"WARC-Page-ID: 1", "WARC-Resource-Type: document"),
			response(url+"?b", "2026-03-01T08:00:01.1Z", page, "WARC-Block-Digest: sha256:"+hex.EncodeToString(sum256[:])),
			rec{fields: []string{"WARC-Type: resource", "WARC-Target-URI: urn:text:" + url, "WARC-Date: 2026-03-01T08:00:03.5Z", "WARC-Record-ID: <urn:uuid:7>",
				"Content-Type: text/plain"}, block: "通知"},
			rec{fields: []string{"WARC-Type: resource", "WARC-Target-URI: urn:pageinfo:" + url, "WARC-Date: 2026-03-01T08:00:03.5Z", "WARC-Record-ID: <urn:uuid:8>",
				"Content-Type: application/json"}, block: "{}"},
			rec{fields: []string{"WARC-Type: conversion", "WARC-Target-URI: " + url, "WARC-Date: 2026-03-01T08:00:03.5Z", "WARC-Record-ID: <urn:uuid:9>",
				"Content-Type: text/plain"}, block: "通知"},
		), []string{
			url + `?b 2026-03-01T08:00:01.100 200 "<title>通知</title>"`,
			url + ` 2026-03-01T08:00:01.234 200 "<title>通知</title>"`,
		}},
		{"a tool that removed the chunks and left the header", packed(
			response(url, "2026-03-01T08:00:01Z", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>"),
		), []string{url + ` 2026-03-01T08:00:01.000 200 "<html>"`}},
		{"chunks that end too soon", packed(
			response(url, "2026-03-01T08:00:01Z", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nwor"),
		), []string{url + ` 2026-03-01T08:00:01.000 200 "hellowor" disconnect`}},
		{"cut short by a limit", packed(
			response(url, "2026-03-01T08:00:01Z", page, "WARC-Truncated: length", "WARC-Payload-Digest: "+sha1of("all of it")),
		), []string{url + ` 2026-03-01T08:00:01.000 200 "<title>通知</title>" length`}},
		{"a digest of the decoded payload, where the block's is right", packed(
			response(url, "2026-03-01T08:00:01Z", page, "WARC-Payload-Digest: "+sha1of("other"), "WARC-Block-Digest: "+sha1of(page)),
		), []string{url + ` 2026-03-01T08:00:01.000 200 "<title>通知</title>"`}},
		{"not packed", plain(response(url, "2026-03-01T08:00:02Z", page), response(url, "2026-03-01T08:00:01Z", page)),
			[]string{url + ` 2026-03-01T08:00:01.000 200 "<title>通知</title>"`, url + ` 2026-03-01T08:00:02.000 200 "<title>通知</title>"`}},
		{"packed as a whole", onePack(response(url, "2026-03-01T08:00:02Z", page), response(url, "2026-03-01T08:00:01Z", "HTTP/1.1 404 Not Found\r\n\r\n")),
			[]string{url + ` 2026-03-01T08:00:01.000 404 ""`, url + ` 2026-03-01T08:00:02.000 200 "<title>通知</title>"`}},
		{"lines of HTTP that end in LF, continue, and are none", packed(
			response(url, "2026-03-01T08:00:01Z", "HTTP/1.0 200\nA: 1\n 2\nnonsense\n: no\nB:3\n\nx"),
		), []string{url + ` 2026-03-01T08:00:01.000 200 "x"`}},
		{"revisits, with and without a block, found by date, by digest, and not at all", packed(
			response(url, "2026-03-01T08:00:01Z", page, "WARC-Payload-Digest: "+sha1of("<title>通知</title>")),
			revisit(url, "2026-03-02T08:00:00Z", "identical-payload-digest", "", "WARC-Refers-To-Target-URI: "+url, "WARC-Refers-To-Date: 2026-03-01T08:00:01Z", "WARC-Payload-Digest: "+sha1of("<title>通知</title>")),
			revisit(url+"?other", "2026-03-03T08:00:00Z", "identical-payload-digest", "HTTP/1.1 203 Other\r\nA: b\r\n\r\n", "WARC-Payload-Digest: "+sha1of("<title>通知</title>")),
			revisit(url, "2026-03-04T08:00:00Z", "identical-payload-digest", "", "WARC-Payload-Digest: "+sha1of("elsewhere")),
			revisit(url, "2026-03-05T08:00:00Z", "server-not-modified", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", "WARC-Refers-To-Target-URI: "+url),
			revisit(url, "2026-03-06T08:00:00Z", "something-new", ""),
		), []string{
			url + ` 2026-03-01T08:00:01.000 200 "<title>通知</title>"`,
			url + ` 2026-03-02T08:00:00.000 200 "<title>通知</title>" same bytes`,
			url + `?other 2026-03-03T08:00:00.000 203 "<title>通知</title>" same bytes`,
			url + ` 2026-03-04T08:00:00.000 0 "" same bytes refers to a capture that is not in the files`,
			url + ` 2026-03-05T08:00:00.000 304 "" not modified`,
			url + ` 2026-03-06T08:00:00.000 0 "" a revisit of the profile "http://netpreserve.org/warc/1.0/revisit/something-new", which is not known`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := open(t, intake.Options{}, write(t, "x.warc", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range saved(t, c) {
				got = append(got, short(s))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("captures (-want +got):\n%s", diff)
			}
		})
	}
}

func revisit(url, date, profile, block string, more ...string) rec {
	return rec{fields: append([]string{
		"WARC-Type: revisit", "WARC-Target-URI: " + url, "WARC-Date: " + date, "WARC-Record-ID: <urn:uuid:" + id(url+date+profile) + ">",
		"WARC-Profile: http://netpreserve.org/warc/1.0/revisit/" + profile,
	}, more...), block: block}
}

// The header of an answer as it is kept: without transfer coding, its content
// coding as served; that of the request beside it.
func TestHeaders(t *testing.T) {
	const url = "http://www.example.gov.cn/a.html"
	c, err := open(t, intake.Options{}, write(t, "x.warc.gz", packed(
		response(url, "2026-03-01T08:00:01Z", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n2\r\n\x1f\x8b\r\n0\r\n\r\n"),
	)))
	if err != nil {
		t.Fatal(err)
	}
	s := saved(t, c)[0]
	if diff := cmp.Diff(http.Header{"Content-Encoding": {"gzip"}, "Set-Cookie": {"a", "b"}}, s.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if string(s.Payload) != "\x1f\x8b" || s.Protocol != "HTTP/1.1" || s.Told != nil || !s.Whole {
		t.Errorf("%+v", s)
	}
}

// Captures come by date over all files, whatever their order there.
func TestOrderOverFiles(t *testing.T) {
	const url = "http://www.example.gov.cn/"
	var first, second []rec
	for i := range 300 {
		at := time.Date(2026, 1, 1, 0, 0, i*7919%300, 0, time.UTC).Format(time.RFC3339)
		r := response(fmt.Sprint(url, i), at, page)
		if i%2 == 0 {
			first = append(first, r)
		} else {
			second = append(second, r)
		}
	}
	c, err := open(t, intake.Options{}, write(t, "1.warc.gz", packed(first...)), write(t, "2.warc", plain(second...)))
	if err != nil {
		t.Fatal(err)
	}
	var last time.Time
	all := saved(t, c)
	for _, s := range all {
		if s.At.Before(last) {
			t.Fatalf("%v after %v", s.At, last)
		}
		last = s.At
	}
	if n, err := c.Count(); len(all) != 300 || n != 300 || err != nil {
		t.Errorf("%d captures, counted %d, %v", len(all), n, err)
	}
	if c.Files[0].Captures != 150 || c.Files[1].Name != "2.warc" || !c.Files[0].First.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("files %+v", c.Files)
	}
}
