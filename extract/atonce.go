package extract

import (
	"strings"

	"fangzhi/lazyregexp"
)

const (
	// callDepth is how deep calls of functions by their names are followed.
	callDepth = 8
	// callContext is how many bytes around a function tell how it is called.
	callContext = 80
)

var (
	// functionHead is where a function starts, up to the brace of its body.
	functionHead = lazyregexp.New(`\bfunction\b\s*\*?\s*([\w$]*)\s*\([^()]*\)\s*\{|(?:\([^()]*\)|[\w$]+)\s*=>\s*\{`)
	// namedBefore is the name that what stands before a function gives it.
	namedBefore = lazyregexp.New(`([\w$]+)\s*[=:]\s*(?:async\s*)?$`)
	// calledBefore stands before a function that runs once the page is there.
	calledBefore = lazyregexp.New(`(?:set(?:Timeout|Interval)\s*\(|\bonload\s*=|\b(?:load|DOMContentLoaded)["']\s*,|\bready\s*\(|(?:\$|\bjQuery)\s*\()\s*(?:async\s*)?$`)
	// calledAfter follows the body of a function that is called where it stands.
	calledAfter = lazyregexp.New(`^\)?\s*(?:\.(?:call|apply)\s*)?\(`)
)

// atOnce returns what of a script runs when its page is loaded: what stands outside
// of functions, and the bodies of those that are called from there. What waits for a
// button is left out. A script with a brace that nothing closes is taken whole.
func atOnce(script string) string {
	s := scriptRun{later: map[string]string{}}
	for range callDepth {
		if !s.add(script) {
			return script
		}
		if script = s.called(); script == "" {
			break
		}
	}
	return s.out.String()
}

// scriptRun is what of a script runs at once, and what waits to be called.
type scriptRun struct {
	out   strings.Builder
	later map[string]string // bodies of functions by name
	names []string          // of later, in their order
}

// add adds a script, and says whether each of its functions has an end.
func (s *scriptRun) add(script string) bool {
	for {
		m := functionHead.FindStringSubmatchIndex(script)
		if m == nil {
			s.out.WriteString(script + "\n")
			return true
		}
		end := closingBrace(script, m[1])
		if end < 0 {
			return false
		}
		name := ""
		if m[2] >= 0 {
			name = script[m[2]:m[3]]
		}
		before, body := script[max(0, m[0]-callContext):m[0]], script[m[1]:end]
		s.out.WriteString(script[:m[0]] + " ")
		script = script[end+1:]
		after := strings.TrimLeft(script[:min(len(script), callContext)], " \t\r\n")
		if name != "" && !strings.HasPrefix(after, ")") {
			after = "" // what follows a declaration is another statement
		}
		if given := namedBefore.FindStringSubmatch(before); name == "" && given != nil {
			name = given[1]
		}
		switch {
		case calledBefore.MatchString(before), calledAfter.MatchString(after):
			if !s.add(body) {
				return false
			}
		case name != "":
			if _, known := s.later[name]; !known {
				s.names = append(s.names, name)
			}
			s.later[name] += body + "\n"
		}
	}
}

// called takes the bodies of the functions that what runs at once calls by name.
func (s *scriptRun) called() string {
	run := s.out.String()
	var bodies strings.Builder
	waiting := s.names[:0]
	for _, name := range s.names {
		if !calls(run, name) {
			waiting = append(waiting, name)
			continue
		}
		bodies.WriteString(s.later[name])
		delete(s.later, name)
	}
	s.names = waiting
	return bodies.String()
}

// calls says whether a script calls a function, or has it called with the page.
func calls(script, name string) bool {
	for from := 0; ; {
		at := strings.Index(script[from:], name)
		if at < 0 {
			return false
		}
		at, from = from+at, from+at+len(name)
		if at > 0 && isNameByte(script[at-1]) || from < len(script) && isNameByte(script[from]) {
			continue
		}
		if strings.HasPrefix(strings.TrimLeft(script[from:], " \t\r\n"), "(") || calledBefore.MatchString(script[max(0, at-callContext):at]) {
			return true
		}
	}
}

func isNameByte(c byte) bool {
	return c == '$' || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// closingBrace is where the brace that was opened before from is closed; -1 where it
// is not. Braces in strings and comments do not count.
func closingBrace(script string, from int) int {
	depth := 1
	for i := from; i < len(script); i++ {
		switch c := script[i]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'', '`':
			for i++; i < len(script) && script[i] != c && (c == '`' || script[i] != '\n'); i++ {
				if script[i] == '\\' {
					i++
				}
			}
		case '/':
			switch rest := script[i:]; {
			case strings.HasPrefix(rest, "//"):
				if n := strings.IndexByte(rest, '\n'); n >= 0 {
					i += n
				} else {
					return -1
				}
			case strings.HasPrefix(rest, "/*"):
				if n := strings.Index(rest[2:], "*/"); n >= 0 {
					i += n + 3
				} else {
					return -1
				}
			}
		}
	}
	return -1
}
