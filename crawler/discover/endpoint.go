package discover

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// Of software that nobody knows, a page without rows names the service that
// fills it: in a script, with or without the values that it is called with, or
// in an attribute of the element that it fills.
var (
	// what stands before the address that a call asks, before the next call, and before
	// one that posts
	endpointCall  = lazyregexp.New(`(?i)(?:ajax|get|post|getJSON|fetch|axios|request|url|open)\s*[:(=]?\s*\(?\s*(?:["'](?:GET|POST)["']\s*,\s*)?$`)
	endpointNext  = lazyregexp.New(`\$\.(?:ajax|get|post)|fetch\(|axios`)
	endpointPosts = lazyregexp.New(`(?i)(?:\.post\s*\(|open\s*\(\s*["']POST["']\s*,)\s*$`)
	// endpointLikely and endpointNot tell addresses that bring lists from others.
	endpointLikely = lazyregexp.New(`(?i)\.json\b|/api/|/rest/|list|query|search|page|news|article|getdata|select|info|content|\.do\b|\.action\b|\.ashx\b|/data`)
	endpointNot    = lazyregexp.New(`(?i)\.(?:js|css|png|jpe?g|gif|svg|ico|s?html?|woff2?|ttf|mp4|swf|pdf|docx?)(?:$|[?#])|login|logout|click|counter|visit|stat(?:s|istics)?\b|weather|comment|vote|upload|captcha|verify|lang|theme|banner|menu|nav\b|hm\.baidu|google|config|beacon|track|share|token`)
	endpointVar    = lazyregexp.New(`(?:^|[^&?\w$.])([A-Za-z_$][\w$]*)\s*[:=]\s*(?:"([^"\n]*)"|'([^'\n]*)'|(-?\d+))`)
	endpointAttr   = lazyregexp.New(`(?i)^(?:data-[\w-]*(?:url|api|src|json|href|ajax|action|source|list|endpoint|path)|url|api|ajax-url|src-url)$`)
	endpointPair   = lazyregexp.New(`["']?([A-Za-z_][\w.-]*)["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|(-?[\d.]+)|([A-Za-z_$][\w.$]*))`)
	endpointData   = lazyregexp.New(`(?is)\b(?:data|params|body|where)\s*:\s*(JSON\.stringify\s*\(\s*)?\{([^{}]*)\}`)
	endpointArg    = lazyregexp.New(`(?s)^\s*,\s*(JSON\.stringify\s*\(\s*)?\{([^{}]*)\}`)
	endpointPost   = lazyregexp.New(`(?i)\b(?:type|method)\s*:\s*["']post["']`)
	endpointJSON   = lazyregexp.New(`(?i)application/json|JSON\.stringify`)
	endpointHref   = lazyregexp.New(`href=\\?["']?([^"'\s<>]*?)\\?["']\s*\+\s*\(?(?:[A-Za-z_$][\w$]*(?:\[\w+\])?\.)([\w$]+)\)?\s*\+\s*\\?["']([^"'\s<>\\]*)`)
	endpointTmpl   = lazyregexp.New(`href=\\?["']?([^"'\s<>` + "`" + `$]*)\$\{\s*[\w$]+\.([\w$]+)\s*\}([^"'\s<>` + "`" + `$]*)`)
	endpointBind   = lazyregexp.New(`:href=["']\s*["'` + "`" + `]([^"'\s<>` + "`" + `]*)["'` + "`" + `]\s*\+\s*[\w$]+\.([\w$]+)(?:\s*\+\s*["'` + "`" + `]([^"'\s<>` + "`" + `]*))?`)
)

const (
	endpointMost = 3  // services of one page that are asked
	fewRows      = 3  // with fewer a page is one that a script fills
	guessedRows  = 20 // of a page, where the script does not say
)

// endpoint is a service that a page names.
type endpoint struct {
	request  archive.Request
	score    int
	evidence string
}

// endpoints finds the services by which a page may be filled, the likeliest
// first.
func endpoints(p *page) (l List, ok bool) {
	var found []endpoint
	add := func(e endpoint) {
		if e.request.URL != "" && !slices.ContainsFunc(found, func(o endpoint) bool { return o.request.ReplayURL() == e.request.ReplayURL() }) {
			found = append(found, e)
		}
	}
	for _, n := range p.Document().Find("*").EachIter() {
		for _, attribute := range n.Nodes[0].Attr {
			if endpointAttr.MatchString(attribute.Key) && (n.Nodes[0].Data != "script" || attribute.Key != "src") {
				if e, ok := p.endpointAt(attribute.Val, "", attribute.Key); ok {
					e.score++
					add(e)
				}
			}
		}
	}
	js := scripts(p, "")
	values := map[string]string{}
	for _, m := range endpointVar.FindAllStringSubmatch(js, 2000) {
		if _, held := values[m[1]]; !held {
			values[m[1]] = m[2] + m[3] + m[4]
		}
	}
	for i := 0; i < len(js); {
		c := js[i]
		if c != '"' && c != '\'' && c != '`' {
			i++
			continue
		}
		end := quoted(js[i:])
		literal := js[i : i+end]
		if endpointLikely.MatchString(literal) && strings.ContainsAny(literal, "/.") && !strings.ContainsAny(literal, "<> ") {
			address, after := joined(js, i, values)
			if e, ok := p.endpointIn(js, i, after, address, values); ok {
				add(e)
			}
			i = max(after, i+end)
			continue
		}
		i += end
	}
	slices.SortStableFunc(found, func(a, b endpoint) int { return cmp.Compare(b.score, a.score) })
	for _, e := range found[:min(len(found), endpointMost)] {
		e.request.Hint = hrefOf(js, p.html)
		l.Feeds = append(l.Feeds, e.request)
		if l.Evidence == "" {
			l.Evidence = e.evidence
		}
	}
	return l, len(l.Feeds) > 0
}

// endpointAt is the service at an address that an attribute or script names.
func (p *page) endpointAt(address, call, evidence string) (e endpoint, ok bool) {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > 1000 || templated(address) || strings.ContainsAny(address, "<>\n ") ||
		!endpointLikely.MatchString(address) || endpointNot.MatchString(address) {
		return e, false
	}
	u := beside(p.at, address)
	if u == "" {
		return e, false
	}
	if to, err := url.Parse(u); err == nil {
		// A number that the script adds later is that of the first page.
		form := decoded(to.RawQuery)
		for i := range form {
			if form[i].value == "" && isName(form[i].name, pageNames) {
				form[i].value = "1"
			}
		}
		u = withQuery(to, encoded(form))
	}
	e.request = p.scripted("endpoint", u)
	e.evidence = evidence + " " + address
	lower := strings.ToLower(address)
	for mark, points := range map[string]int{"list": 3, ".json": 2, "/api/": 2, "/rest/": 1, "page": 1, "news": 1, "article": 1, "query": 1} {
		if strings.Contains(lower, mark) {
			e.score += points
		}
	}
	if _, paged := stepOf(e.request); paged {
		e.score += 3
	}
	return e, true
}

// endpointIn is the service that a script calls at js[start:after].
func (p *page) endpointIn(js string, start, after int, address string, values map[string]string) (e endpoint, ok bool) {
	e, ok = p.endpointAt(address, "", "script")
	if !ok {
		return e, false
	}
	before, around := js[max(0, start-300):start], js[after:min(len(js), after+600)]
	if endpointCall.MatchString(before) {
		e.score += 3
	}
	// The options of the call: up to where the next one begins.
	if i := endpointNext.FindStringIndex(around); i != nil {
		around = around[:i[0]]
	}
	own := before
	if i := strings.LastIndexAny(own, "{;"); i >= 0 {
		own = own[i:]
	}
	post := endpointPost.MatchString(around) || endpointPost.MatchString(own) || endpointPosts.MatchString(before)
	data := endpointArg.FindStringSubmatch(around)
	if data == nil {
		data = endpointData.FindStringSubmatch(around)
	}
	if data == nil {
		data = endpointData.FindStringSubmatch(own)
	}
	if data == nil {
		if post {
			e.request = p.posted("endpoint", e.request.URL, formType, "")
		}
		return e, true
	}
	var form []parameter
	for _, m := range endpointPair.FindAllStringSubmatch(data[2], 40) {
		form = append(form, parameter{m[1], p.valueOfName(m, values)})
	}
	if slices.ContainsFunc(form, func(f parameter) bool {
		return isName(f.name, pageNames) || isName(f.name, sizeNames) || isName(f.name, skipNames)
	}) {
		e.score += 3
	}
	switch {
	case post && (data[1] != "" || endpointJSON.MatchString(around) || endpointJSON.MatchString(own)):
		e.request = p.posted("endpoint", e.request.URL, jsonType, jsonObject(form))
	case post:
		e.request = p.posted("endpoint", e.request.URL, formType, encoded(form))
	default:
		u, err := url.Parse(e.request.URL)
		if err != nil {
			return e, false
		}
		e.request.URL = withQuery(u, encoded(append(decoded(u.RawQuery), form...)))
	}
	return e, true
}

// valueOfName is what a script passes: a literal, or what it gave a name.
func (p *page) valueOfName(m []string, values map[string]string) string {
	if m[5] == "" {
		return m[2] + m[3] + m[4]
	}
	return known(m[1], m[5], values)
}

// known is the value of an expression that is a name, as far as the script
// tells: numbers of pages start at 1 where it does not.
func known(parameter, name string, values map[string]string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if v, ok := values[last]; ok {
		return v
	}
	for _, n := range []string{last, parameter} {
		switch {
		case isName(n, pageNames):
			return "1"
		case isName(n, sizeNames):
			return decimal(guessedRows)
		case isName(n, skipNames):
			return "0"
		}
	}
	if isNumber(name) || name == "true" || name == "false" {
		return name
	}
	return ""
}

// jsonObject writes a form as a JSON object.
func jsonObject(form []parameter) string {
	parts := make([]string, len(form))
	for i, f := range form {
		value := f.value
		if !isNumber(value) && value != "true" && value != "false" {
			value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
		} else if len(value) > 1 && value[0] == '0' {
			value = `"` + value + `"`
		}
		parts[i] = `"` + f.name + `":` + value
	}
	return "{" + strings.Join(parts, ",") + "}"
}

var (
	joinName   = lazyregexp.New(`^\s*\+\s*\(?\s*([A-Za-z_$][\w.$]*|\d+)(?:\s*[-+]\s*\d+)?\s*\)?`)
	joinBefore = lazyregexp.New(`([A-Za-z_$][\w.$]*)\s*\+\s*$`)
	joinText   = lazyregexp.New(`^\s*\+\s*["'` + "`" + `]`)
	inText     = lazyregexp.New(`\$\{\s*([A-Za-z_$][\w.$]*)[^}]*\}`)
	lastName   = lazyregexp.New(`([\w.-]+)=$`)
)

// joined is the text that a script makes of the literal at start, of what is
// added to it and of what it is added to, and where that ends.
func joined(js string, start int, values map[string]string) (text string, after int) {
	parameterOf := func(s string) string {
		if m := lastName.FindStringSubmatch(s); m != nil {
			return m[1]
		}
		return ""
	}
	if m := joinBefore.FindStringSubmatch(js[max(0, start-60):start]); m != nil {
		text = known("", m[1], values)
	}
	for after = start; after < len(js) && len(text) < 2000; {
		end := quoted(js[after:])
		literal := js[after+1 : after+max(1, end-1)]
		if js[after] == '`' {
			for {
				m := inText.FindStringSubmatchIndex(literal)
				if m == nil {
					break
				}
				literal = literal[:m[0]] + known(parameterOf(text+literal[:m[0]]), literal[m[2]:m[3]], values) + literal[m[1]:]
			}
		}
		text += literal
		after += end
		rest := js[after:]
		for {
			m := joinName.FindStringSubmatch(rest)
			if m == nil {
				break
			}
			text += known(parameterOf(text), m[1], values)
			after += len(m[0])
			rest = js[after:]
		}
		m := joinText.FindString(rest)
		if m == "" {
			break
		}
		after += len(m) - 1
	}
	return text, after
}

// hrefOf is how a script makes the address of a row, with the name of the value
// that it puts in: /detail/{id}.html. It is "" where it takes one that it got.
func hrefOf(js, html string) string {
	for _, m := range [][]string{
		endpointHref.FindStringSubmatch(js), endpointTmpl.FindStringSubmatch(js), endpointBind.FindStringSubmatch(html), endpointTmpl.FindStringSubmatch(html),
	} {
		if m != nil && !isName(m[2], addressNames) {
			return m[1] + "{" + m[2] + "}" + m[3]
		}
	}
	return ""
}

// endpointAnswer reads what a service brought whose rows the page makes links
// of.
func endpointAnswer(a *Answer) (List, bool) {
	before, rest, made := strings.Cut(a.Request.Hint, "{")
	name, behind, _ := strings.Cut(rest, "}")
	if !made {
		return List{}, false
	}
	base := a.referers()
	t, ok := a.tableOf(a.Text, func(r record) string {
		v := r.value(plainName(name))
		if v == "" {
			return ""
		}
		return beside(base, before+v+behind)
	})
	if !ok {
		return List{}, false
	}
	l := List{Rows: t.rows, Total: t.total, Evidence: "JSON " + t.path, Key: a.key(), Short: t.short}
	l.Next = stepped(*a.Request, len(t.records), t.total, t.pages)
	return l, true
}
