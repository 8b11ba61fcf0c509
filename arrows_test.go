package fangzhi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "fangzhi/"

// arrows says which packages of this module a package may import. One that is
// not here may not exist: whoever adds it says what it stands on.
var arrows = map[string][]string{
	"archive":                   {},
	"archive/diff":              {"archive"},
	"archive/export":            {"archive", "archive/diff", "archive/jsontext", "archive/warc"},
	"archive/intake":            {"archive", "archive/warc"},
	"archive/jsontext":          {},
	"archive/mongo":             {"archive"},
	"archive/proof":             {"archive"},
	"archive/sqlite":            {"archive", "archive/jsontext"},
	"archive/storetest":         {"archive"},
	"archive/warc":              {},
	"lazyregexp":                {},
	"extract":                   {"archive", "lazyregexp"},
	"crawler/discover":          {"extract", "archive", "lazyregexp"},
	"crawler":                   {"crawler/discover", "extract", "archive", "lazyregexp"},
	"crawler/portaltest":        {},
	"crawler/portaltest/portal": {"crawler/portaltest"},
	"scheduler":                 {"crawler", "extract", "archive"},
	"configs":                   {"scheduler", "crawler", "extract", "archive"},
	"cmd/fangzhi": {
		"configs", "scheduler", "crawler", "crawler/discover", "crawler/portaltest", "extract",
		"archive", "archive/diff", "archive/export", "archive/intake", "archive/mongo", "archive/proof", "archive/sqlite",
		"torture",
	},
	"torture":       {"crawler", "crawler/portaltest", "archive"},
	"bench":         {"bench/process", "crawler/portaltest"},
	"bench/export":  {"archive", "archive/sqlite", "bench/process"},
	"bench/import":  {"archive/warc", "bench/process", "crawler/portaltest"},
	"bench/process": {},
}

// homes says which packages alone may import what: each library has one place.
var homes = map[string][]string{
	"go.mongodb.org/mongo-driver": {"archive/mongo"},
	"modernc.org/sqlite":          {"archive/sqlite"},
	"database/sql":                {"archive/sqlite"},
	"github.com/gocolly/colly":    {"crawler"},
	"github.com/mmcdole":          {"crawler/discover"},
	"github.com/robfig/cron":      {"scheduler"},
	"github.com/goccy/go-yaml":    {"configs"},
	"github.com/spf13/cobra":      {"cmd/fangzhi"},
	"github.com/tdewolff":         {"extract"},
	"github.com/PuerkitoBio":      {"extract"},
	"github.com/parquet-go":       {"archive/export"},
	"github.com/nlnwa/whatwg-url": {"archive/warc"},
	"golang.org/x/mod":            {"archive/proof"},
	"testing":                     {"archive/storetest"},
}

// pure says what a package that decides from its arguments alone must not use:
// no clock, no network, no log, no chance.
var pure = map[string][]string{
	"extract": {"os", "net", "log", "math/rand", "crypto/rand", "os/exec", "net/http/httptest"},
}

// source is one file of Go.
type source struct {
	name string // relative to the root, with slashes
	pkg  string // its folder
	test bool
	file *ast.File
}

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// sources parses every file of Go below the root.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		all = append(all, source{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no files of Go")
	}
	return all
}

func TestArrows(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "." {
			continue
		}
		allowed, known := arrows[s.pkg]
		if !known {
			t.Errorf("%s: package %s is not among the arrows: say there what it may import", s.name, s.pkg)
			continue
		}
		for _, imported := range s.imports() {
			target, own := strings.CutPrefix(imported, module)
			switch {
			case !own:
			case s.test:
				// Tests may stand on anything but what stands on everything.
				if target == "configs" && s.pkg != "configs" && s.pkg != "cmd/fangzhi" {
					t.Errorf("%s: imports configs, which is for cmd/fangzhi alone", s.name)
				}
			case !slices.Contains(allowed, target):
				t.Errorf("%s: imports %s; %s may import: %s", s.name, target, s.pkg, strings.Join(allowed, ", "))
			}
		}
	}
}

func TestArchiveImportsTheStandardLibraryAlone(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg != "archive" || s.test {
			continue
		}
		for _, imported := range s.imports() {
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				t.Errorf("%s: imports %s", s.name, imported)
			}
		}
	}
}

func TestLibrariesHaveOneHome(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, imported := range s.imports() {
			for library, home := range homes {
				if below(imported, library) && !slices.Contains(home, s.pkg) {
					t.Errorf("%s: imports %s, which is for %s", s.name, imported, strings.Join(home, ", "))
				}
			}
		}
	}
}

func TestPurePackages(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}
	for _, s := range sources(t) {
		banned, isPure := pure[s.pkg]
		if !isPure || s.test {
			continue
		}
		for _, imported := range s.imports() {
			if slices.Contains(banned, imported) || strings.HasPrefix(imported, "log/") || strings.HasPrefix(imported, "math/rand/") {
				t.Errorf("%s: imports %s: the package is pure", s.name, imported)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := selector.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains(clock, selector.Sel.Name) {
				t.Errorf("%s: uses time.%s: the package has no clock", s.name, selector.Sel.Name)
			}
			return true
		})
	}
}

// Every connection to a host that somebody else names is made in one place,
// behind the guard: what else would connect has to be named here.
func TestOneDialer(t *testing.T) {
	dials := map[string][]string{
		"net":  {"Dial", "DialTimeout", "Dialer", "DialTCP", "DialUDP"},
		"http": {"Get", "Head", "Post", "PostForm", "Client", "DefaultClient", "Transport", "DefaultTransport"},
	}
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "crawler/portaltest") || s.pkg == "bench" || s.pkg == "torture" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if !ok || !slices.Contains(dials[of.Name], selector.Sel.Name) {
				return true
			}
			switch s.name {
			case "crawler/line.go", "crawler/proxy.go", "crawler/fetch.go":
			default:
				t.Errorf("%s: uses %s.%s: connections are made in crawler/line.go, behind the guard", s.name, of.Name, selector.Sel.Name)
			}
			return true
		})
	}
}

// below says whether an import path is that of library, or below it.
func below(imported, library string) bool {
	return imported == library || strings.HasPrefix(imported, library+"/")
}

// Every direct dependency has its line in docs/dependencies.md, and no other
// has.
func TestDependenciesAreReviewed(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(line)
		if len(fields) > 3 && strings.Contains(fields[0], ".") && fields[2] == "//" && fields[3] != "indirect" {
			required[fields[0]] = true
			if !strings.Contains(string(doc), "| `"+fields[0]+"` |") {
				t.Errorf("docs/dependencies.md: nothing is said of %s", fields[0])
			}
		}
	}
	for line := range strings.Lines(string(doc)) {
		if name, ok := strings.CutPrefix(line, "| `"); ok {
			if name, _, _ = strings.Cut(name, "`"); !required[name] {
				t.Errorf("docs/dependencies.md: %s is not required by go.mod any more", name)
			}
		}
	}
	if len(required) < 10 {
		t.Errorf("only %d dependencies were found in go.mod", len(required))
	}
}

// Where a package's doc.go has a map of its files, each of them is on it, and nothing
// that is not there.
func TestMapsNameEveryFile(t *testing.T) {
	maps, err := fs.Glob(os.DirFS("."), "*/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := fs.Glob(os.DirFS("."), "*/*/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range append(maps, deeper...) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "//\t") {
				continue
			}
			for word := range strings.FieldsSeq(line) {
				if word = strings.TrimSuffix(word, ","); strings.HasSuffix(word, ".go") {
					named = append(named, word)
				}
			}
		}
		files, err := filepath.Glob(filepath.Join(path.Dir(doc), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") || strings.HasSuffix(f, "doc.go") })
		fits := func(name, file string) bool {
			ok, err := path.Match(name, filepath.Base(file))
			return ok && err == nil
		}
		for _, file := range files {
			if !slices.ContainsFunc(named, func(name string) bool { return fits(name, file) }) {
				t.Errorf("%s does not name %s", doc, filepath.Base(file))
			}
		}
		for _, name := range named {
			if !slices.ContainsFunc(files, func(file string) bool { return fits(name, file) }) {
				t.Errorf("%s names %s, which is not there", doc, name)
			}
		}
	}
}
