package crawler

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"fangzhi/archive"
)

// TLS is what a site's hosts are let get away with. The zero value lets them
// get away with nothing: a certificate that verifies, and encryption of today.
type TLS struct {
	Profile    Profile
	Unverified bool     // any certificate will do
	Pins       []string // certificates that are trusted whatever they say, see ParsePin; others are not
	CA         string   // certificates in PEM, trusted besides the system's: of an authority, or one that the chain lacks
}

// Profile is how old the encryption may be.
type Profile string

// The profiles.
const (
	Strict Profile = ""       // TLS 1.2 and 1.3, forward secrecy
	Legacy Profile = "legacy" // TLS 1.0 on, every cipher that Go can speak, RSA key exchange and renegotiation among them
	Plain  Profile = "http"   // https:// addresses are asked over plain HTTP
)

// validate adds what is wrong with t to problems.
func (t TLS) validate(problems *Problems) {
	switch t.Profile {
	case Strict, Legacy:
	case Plain:
		if t.Unverified || len(t.Pins) > 0 || t.CA != "" {
			problems.add("tls.profile", string(t.Profile), "without TLS there is no certificate: leave out verify, pin and ca, or the profile")
		}
	default:
		problems.add("tls.profile", string(t.Profile), "must be strict, legacy or http")
	}
	for i, pin := range t.Pins {
		if _, err := ParsePin(pin); err != nil {
			problems.add(fmt.Sprintf("tls.pin[%d]", i), pin, err.Error())
		}
	}
	if t.Unverified && len(t.Pins) > 0 {
		problems.add("tls.verify", "false", "a pin says already which certificate will do: leave verify out")
	}
	if _, err := t.roots(); err != nil {
		problems.add("tls.ca", "", err.Error())
	}
}

// Pin is a certificate, by its SHA-256 or by that of its public key.
type Pin struct {
	sum [sha256.Size]byte
	key bool // of the public key
}

// ParsePin reads the fingerprint of a certificate, 64 hexadecimal digits with
// or without colons as browsers and openssl show it, or sha256/BASE64 of its
// public key (RFC 7469, 2.4), which outlives a renewal under the same key.
func ParsePin(s string) (p Pin, err error) {
	var b []byte
	if digits, ok := strings.CutPrefix(s, "sha256/"); ok {
		p.key = true
		b, err = base64.StdEncoding.DecodeString(digits)
	} else {
		digits := strings.TrimPrefix(strings.ToLower(s), "sha256:")
		b, err = hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(digits))
	}
	if err != nil || len(b) != len(p.sum) {
		return Pin{}, errors.New("must be the SHA-256 fingerprint of a certificate, 64 hexadecimal digits, or sha256/ and the base64 of that of its public key")
	}
	copy(p.sum[:], b)
	return p, nil
}

func (p Pin) fits(c *x509.Certificate) bool {
	if p.key {
		return p.sum == sha256.Sum256(c.RawSubjectPublicKeyInfo)
	}
	return p.sum == sha256.Sum256(c.Raw)
}

// PinError says that a host showed another certificate than the one pinned.
type PinError struct{ Shown string }

func (e *PinError) Error() string {
	return fmt.Sprintf("tls: the certificate %s is not the one that the site's configuration pins", e.Shown)
}

// fingerprint is that of a certificate, as ParsePin reads it.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// roots are what certificates are verified against; nil: the system's.
func (t TLS) roots() (*x509.CertPool, error) {
	if t.CA == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	n := 0
	for rest := bytes.TrimSpace([]byte(t.CA)); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("a %s: must be certificates in PEM", strings.ToLower(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", n+1, err)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, errors.New("must be certificates in PEM: -----BEGIN CERTIFICATE-----")
	}
	return pool, nil
}

// config is t for connections.
func (t TLS) config() (*tls.Config, error) {
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	c := &tls.Config{RootCAs: roots}
	if t.Profile == Legacy {
		c.MinVersion = tls.VersionTLS10
		for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
			c.CipherSuites = append(c.CipherSuites, suite.ID)
		}
		c.Renegotiation = tls.RenegotiateOnceAsClient
		// Without the hybrid groups, whose length old servers and what stands
		// before them stumble over.
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
	}
	if t.Unverified {
		c.InsecureSkipVerify = true
	}
	if len(t.Pins) == 0 {
		return c, nil
	}
	pins := make([]Pin, len(t.Pins))
	for i, s := range t.Pins {
		if pins[i], err = ParsePin(s); err != nil {
			return nil, err
		}
	}
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(s tls.ConnectionState) error {
		leaf := s.PeerCertificates[0]
		if slices.ContainsFunc(pins, func(p Pin) bool { return p.fits(leaf) }) {
			return nil
		}
		return &PinError{Shown: fingerprint(leaf)}
	}
	return c, nil
}

// trust says how sure it is that an answer came from the host asked for, and,
// of TLS, by what.
func (l *line) trust(asked *url.URL, s *tls.ConnectionState) (archive.Trust, string) {
	switch {
	case s == nil && asked.Scheme == "https":
		return archive.TrustDowngraded, "plain HTTP in place of TLS"
	case s == nil, len(s.PeerCertificates) == 0:
		return archive.TrustNone, ""
	}
	leaf := s.PeerCertificates[0]
	text := fmt.Sprintf("%s, %s, certificate %s", tls.VersionName(s.Version), tls.CipherSuiteName(s.CipherSuite), fingerprint(leaf))
	switch {
	case len(s.VerifiedChains) > 0:
		return archive.TrustVerified, text
	case len(l.tls.Pins) > 0:
		return archive.TrustPinned, text
	}
	others := x509.NewCertPool()
	for _, c := range s.PeerCertificates[1:] {
		others.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: l.roots, Intermediates: others, DNSName: asked.Hostname()}); err != nil {
		return archive.TrustUnverified, text + ", " + err.Error()
	}
	return archive.TrustVerified, text
}
