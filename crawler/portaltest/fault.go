package portaltest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Fault is one way to answer badly: made by the functions of this package,
// ordered with Break.
type Fault struct {
	Name string // as the request log shows it

	// alter changes the answer before validators and content coding.
	alter func(p *Portal, a *answer, r *http.Request)
	// late changes it after them.
	late func(a *answer)
	// wire sends the finished answer in its own way.
	wire func(w http.ResponseWriter, r *http.Request, a *answer)
}

// Break orders a fault for the next times requests whose path matches pattern,
// for all of them when times is 0. In a pattern * stands for any text, slashes
// too; a pattern with a ? is compared with path and query, another with the
// path alone. Orders are tried from the first on: those that are used up let
// the next ones have the request.
func (p *Portal) Break(pattern string, times int, f Fault) {
	p.faults.order(&order{pattern: p.path(pattern), left: times, always: times <= 0, fault: f})
}

// BreakAfter is Break for the requests that come after the first skip matching
// ones.
func (p *Portal) BreakAfter(skip int, pattern string, times int, f Fault) {
	p.faults.order(&order{pattern: p.path(pattern), skip: skip, left: times, always: times <= 0, fault: f})
}

// Mend takes back every order for pattern, all orders when it is "".
func (p *Portal) Mend(pattern string) {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	p.faults.orders = slices.DeleteFunc(p.faults.orders, func(o *order) bool {
		return pattern == "" || o.pattern == p.path(pattern)
	})
}

type order struct {
	pattern string
	skip    int
	left    int
	always  bool
	fault   Fault
}

type faultBook struct {
	mu     sync.Mutex
	orders []*order
}

func (b *faultBook) order(o *order) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.orders = append(b.orders, o)
}

// take returns the fault that a request meets, one without a name for none,
// and counts it as met.
func (b *faultBook) take(r *http.Request) Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.orders {
		name := r.URL.Path
		if strings.Contains(o.pattern, "?") {
			name = r.URL.RequestURI()
		}
		if !matches(o.pattern, name) {
			continue
		}
		if o.skip > 0 {
			o.skip--
			continue
		}
		if o.always {
			return o.fault
		}
		if o.left > 0 {
			o.left--
			return o.fault
		}
	}
	return Fault{}
}

// matches compares name with a pattern in which * stands for any text.
func matches(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, last)
}
