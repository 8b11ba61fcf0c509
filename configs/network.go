package configs

import (
	"fmt"
	"net/netip"

	"github.com/goccy/go-yaml/ast"

	"fangzhi/crawler"
)

// proxy reads the address of a proxy; without one it is absent. A mistake does
// not show what is written, which may hold a password.
func (r *reader) proxy(v value, absent string) string {
	setting, ok := r.text(v)
	if !ok {
		return absent
	}
	if setting == "environment" {
		return ""
	}
	if err := crawler.CheckProxy(setting); err != nil || setting == "" {
		r.mistake(v, "%q: must be none, environment, or the address of a proxy: http, https, socks5 or socks5h://[USER:PASSWORD@]HOST[:PORT]", crawler.ProxyText(setting))
		return absent
	}
	return setting
}

// allowPrivate reads true, false, or a list of addresses and ranges.
func (s *siteReader) allowPrivate() (all bool, some []netip.Prefix) {
	v := s.fields["allow_private"]
	if _, ok := v.node.(*ast.SequenceNode); !ok {
		return s.truth(v), nil
	}
	list, at := s.texts(v)
	for i, text := range list {
		p, err := crawler.ParseAddresses(text)
		if err != nil {
			s.mistake(at[i], "%q: %v", text, err)
			continue
		}
		some = append(some, p)
	}
	return false, some
}

func (s *siteReader) tls() crawler.TLS {
	v := s.fields["tls"]
	fields := s.mapping(v, "profile", "verify", "pin", "ca")
	s.places["tls"] = v
	for name, field := range fields {
		s.places["tls."+name] = field
	}
	var t crawler.TLS
	if profile, ok := s.text(fields["profile"]); ok && profile != "strict" {
		t.Profile = crawler.Profile(profile)
	}
	if verify := fields["verify"]; verify.node != nil {
		_, given := verify.node.(*ast.BoolNode)
		if t.Unverified = !s.truth(verify) && given; t.Unverified {
			s.warning(verify, "whoever sits on the line can answer for this site, and versions will say unverified: a pin is safer")
		}
	}
	if pin := fields["pin"]; pin.node != nil {
		if _, ok := pin.node.(*ast.SequenceNode); ok {
			list, at := s.texts(pin)
			t.Pins = list
			for i := range at {
				s.places[fmt.Sprintf("tls.pin[%d]", i)] = at[i]
			}
		} else if text, ok := s.text(pin); ok {
			t.Pins = []string{text}
			s.places["tls.pin[0]"] = pin
		}
	}
	t.CA, _ = s.text(fields["ca"])
	return t
}
