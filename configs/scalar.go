package configs

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// text returns a scalar as it is written; ok is false when v is absent or has
// a mistake.
func (r *reader) text(v value) (s string, ok bool) {
	switch x := v.node.(type) {
	case nil:
		return "", false
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(x.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode:
		return x.GetToken().Value, true
	}
	if _, isBool := v.node.(*ast.BoolNode); isBool {
		r.mistake(v, "%s: must be a text: put it in quotes, if it is one", r.quote(v))
	} else {
		r.mistake(v, "%s: must be a text", r.quote(v))
	}
	return "", false
}

// texts returns a list of texts.
func (r *reader) texts(v value) (list []string, at []value) {
	for _, member := range r.list(v, "texts") {
		if s, ok := r.text(member); ok {
			list, at = append(list, s), append(at, member)
		}
	}
	return list, at
}

// number returns a whole number from low to high.
func (r *reader) number(v value, low, high int) (n int, ok bool) {
	if v.node == nil {
		return 0, false
	}
	if x, isInt := v.node.(*ast.IntegerNode); isInt {
		n, err := strconv.Atoi(strings.ReplaceAll(x.GetToken().Value, "_", ""))
		if err == nil && n >= low && n <= high {
			return n, true
		}
	}
	r.mistake(v, "%s: must be a whole number from %d to %d", r.quote(v), low, high)
	return 0, false
}

// truth returns true or false.
func (r *reader) truth(v value) bool {
	if v.node == nil {
		return false
	}
	if x, ok := v.node.(*ast.BoolNode); ok {
		return x.Value
	}
	r.mistake(v, "%s: must be true or false", r.quote(v))
	return false
}

// quote shows what is written at v, in quotes.
func (r *reader) quote(v value) string {
	switch x := v.node.(type) {
	case *ast.SequenceNode:
		return "a list"
	case ast.MapNode:
		return "a mapping"
	case *ast.LiteralNode:
		return strconv.Quote(x.Value.Value)
	case nil:
		return "nothing"
	default:
		return strconv.Quote(x.GetToken().Value)
	}
}
