package crawler

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jimsmart/grobotstxt"
)

// robotsRules are what a robots.txt says to one crawler (RFC 9309): the groups
// that name it, merged, or else those for everyone.
type robotsRules struct {
	rules []robotsRule
	delay time.Duration // Crawl-delay; 0: none

	sitemaps []string // that the file names, for whomever
}

type robotsRule struct {
	allow   bool
	pattern string // percent-encoded as canonical URLs are
	wild    bool   // holds * or ends in $
	line    int
}

const (
	maxRobotsRules   = 20_000 // what 500 KiB hold of short lines
	maxRobotsPattern = 2048   // longer ones fit no URL that is fetched
	maxSitemaps      = 50
)

// parseRobots reads the rules for the crawler that calls itself token.
func parseRobots(body, token string) (rules robotsRules) {
	reader := robotsReader{token: token}
	// The library panics on some malformed lines; what was read up to there
	// holds.
	defer func() {
		recover()
		rules = reader.everyone
		if reader.named {
			rules = reader.own
		}
		rules.sitemaps = reader.sitemaps
	}()
	grobotstxt.Parse(uniform(body), &reader)
	return rules
}

// uniform writes escapes in upper case and escapes what is not ASCII. The
// library does it too, but turns the digits of escapes into control characters.
func uniform(body string) string {
	body = strings.TrimPrefix(body, "\ufeff")
	var b strings.Builder
	b.Grow(len(body))
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '%' && i+2 < len(body) && unhex(body[i+1]) >= 0 && unhex(body[i+2]) >= 0:
			b.WriteString(strings.ToUpper(body[i : i+3]))
			i += 2
		case c >= 0x80:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// judge returns whether path, with its query, may be fetched, and the rule that
// bars it if not: the longest that matches, of equal ones the one that allows.
func (r robotsRules) judge(path string) (bar robotsRule, barred bool) {
	var best robotsRule
	for _, rule := range r.rules {
		shorter := len(rule.pattern) < len(best.pattern)
		outdone := len(rule.pattern) == len(best.pattern) && (best.allow || !rule.allow)
		if shorter || outdone {
			continue
		}
		if rule.matches(path) {
			best = rule
		}
	}
	return best, best.line > 0 && !best.allow
}

func (r robotsRule) matches(path string) bool {
	if !r.wild {
		return strings.HasPrefix(path, r.pattern)
	}
	return grobotstxt.Matches(path, r.pattern)
}

func (r robotsRule) String() string {
	word := "Disallow"
	if r.allow {
		word = "Allow"
	}
	return fmt.Sprintf("line %d, %q", r.line, word+": "+r.pattern)
}

// robotsReader sorts lines into groups; it is the handler of a parse.
type robotsReader struct {
	token         string
	own, everyone robotsRules
	named         bool // a group names the crawler
	inOwn, inAll  bool // the group being read
	sitemaps      []string
	ruled         bool // its rules have begun: the next User-agent starts another
}

func (r *robotsReader) HandleRobotsStart() {}
func (r *robotsReader) HandleRobotsEnd()   {}
func (r *robotsReader) HandleSitemap(_ int, url string) {
	if url != "" && len(r.sitemaps) < maxSitemaps {
		r.sitemaps = append(r.sitemaps, url)
	}
}
func (r *robotsReader) HandleUserAgent(_ int, agent string) {
	if r.ruled {
		r.inOwn, r.inAll, r.ruled = false, false, false
	}
	if agent == "*" || strings.HasPrefix(agent, "* ") {
		r.inAll = true
	} else if agent != "" && strings.EqualFold(token(agent), r.token) {
		r.inOwn, r.named = true, true
	}
}

func (r *robotsReader) HandleAllow(line int, pattern string)    { r.add(line, true, pattern) }
func (r *robotsReader) HandleDisallow(line int, pattern string) { r.add(line, false, pattern) }

func (r *robotsReader) add(line int, allow bool, pattern string) {
	r.ruled = true
	if pattern == "" || len(pattern) > maxRobotsPattern {
		return
	}
	rule := robotsRule{
		allow:   allow,
		pattern: string(appendEscaped(nil, pattern, inPath|inQuery|globMarks)),
		wild:    strings.Contains(pattern, "*") || strings.HasSuffix(pattern, "$"),
		line:    line,
	}
	r.each(func(rules *robotsRules) {
		if len(rules.rules) < maxRobotsRules {
			rules.rules = append(rules.rules, rule)
		}
	})
}

func (r *robotsReader) HandleUnknownAction(_ int, action, value string) {
	if !strings.EqualFold(action, "crawl-delay") {
		return
	}
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || !(seconds > 0) {
		return
	}
	delay := time.Duration(min(seconds, 86_400) * float64(time.Second))
	r.each(func(rules *robotsRules) { rules.delay = max(rules.delay, delay) })
}

// each calls f for the rules that the group being read adds to.
func (r *robotsReader) each(f func(*robotsRules)) {
	if r.inOwn {
		f(&r.own)
	}
	if r.inAll {
		f(&r.everyone)
	}
}
