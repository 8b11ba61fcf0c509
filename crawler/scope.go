package crawler

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// Scope says which URLs a site's crawl may enter: pages of certain hosts, and
// of these such with certain paths.
type Scope struct {
	// Hosts are host or host:port. With a name comes its twin with or without
	// "www.". None: the hosts of the columns.
	Hosts []string
	// Include and Exclude are patterns of the whole path, without the query:
	// "*" stands for any run of characters but "/", "**" for any run, "?" for
	// one character but "/"; a pattern that ends in "/" takes in all below it.
	// Without Include every path is in. Exclude wins.
	Include, Exclude []string
}

// refusal is the kind of reason for which a crawl does not enter an address.
type refusal int

const (
	admitted refusal = iota
	unusable
	placeholder
	otherHost
	otherPath
	excludedPath
	tooDeep
	growing
	copied
	searching
	refusalKinds // how many there are
)

// scope is a Scope made ready.
type scope struct {
	hosts            map[string]bool
	include, exclude []pattern
}

type pattern struct {
	text string
	*regexp.Regexp
}

// newScope compiles s for columns; the error names the field.
func newScope(s Scope, columns []Column) (scope, error) {
	var c scope
	c.hosts = map[string]bool{}
	if len(s.Hosts) == 0 {
		for _, column := range columns {
			if a, err := canonical(column.URL); err == nil {
				c.addHost(a.host)
			}
		}
	}
	var problems Problems
	for i, h := range s.Hosts {
		a, err := canonical("http://" + h)
		if err != nil || a.path != "/" || strings.ContainsAny(h, "/?#@") {
			problems.add(fmt.Sprintf("scope.hosts[%d]", i), h, "must be a host or host:port, such as www.example.gov.cn")
			continue
		}
		c.addHost(a.host)
	}
	for _, list := range []struct {
		field string
		texts []string
		to    *[]pattern
	}{{"scope.include", s.Include, &c.include}, {"scope.exclude", s.Exclude, &c.exclude}} {
		found, mistakes := patterns(list.field, list.texts)
		*list.to = found
		problems = append(problems, mistakes...)
	}
	return c, problems.err()
}

// patterns makes patterns of paths ready; those with a mistake are left out.
func patterns(field string, texts []string) (found []pattern, problems Problems) {
	for i, text := range texts {
		if !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "*") {
			problems.add(fmt.Sprintf("%s[%d]", field, i), text, "must start with / or *: it is matched with the path")
			continue
		}
		found = append(found, pattern{text, globbed(text)})
	}
	return found, problems
}

// addHost adds a host and its twin.
func (s *scope) addHost(host string) {
	s.hosts[host] = true
	s.hosts[twin(host)] = true
}

// twin is host with "www." where it has none, else without it; an address has
// no twin.
func twin(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if _, err := netip.ParseAddr(name); err == nil || strings.HasPrefix(host, "[") || !strings.Contains(name, ".") {
		return host
	}
	if bare, ok := strings.CutPrefix(host, "www."); ok {
		return bare
	}
	return "www." + host
}

// globbed turns a pattern into an expression over escaped paths.
func globbed(text string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`^`)
	escaped := string(appendEscaped(nil, text, inPath|globMarks))
	for escaped != "" {
		n := 1
		switch {
		case strings.HasPrefix(escaped, "**"):
			b.WriteString(`.*`)
			n = 2
		case escaped[0] == '*':
			b.WriteString(`[^/]*`)
		case escaped[0] == '?':
			b.WriteString(`[^/]`)
		default:
			b.WriteString(regexp.QuoteMeta(escaped[:1]))
		}
		escaped = escaped[n:]
	}
	if strings.HasSuffix(text, "/") {
		b.WriteString(`.*`)
	}
	b.WriteString(`$`)
	return regexp.MustCompile(b.String())
}

// admit returns admitted where a crawl may enter a, else the kind of reason,
// with the reason for people.
func (s *scope) admit(a address) (refusal, string) {
	if templated(a.url) {
		return placeholder, "a template's placeholder, not an address"
	}
	if !s.hosts[a.host] {
		return otherHost, fmt.Sprintf("host %q is not in the scope", a.host)
	}
	for _, p := range s.exclude {
		if p.MatchString(a.path) {
			return excludedPath, fmt.Sprintf("path %q is excluded by %q", a.path, p.text)
		}
	}
	if len(s.include) == 0 {
		return admitted, ""
	}
	for _, p := range s.include {
		if p.MatchString(a.path) {
			return admitted, ""
		}
	}
	return otherPath, fmt.Sprintf("path %q is not included", a.path)
}

// templated says whether a canonical URL holds a placeholder that a script in
// the page would have filled in, bare or as escaping left it.
func templated(url string) bool {
	if !strings.ContainsAny(url, "{<%$") {
		return false
	}
	for _, mark := range []string{"{{", "%7B%7B", "${", "$%7B", "<?", "%3C?", "%3C%3F", "<%", "%3C%25"} {
		if strings.Contains(url, mark) {
			return true
		}
	}
	return false
}
