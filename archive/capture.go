package archive

import (
	"net/http"
	"time"
)

// Capture is one answered request exactly as served, or the reason why there
// was no answer.
type Capture struct {
	URL       string
	At        time.Time // start of the request, UTC, whole milliseconds
	Took      time.Duration
	Request   http.Header // as sent
	Address   string      // ip:port that answered
	Protocol  string      // HTTP/1.1, HTTP/2.0
	Trust     Trust
	Security  string      // of TLS, for people: version, cipher, the certificate's fingerprint, what was wrong with it
	Status    int         // 0: no answer
	Header    http.Header // as served
	Payload   []byte      // entity body as sent: content coding and charset untouched
	Truncated string      // WARC-Truncated: "", length, time, disconnect
	Failure   string      // why there was no answer, or not all of it; "" when there was
	Attempts  int         // requests made, this one included
}

// Trust is how sure it is that an answer came from the host that was asked for.
type Trust string

// How an answer can be trusted.
const (
	TrustNone       Trust = ""           // plain HTTP: whoever sits on the line can have answered
	TrustVerified   Trust = "verified"   // TLS, with a certificate that an authority vouches for
	TrustPinned     Trust = "pinned"     // TLS, with the certificate that the configuration names
	TrustUnverified Trust = "unverified" // TLS, with a certificate that says nothing: it could not be verified
	TrustDowngraded Trust = "downgraded" // plain HTTP where the address asks for TLS
)

// Location returns the target of a redirect as the server wrote it, "" where
// there is none.
func (c Capture) Location() string {
	switch c.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return c.Header.Get("Location")
	}
	return ""
}

// brokeOff says whether the answer ended before its end, and not at a limit of
// our own.
func (c Capture) brokeOff() bool { return c.Truncated != "" && c.Truncated != "length" }
