package storetest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"fangzhi/archive"
)

// fetched is the entry of a visit that brought payload as a document.
func fetched(r archive.Run, u string, after time.Duration, payload []byte) archive.Entry {
	c := capture(u, t0.Add(after), "")
	c.Payload = payload
	return settle(r, unread(r.Site, u), c, &archive.Reading{Kind: archive.KindAttachment, Article: text(u, "")})
}

// noise returns n bytes that no coding can shrink.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

var payloadTests = []subtest{
	{"an absent payload is ErrNotFound", func(f *fixture) {
		if _, err := f.Payload(f.Context(), archive.DigestOf([]byte("x"))); !errors.Is(err, archive.ErrNotFound) {
			f.Errorf("got %v, want ErrNotFound", err)
		}
	}},
	{"what is not a digest is ErrNotFound", func(f *fixture) {
		for _, d := range []archive.Digest{"", "sha256:", "sha256:zz", "sha1:aa"} {
			if _, err := f.Payload(f.Context(), d); !errors.Is(err, archive.ErrNotFound) {
				f.Errorf("%q: got %v, want ErrNotFound", d, err)
			}
		}
	}},
	{"are told from those that are not held", func(f *fixture) {
		r := f.begin(site, 0)
		var asked []archive.Digest
		want := map[archive.Digest]bool{}
		for n := range 150 {
			e := fetched(r, url(n), time.Duration(n)*time.Second, []byte(url(n)))
			if n%3 == 0 {
				f.record(r, e)
				want[e.Visit.Payload] = true
			}
			asked = append(asked, e.Visit.Payload, e.Visit.Payload)
		}
		got, err := f.Holds(f.Context(), append(asked, "", "sha256:zz"))
		if err != nil {
			f.Fatal(err)
		}
		f.equal("held", got, want)
		if got, err := f.Holds(f.Context(), nil); err != nil || len(got) != 0 {
			f.Errorf("asked for nothing: %v, %v", got, err)
		}
	}},
	{"come back byte for byte", func(f *fixture) {
		r := f.begin(site, 0)
		for name, want := range map[string][]byte{
			"empty":   {},
			"a byte":  {0},
			"text":    []byte("<p>正文</p>"),
			"GBK":     []byte("<p>\xd5\xfd\xce\xc4</p>"),
			"repeats": bytes.Repeat([]byte("<td>统计</td>"), 4000),
			"noise":   noise(30_000),
			"20 MiB":  bytes.Repeat(noise(1<<20), 20),
		} {
			f.record(r, fetched(r, "https://www.zjg.example/"+name, time.Second, want))
			got, err := f.Payload(f.Context(), archive.DigestOf(want))
			if err != nil {
				f.Errorf("%s: %v", name, err)
			} else if !bytes.Equal(got, want) {
				f.Errorf("%s: got %d other bytes, want %d", name, len(got), len(want))
			}
		}
	}},
	{"20 MiB of noise come back byte for byte", func(f *fixture) {
		r := f.begin(site, 0)
		want := noise(20 << 20)
		f.record(r, fetched(r, url(1), time.Second, want))
		if got, err := f.Payload(f.Context(), archive.DigestOf(want)); err != nil || !bytes.Equal(got, want) {
			f.Errorf("got %d bytes, %v", len(got), err)
		}
	}},
	{"what is held already is stored once", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		same := []byte("<p>转载</p>")
		f.record(r, fetched(r, url(1), time.Second, same), fetched(r, url(2), time.Second, same))
		f.record(r, fetched(r, url(3), 2*time.Second, same))
		f.record(s, fetched(s, url(1), time.Second, same))
		f.equal("payloads", collect(f.T, f.Payloads(f.Context())), []archive.Digest{archive.DigestOf(same)})
	}},
	{"are listed by digest", func(f *fixture) {
		r := f.begin(site, 0)
		var want []archive.Digest
		var batch []archive.Entry
		for n := range 1500 {
			e := fetched(r, url(n), time.Second, []byte(url(n)))
			batch, want = append(batch, e), append(want, e.Visit.Payload)
		}
		f.record(r, batch...)
		slices.Sort(want)
		f.equal("payloads", collect(f.T, f.Payloads(f.Context())), want)
	}},
	{"of a sound archive have no faults", func(f *fixture) {
		furnished(f)
		f.equal("check", collect(f.T, f.Check(f.Context(), 0, 0)), []string(nil))
	}},
}
