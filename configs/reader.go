package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// reader walks a YAML tree by what a configuration may hold, and collects every
// mistake. The library's own decoding stops at the first.
type reader struct {
	file     string
	problems Problems
	warnings Problems
	presets  []Preset
	via      string // the proxy of sites that name none
	anchors  map[string]ast.Node
	values   int // read so far
}

// value is one place in the tree.
type value struct {
	node ast.Node // never an alias, an anchor or a tag; nil: absent, or null
	at   *token.Token
	path string
}

// problem adds a mistake at a node's place.
func (r *reader) problem(n ast.Node, path, format string, args ...any) {
	r.mistake(value{at: startOf(n), path: path}, format, args...)
}

// mistake adds a mistake at v's place.
func (r *reader) mistake(v value, format string, args ...any) {
	r.problems = append(r.problems, r.remark(v, format, args...))
}

// warning adds what is allowed at v's place and should be looked at.
func (r *reader) warning(v value, format string, args ...any) {
	r.warnings = append(r.warnings, r.remark(v, format, args...))
}

func (r *reader) remark(v value, format string, args ...any) Problem {
	p := Problem{File: r.file, Path: v.path, Text: fmt.Sprintf(format, args...)}
	if v.at != nil && v.at.Position != nil {
		p.Line, p.Column = v.at.Position.Line, v.at.Position.Column
	}
	return p
}

// startOf is the first token of n. The library gives a mapping the place of its
// first colon.
func startOf(n ast.Node) *token.Token {
	switch x := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !x.IsFlowStyle && len(x.Values) > 0 {
			return startOf(x.Values[0])
		}
	case *ast.MappingValueNode:
		return startOf(x.Key)
	}
	return n.GetToken()
}

// Visit notes the anchors of a tree, as ast.Walk comes by.
func (r *reader) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil {
		name := a.Name.GetToken().Value
		if _, twice := r.anchors[name]; twice {
			r.problem(a, "", "&%s is given twice: names must differ", name)
		}
		r.anchors[name] = a.Value
	}
	return r
}

// value makes n a value: anchors, aliases and tags are seen through.
func (r *reader) value(n ast.Node, path string) value {
	v := value{node: n, at: startOf(n), path: path}
	for range maxDepth {
		if r.values++; r.values > maxValues {
			if r.values == maxValues+1 {
				r.mistake(v, "more than %d values, aliases counted each time: no configuration has so many", maxValues)
			}
			v.node = nil
			return v
		}
		switch x := v.node.(type) {
		case *ast.AnchorNode:
			v.node = x.Value
		case *ast.AliasNode:
			name := x.Value.GetToken().Value
			named, ok := r.anchors[name]
			if !ok {
				r.mistake(v, "*%s: there is no &%s", name, name)
			}
			v.node = named
		case *ast.TagNode:
			r.mistake(v, "%s: tags have no meaning here: leave it out", x.Start.Value)
			v.node = nil
		case *ast.NullNode:
			v.node = nil
		default:
			return v
		}
		if v.node == nil {
			return v
		}
	}
	r.mistake(v, "an alias of itself")
	v.node = nil
	return v
}

// mapping reads a mapping that may hold the keys known, and reports others.
// Keys that are absent, or null, are not in the result.
func (r *reader) mapping(v value, known ...string) map[string]value {
	fields := map[string]value{}
	r.into(fields, v, known, map[string]int{})
	return fields
}

// into adds the fields of v that fields does not have yet.
func (r *reader) into(fields map[string]value, v value, known []string, lines map[string]int) {
	if v.node == nil {
		return
	}
	m, ok := v.node.(ast.MapNode)
	if !ok {
		r.mistake(v, "%s: must be a mapping, of: %s", r.quote(v), strings.Join(known, ", "))
		return
	}
	var merged []value
	for it := m.MapRange(); it.Next() && r.values <= maxValues; {
		key := it.Key()
		if key.IsMergeKey() {
			merged = append(merged, r.value(it.Value(), v.path))
			continue
		}
		name := key.GetToken().Value
		if _, ok := key.(*ast.StringNode); !ok {
			r.problem(key, join(v.path, name), "must be a plain key, one of: %s", strings.Join(known, ", "))
			continue
		}
		if !slices.Contains(known, name) {
			r.problem(key, join(v.path, name), "%s", unknownKey(name, known))
			continue
		}
		if line, twice := lines[name]; twice {
			r.problem(key, join(v.path, name), "is given twice, first in line %d: once is right", line)
			continue
		}
		lines[name] = key.GetToken().Position.Line
		if _, ok := fields[name]; ok {
			continue
		}
		field := r.value(it.Value(), join(v.path, name))
		if field.node != nil {
			fields[name] = field
		}
	}
	// What is merged in (<<: *name) gives way to what is written out.
	for _, m := range merged {
		r.into(fields, m, known, map[string]int{})
	}
}

// list returns the members of a list.
func (r *reader) list(v value, of string) (members []value) {
	if v.node == nil {
		return nil
	}
	s, ok := v.node.(*ast.SequenceNode)
	if !ok {
		r.mistake(v, "%s: must be a list of %s", r.quote(v), of)
		return nil
	}
	for i, n := range s.Values {
		if r.values > maxValues {
			break
		}
		member := r.value(n, fmt.Sprintf("%s[%d]", v.path, i))
		if member.node == nil {
			r.mistake(member, "is empty: fill it in, or take it out")
			continue
		}
		members = append(members, member)
	}
	return members
}
