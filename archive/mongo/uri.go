package mongo

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// address is what a URI says of where an archive is; its text is fit for
// errors and logs.
type address struct {
	scheme, hosts, database string
	secrets                 []string // the password, as written and decoded
}

func (a address) String() string { return a.scheme + "://" + a.hosts + "/" + a.database }

// Name is a URI as it may be printed: without user, password and options.
func Name(uri string) string {
	a, err := parseURI(uri)
	if err != nil {
		scheme, _, _ := strings.Cut(uri, ":")
		return scheme + "://…"
	}
	return a.String()
}

// parseURI reads what the driver keeps to itself, and leaves the options to it.
func parseURI(uri string) (address, error) {
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || scheme != "mongodb" && scheme != "mongodb+srv" {
		return address{}, errors.New("the URI of a MongoDB archive must begin with mongodb:// or mongodb+srv://")
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, path, _ := strings.Cut(rest, "/")
	a := address{scheme: scheme, hosts: rest, database: "fangzhi"}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		a.hosts = rest[i+1:]
		if _, password, ok := strings.Cut(rest[:i], ":"); ok && password != "" {
			a.secrets = append(a.secrets, password)
			if decoded, err := url.PathUnescape(password); err == nil && decoded != password {
				a.secrets = append(a.secrets, decoded)
			}
		}
	}
	if a.hosts == "" {
		return address{}, fmt.Errorf("%s:///%s names no host: must be %s://HOST/NAME", scheme, path, scheme)
	}
	if path != "" {
		name, err := url.PathUnescape(path)
		if err != nil || strings.ContainsAny(name, "/\\. \"$*<>:|?\x00") {
			return address{}, fmt.Errorf("%s: %q cannot be the name of a database", a, path)
		}
		a.database = name
	}
	return a, nil
}

// discreet is err without the password, where the driver quotes it.
func (a address) discreet(err error) error {
	hidden := err.Error()
	for _, s := range a.secrets {
		hidden = strings.ReplaceAll(hidden, s, "…")
	}
	if hidden == err.Error() {
		return err
	}
	return discreetError{err, hidden}
}

type discreetError struct {
	err  error
	text string
}

func (e discreetError) Error() string { return e.text }
func (e discreetError) Unwrap() error { return e.err }
