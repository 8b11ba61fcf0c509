package crawler_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"fangzhi/crawler"
)

// look fetches a path from a server of the test's own.
func look(t *testing.T, limits crawler.Limits, handler http.HandlerFunc) (payload []byte, truncated, protocol string) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	c, err := crawler.New(nil, crawler.Options{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	site, err := crawler.AdHoc(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	site.AllowPrivate, site.Politeness.Delay = true, 0
	capture, _, err := c.Look(t.Context(), site, server.URL+"/x.xml.gz")
	if err != nil {
		t.Fatal(err)
	}
	return capture.Payload, capture.Truncated, capture.Protocol
}

// The limit is to the byte, with and without a declared length, and the bytes
// are those of the wire, whatever they claim to be.
func TestSizeLimit(t *testing.T) {
	const limit = 100_000
	for _, n := range []int{0, 1, limit - 1, limit, limit + 1, 3 * limit} {
		body := bytes.Repeat([]byte("\x1f\x8b<a>"), n/5+1)[:n]
		for _, declared := range []bool{true, false} {
			payload, truncated, _ := look(t, crawler.Limits{Size: limit}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/x-gzip")
				if !declared {
					w.WriteHeader(http.StatusOK)
					http.NewResponseController(w).Flush()
				}
				w.Write(body)
			})
			want, mark := body, ""
			if n > limit {
				want, mark = body[:limit], "length"
			}
			if !bytes.Equal(payload, want) || truncated != mark {
				t.Errorf("%d bytes, declared %v: %d kept, truncated %q; want %d, %q", n, declared, len(payload), truncated, len(want), mark)
			}
		}
	}
}

func TestPrivateAddresses(t *testing.T) {
	for ip, want := range map[string]string{
		"0.0.0.0": "unspecified", "0.1.2.3": "this network", "127.0.0.1": "loopback", "127.8.8.8": "loopback",
		"10.1.2.3": "private", "172.16.0.1": "private", "172.32.0.1": "", "192.168.1.1": "private",
		"169.254.169.254": "link-local", "100.64.0.1": "shared by carriers and clouds", "100.100.100.200": "shared by carriers and clouds",
		"224.0.0.1": "multicast", "255.255.255.255": "broadcast", "250.0.0.1": "reserved", "192.0.2.1": "for documentation", "192.88.99.1": "a tunnel",
		"198.18.0.1": "for benchmarks",
		"8.8.8.8":    "", "202.106.0.20": "",
		"::": "unspecified", "::1": "loopback", "::ffff:127.0.0.1": "loopback", "::ffff:8.8.8.8": "",
		"fe80::1": "link-local", "fc00::1": "private", "fd12::1": "private", "ff02::1": "multicast", "fec0::1": "site-local",
		"64:ff9b::7f00:1": "loopback, by way of IPv6", "64:ff9b::a9fe:a9fe": "link-local, by way of IPv6", "64:ff9b::808:808": "",
		"64:ff9b:1::808:808": "a local translation to IPv4", "2002:7f00:1::": "loopback, by way of IPv6", "2002:808:808::": "",
		"::127.0.0.1": "loopback, by way of IPv6", "2001:0:808:808::": "a tunnel", "2400:3200::1": "",
		"::ffff:0:7f00:1": "loopback, by way of IPv6", "::8.8.8.8": "not a public address", "4000::1": "not a public address",
		"2001:db8::1": "for documentation", "2400::5efe:7f00:1": "loopback, by way of IPv6", "2400::200:5efe:a00:1": "private, by way of IPv6",
		"2400::5efe:808:808": "", "fe80::1%eth0": "link-local",
	} {
		if got := crawler.Private(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: %q, want %q", ip, got, want)
		}
	}
}
