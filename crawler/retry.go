package crawler

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// repeatable says whether asking again may bring another answer.
func repeatable(x *exchange) bool {
	switch x.status {
	case 0:
		return !permanent(x.failure)
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
		return false
	}
	if extract.IsWall(x.status) {
		return false
	}
	return x.status >= 500 || x.truncated == "disconnect"
}

// permanent says whether a failure to connect will not pass within seconds.
func permanent(err error) bool {
	var (
		address   *AddressError
		name      *net.DNSError
		hostname  x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		pin       *PinError
	)
	return errors.As(err, &address) || errors.As(err, &name) && name.IsNotFound ||
		errors.As(err, &hostname) || errors.As(err, &authority) || errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &pin)
}

// healthOf is what x says about its host.
func healthOf(x *exchange) health {
	switch {
	case x.status == 0:
		if address := (*AddressError)(nil); errors.As(x.failure, &address) {
			return neutral
		}
		return troubled
	case x.status == http.StatusTooManyRequests, x.status == http.StatusServiceUnavailable, x.truncated == "disconnect":
		return troubled
	case x.status < 400, x.status == http.StatusNotFound, x.status == http.StatusGone:
		return well
	}
	return neutral
}

// retryAfter returns when the host wants to be asked again (RFC 9110, 10.2.3:
// seconds or a date), where it says so on 429 or 503; a day from now at most.
func retryAfter(x *exchange, now time.Time) (time.Time, bool) {
	if x.status != http.StatusTooManyRequests && x.status != http.StatusServiceUnavailable {
		return time.Time{}, false
	}
	value := strings.TrimSpace(x.header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds > 0 {
		return now.Add(time.Duration(min(seconds, int64(archive.MaxHold/time.Second))) * time.Second), true
	}
	if date, err := http.ParseTime(value); err == nil && date.After(now) {
		if last := now.Add(archive.MaxHold); date.After(last) {
			date = last
		}
		return date, true
	}
	return time.Time{}, false
}

// sameAgain returns the target of a redirect, to the letter, where that is the
// page itself under another spelling.
func (f *fetcher) sameAgain(x *exchange, asked, page string) (string, bool) {
	location := captureOf(x, page, time.Time{}, 0).Location()
	if location == "" {
		return "", false
	}
	from, err := url.Parse(asked)
	if err != nil {
		return "", false
	}
	to, err := from.Parse(location)
	if err != nil {
		return "", false
	}
	to.Fragment, to.RawFragment, to.User = "", "", nil
	a, err := canonical(to.String())
	return to.String(), err == nil && a.url == page
}

// What a host's cookies may take in a request: servers refuse more (nginx at
// 8 KiB a line).
const (
	maxCookies     = 50
	maxCookieBytes = 8 << 10
)

// withCookies returns cookies with those that an answer sets, as far as they
// fit.
func withCookies(cookies []*http.Cookie, answer http.Header) []*http.Cookie {
	for _, c := range (&http.Response{Header: answer}).Cookies() {
		cookies = slices.DeleteFunc(cookies, func(o *http.Cookie) bool { return o.Name == c.Name })
		if c.MaxAge >= 0 && len(cookies) < maxCookies {
			cookies = append(cookies, c)
			if len(cookieHeader(cookies)) > maxCookieBytes {
				cookies = cookies[:len(cookies)-1]
			}
		}
	}
	return cookies
}

func cookieHeader(cookies []*http.Cookie) string {
	parts := make([]string, len(cookies))
	for i, c := range cookies {
		parts[i] = (&http.Cookie{Name: c.Name, Value: c.Value, Quoted: c.Quoted}).String()
	}
	return strings.Join(parts, "; ")
}

// failureText tells people why there was no answer, without the URL, which
// they know.
func failureText(err error) string {
	var op *url.Error
	if errors.As(err, &op) {
		err = op.Err
	}
	if address := (*AddressError)(nil); errors.As(err, &address) {
		return address.Error()
	}
	if broken := (*tls.CertificateVerificationError)(nil); errors.As(err, &broken) && len(broken.UnverifiedCertificates) > 0 {
		return err.Error() + " (" + fingerprint(broken.UnverifiedCertificates[0]) + ")"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	// The ports of one connection mean nothing to anybody.
	if broken := (*net.OpError)(nil); errors.As(err, &broken) && broken.Op != "dial" {
		return broken.Err.Error()
	}
	return err.Error()
}
