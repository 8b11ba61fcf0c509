package configs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A configuration that is larger is a mistake, or meant ill: the parser's time
// grows with the square of the depth, and aliases multiply what they name.
const (
	maxBytes  = 1 << 20 // about 5,000 sites
	maxDepth  = 32      // brackets within brackets, dashes on a line
	maxValues = 200_000 // read in all, through aliases too
)

const wanted = "a configuration is wanted: docs/configuration.md has an example"

// parse returns the one document of a file; nil, with the reason among the
// problems, when there is none that can be read.
func (r *reader) parse(b []byte) ast.Node {
	switch {
	case len(b) > maxBytes:
		return r.fail("is larger than %d bytes: no configuration is", maxBytes)
	case bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")):
		return r.fail("is UTF-16: must be UTF-8: save it as that")
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if at := invalidUTF8(b); at >= 0 {
		line, column := position(b, at)
		r.problems = append(r.problems, Problem{File: r.file, Line: line, Column: column,
			Text: fmt.Sprintf("byte 0x%02x is not UTF-8 (perhaps the file is GBK): save it as UTF-8", b[at])})
		return nil
	}
	if at := bytes.IndexByte(b, 0); at >= 0 {
		line, column := position(b, at)
		r.problems = append(r.problems, Problem{File: r.file, Line: line, Column: column, Text: "NUL byte: is not a text file"})
		return nil
	}
	tokens := lexer.Tokenize(string(b))
	if tk := tooDeep(tokens); tk != nil {
		r.problems = append(r.problems, Problem{File: r.file, Line: tk.Position.Line, Column: tk.Position.Column,
			Text: fmt.Sprintf("is nested more than %d levels deep", maxDepth)})
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		p := Problem{File: r.file, Text: "not YAML: " + err.Error()}
		var at yaml.Error
		if errors.As(err, &at) {
			p.Text = "not YAML: " + explained(at.GetMessage())
			if tk := at.GetToken(); tk != nil && tk.Position != nil {
				p.Line, p.Column = tk.Position.Line, tk.Position.Column
			}
		}
		r.problems = append(r.problems, p)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.DirectiveType:
		case body != nil:
			r.problem(doc.Body, "", "a second document: one is wanted, without --- in between")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return r.fail("is empty: %s", wanted)
	}
	ast.Walk(r, body)
	return body
}

// explained says what the parser's words mean for a writer.
func explained(message string) string {
	switch {
	case strings.Contains(message, "\t"):
		return "a tab: indent by spaces"
	case strings.Contains(message, "is not allowed in this context"):
		return message + ": is this line indented like those around it?"
	}
	return message
}

// fail adds a problem of the file as a whole.
func (r *reader) fail(format string, args ...any) ast.Node {
	r.problems = append(r.problems, Problem{File: r.file, Text: fmt.Sprintf(format, args...)})
	return nil
}

// tooDeep returns the token that goes deeper than maxDepth, nil when none does.
func tooDeep(tokens token.Tokens) *token.Token {
	depth, line, marks := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position == nil {
			continue
		}
		if tk.Position.Line != line {
			line, marks = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			marks++
		}
		if depth > maxDepth || marks > maxDepth {
			return tk
		}
	}
	return nil
}

// invalidUTF8 returns where b stops being UTF-8, -1 when it does not.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		c, size := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// position returns line and column of the byte b[at].
func position(b []byte, at int) (line, column int) {
	before := b[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
