package configs

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/goccy/go-yaml/ast"

	"fangzhi/scheduler"
)

// DefaultArchive is the archive of a configuration that names none, in the
// working folder.
const DefaultArchive = "sqlite:fangzhi.db"

// Config is a configuration without mistakes.
type Config struct {
	Archive  string // sqlite:PATH or mongodb://HOST/NAME
	Contact  string // for the User-Agent; "": none
	Proxy    string // of sites that name none, as crawler.Site has it
	Parallel int    // sites crawled at a time
	Verify   Verification
	Sites    []scheduler.Site
	Warnings Problems // what is allowed and should be looked at
}

//go:embed fangzhi.example.yaml
var example []byte

// Example returns a commented configuration that can be used as it is.
func Example() []byte { return append([]byte(nil), example...) }

// Load reads the configuration file at path. The error is Problems where the
// file can be read and has mistakes.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return Config{}, fmt.Errorf("configuration %q: %w", path, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return Config{}, fmt.Errorf("configuration %q: is a folder: must be a file", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return Config{}, fmt.Errorf("configuration %q: %w", path, err)
	}
	return Parse(path, b)
}

// Parse reads a configuration. All mistakes are found at once: the error is
// Problems, in the order of the file, which they call name.
func Parse(name string, b []byte) (Config, error) {
	presets, err := Presets()
	if err != nil {
		return Config{}, err
	}
	r := newReader(name)
	r.presets = presets
	body := r.parse(b)
	if len(r.problems) > 0 {
		return Config{}, r.problems
	}
	top := r.value(body, "")
	c := r.config(top)
	if top.node == nil && len(r.problems) == 0 {
		r.fail("is empty: %s", wanted)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return Config{}, r.problems
	}
	c.Warnings = append(c.Warnings, r.warnings...)
	return c, nil
}

func newReader(file string) *reader {
	return &reader{file: file, anchors: map[string]ast.Node{}}
}

func (r *reader) config(v value) Config {
	fields := r.mapping(v, "archive", "contact", "proxy", "parallel", "verify", "sites")
	c := Config{Archive: DefaultArchive, Parallel: scheduler.DefaultParallel}
	c.Verify = r.verification(fields["verify"])
	if s, ok := r.text(fields["archive"]); ok {
		if err := checkArchive(s); err != nil {
			r.mistake(fields["archive"], "%q: %v", withoutPassword(s), err)
		}
		c.Archive = s
	}
	if s, ok := r.text(fields["contact"]); ok {
		if err := CheckContact(s); err != nil {
			r.mistake(fields["contact"], "%q: %v", s, err)
		}
		c.Contact = s
	} else if fields["contact"].node == nil {
		c.Warnings = append(c.Warnings, Problem{File: r.file, Path: "contact",
			Text: "is missing: a mail address or URL by which a webmaster can reach you; it is sent with every request"})
	}
	r.via = r.proxy(fields["proxy"], "")
	c.Proxy = r.via
	if n, ok := r.number(fields["parallel"], 1, maxParallel); ok {
		c.Parallel = n
	}
	lines := map[string]int{}
	if list, ok := fields["sites"].node.(*ast.SequenceNode); ok && len(list.Values) == 0 {
		r.mistake(fields["sites"], "is empty: must be a list of at least one site")
	}
	for _, at := range r.list(fields["sites"], "sites, each {name: …, columns: …}") {
		s := r.site(at)
		if s.Name == "" {
			continue
		}
		if line, twice := lines[s.Name]; twice {
			r.mistake(value{at: at.at, path: "sites." + s.Name}, "the site in line %d has this name too: names must differ", line)
			continue
		}
		lines[s.Name] = at.at.Position.Line
		c.Sites = append(c.Sites, s)
	}
	return c
}
