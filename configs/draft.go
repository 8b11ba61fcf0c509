package configs

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"fangzhi/crawler"
)

// Draft is what a configuration is written from.
type Draft struct {
	Survey       crawler.Survey
	Contact      string // "": left to be filled in
	AllowPrivate bool
	Command      string    // that asked for it, for the first line
	At           time.Time // when the portal was looked at
}

// Write returns a commented configuration that Parse takes. A survey without
// columns has none.
func (d Draft) Write() ([]byte, error) {
	s := &d.Survey
	if len(s.Columns) == 0 {
		return nil, fmt.Errorf("%s: no column was found", s.URL)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	note := func(indent, format string, args ...any) {
		for _, l := range wrapped(fmt.Sprintf(format, args...), 78-len(indent)) {
			line("%s# %s", indent, l)
		}
	}
	note("", "Written by %q, which looked at the portal on %s. Every option is described in docs/configuration.md; \"fangzhi check --try\" shows what would be read, \"fangzhi crawl\" crawls.",
		oneLine(d.Command), d.At.Format(time.DateOnly))
	line("")
	note("", "A mail address or URL that is sent with every request, so that a webmaster can reach you.")
	if d.Contact != "" {
		line("contact: %s", quoted(d.Contact))
	} else {
		line("#contact: you@example.org")
	}
	line("")
	line("sites:")
	line("  - name: %s", quoted(d.name()))
	line("    title: %s", quoted(oneLine(s.Title)))
	if s.Code != "" {
		place := ""
		if s.Province != "" {
			place = fmt.Sprintf(": division %s, %s", s.Division, s.Province)
		}
		note("    ", "Site code (网站标识码) %s%s.", s.Code, place)
	}
	preset, known := DefaultPreset, false
	if presets, err := Presets(); err == nil && s.Family != "" {
		if known = slices.ContainsFunc(presets, func(p Preset) bool { return p.Name == s.Family }); known {
			preset = s.Family
		}
	}
	if s.Family != "" {
		note("    ", "Portal software: %s; what told it: %s.", s.Family, oneLine(s.Evidence))
	} else {
		note("    ", "Portal software: none that is known by name; its lists are read by their structure.")
	}
	line("    preset: %s", preset)
	if s.Zone != "" {
		line("    timezone: %s", s.Zone)
	}
	line("    schedule: %q", fmt.Sprintf("%d */6 * * *", d.minute()))
	d.columns(line, note)
	line("    politeness: {delay: 2s, parallel: 1}")
	note("    ", "Articles are asked for again by age: daily for a week, weekly up to 90 days, then monthly.")
	line("    revisit: [{age: 7d, every: 1d}, {age: 90d, every: 7d}, {every: 30d}]")
	if d.AllowPrivate {
		line("    allow_private: true              # the portal stands on a loopback or private address")
	}
	return []byte(b.String()), nil
}

// columns writes the columns, and what was looked at besides.
func (d Draft) columns(line func(string, ...any), note func(string, string, ...any)) {
	s := &d.Survey
	line("    columns:")
	for i := range s.Columns {
		c := &s.Columns[i]
		note("      ", "%s", told(c))
		line("      - {name: %s, url: %s}", quoted(oneLine(c.Name)), quoted(c.URL))
	}
	if len(s.Untried) > 0 {
		note("      ", "Not looked at, for no more than %d requests were to be sent; take those that are lists of news:", crawler.SurveyRequests)
		for _, p := range s.Untried {
			name := p.Name
			if name == "" {
				name = "?"
			}
			line("      #- {name: %s, url: %s}", quoted(oneLine(name)), quoted(p.URL))
		}
	}
	for _, n := range s.Notes {
		note("      ", "%s", oneLine(n))
	}
	for _, list := range []struct {
		what string
		urls []string
	}{{"Feeds", s.Feeds}, {"Sitemaps", s.Sitemaps}} {
		if len(list.urls) > 0 {
			note("      ", "%s that the portal names, which can be columns as well: %s", list.what, oneLine(strings.Join(list.urls[:min(5, len(list.urls))], " ")))
		}
	}
}

// told says in a line what was found of a column.
func told(c *crawler.Listed) string {
	var parts []string
	size := fmt.Sprintf("%d rows", c.Rows)
	if c.Total > 0 {
		size = fmt.Sprintf("%d articles", c.Total)
	}
	if c.Pages > 1 {
		size += fmt.Sprintf(" on %d pages", c.Pages)
	}
	parts = append(parts, size)
	if c.Newest != "" {
		parts = append(parts, "the newest of "+c.Newest)
	}
	if c.Family != "" {
		parts = append(parts, "read as "+c.Family)
	}
	switch m := c.Sample; {
	case m == nil:
		parts = append(parts, "no article was looked at")
	case m.Failure != "":
		parts = append(parts, "an article could not be read: "+oneLine(m.Failure))
	case len(m.Missing) > 0:
		parts = append(parts, "an article was read, without "+strings.Join(m.Missing, ", "))
	default:
		parts = append(parts, "an article was read whole")
	}
	return strings.Join(parts, ", ")
}

// name is a short name for the site, from its host.
func (d Draft) name() string {
	u, err := url.Parse(d.Survey.URL)
	if err != nil {
		return "portal"
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return strings.Trim(strings.NewReplacer(":", "-", "[", "", "]", "").Replace(u.Host), "-.")
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(host, "www."), ".")
	// zjg.gov.cn is zjg, fgw.zj.gov.cn is fgw.zj.
	if before, _, ok := strings.Cut(rest, "gov."); ok && before != "" {
		name += "." + strings.Trim(before, ".")
	}
	if !isPlainName(name) {
		return "portal"
	}
	return name
}

// minute spreads sites over the hour.
func (d Draft) minute() uint32 {
	h := fnv.New32a()
	h.Write([]byte(d.Survey.URL))
	return h.Sum32() % 60
}

// quoted is s as a YAML string in double quotes, which any text may be.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// oneLine is a text that a comment or a name can hold.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 400 {
		s = string(runes[:400]) + "…"
	}
	return s
}

// wrapped breaks a text at blanks into lines of about so many columns.
func wrapped(s string, columns int) []string {
	var lines []string
	width := 0
	for word := range strings.FieldsSeq(s) {
		n := 0
		for _, r := range word {
			if n++; r >= 0x2e80 {
				n++
			}
		}
		if len(lines) == 0 || width+1+n > columns {
			lines, width = append(lines, word), n
			continue
		}
		lines[len(lines)-1] += " " + word
		width += 1 + n
	}
	return lines
}
