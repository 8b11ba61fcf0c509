// Package lazyregexp has regular expressions that are compiled when they are first
// asked for: a command that only lists what an archive holds needs none of the
// hundred that pages are read by, and compiling them took a fifth of its time.
package lazyregexp

import (
	"regexp"
	"sync"
)

// A Regexp is a regular expression. It is safe for concurrent use.
type Regexp struct {
	text     string
	compiled func() *regexp.Regexp
}

var (
	mu  sync.Mutex
	all []*Regexp
)

// New is the expression text, in the syntax of package regexp, for a variable of a
// package. Where that is not valid the first use panics.
func New(text string) *Regexp {
	return register(text, func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// Longest is New for an expression that prefers the longest match to the first.
func Longest(text string) *Regexp {
	return register(text, func() *regexp.Regexp {
		r := regexp.MustCompile(text)
		r.Longest()
		return r
	})
}

func register(text string, compile func() *regexp.Regexp) *Regexp {
	p := &Regexp{text: text, compiled: sync.OnceValue(compile)}
	mu.Lock()
	defer mu.Unlock()
	all = append(all, p)
	return p
}

// All returns the expressions of every Regexp of this program, for a test that
// they are valid.
func All() []string {
	mu.Lock()
	defer mu.Unlock()
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.text
	}
	return texts
}

// The methods of [regexp.Regexp] that are used here.

func (p *Regexp) MatchString(s string) bool { return p.compiled().MatchString(s) }

func (p *Regexp) FindString(s string) string { return p.compiled().FindString(s) }

func (p *Regexp) FindStringIndex(s string) []int { return p.compiled().FindStringIndex(s) }

func (p *Regexp) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

func (p *Regexp) FindStringSubmatchIndex(s string) []int {
	return p.compiled().FindStringSubmatchIndex(s)
}

func (p *Regexp) FindAllString(s string, n int) []string { return p.compiled().FindAllString(s, n) }

func (p *Regexp) FindAllStringIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringIndex(s, n)
}

func (p *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}

func (p *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringSubmatchIndex(s, n)
}

func (p *Regexp) ReplaceAllString(s, with string) string {
	return p.compiled().ReplaceAllString(s, with)
}
