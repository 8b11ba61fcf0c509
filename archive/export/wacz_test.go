package export_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

func TestWACZ(t *testing.T) {
	k := county(t)
	path := filepath.Join(t.TempDir(), "county.wacz")
	if _, err := export.Run(t.Context(), k.store, export.Job{Format: export.WACZ, Software: "fangzhi test"}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	members := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r) // checks the sum
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if f.Method != zip.Store || f.Flags&8 != 0 {
			t.Errorf("%s: method %d, flags %b: a replay cannot read parts of it", f.Name, f.Method, f.Flags)
		}
		members[f.Name] = b
	}
	var about struct {
		Profile     string
		WACZVersion string `json:"wacz_version"`
		Created     string
		MainPageURL string `json:"mainPageUrl"`
		Resources   []struct {
			Path, Hash string
			Bytes      int
		}
	}
	if err := json.Unmarshal(members["datapackage.json"], &about); err != nil {
		t.Fatal(err)
	}
	if about.Profile != "data-package" || about.WACZVersion != "1.1.1" || about.Created != "2026-03-06T12:00:00Z" || about.MainPageURL != portalRoot+"/yw/" {
		t.Errorf("datapackage: %+v", about)
	}
	for _, r := range about.Resources {
		if b, ok := members[r.Path]; !ok || len(b) != r.Bytes || r.Hash != fmt.Sprintf("sha256:%x", sha256.Sum256(b)) {
			t.Errorf("%s: is not as the datapackage says", r.Path)
		}
	}
	if len(about.Resources) != len(members)-2 {
		t.Errorf("%d resources of %d members", len(about.Resources), len(members))
	}
	var digest struct{ Path, Hash string }
	if err := json.Unmarshal(members["datapackage-digest.json"], &digest); err != nil || digest.Path != "datapackage.json" ||
		digest.Hash != fmt.Sprintf("sha256:%x", sha256.Sum256(members["datapackage.json"])) {
		t.Errorf("datapackage-digest: %+v, %v", digest, err)
	}

	// The index is that of the WARC, in members that its heads tell.
	gz, err := gzip.NewReader(bytes.NewReader(members["indexes/index.cdx.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	index, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	dir := toFolder(t, k.store, export.Job{Format: export.WARC})
	lines := func(s string) (keys []string) {
		for line := range strings.Lines(s) {
			keys = append(keys, line[:strings.Index(line, " {")])
		}
		return keys
	}
	got := lines(string(index))
	if diff := cmp.Diff(lines(text(t, filepath.Join(dir, "index.cdxj"))), got); diff != "" {
		t.Errorf("index (-WARC's +got):\n%s", diff)
	}
	if heads := string(members["indexes/index.idx"]); !strings.HasPrefix(heads, `!meta 0 {"format":"cdxj-gzip-1.0","filename":"index.cdx.gz"}`+"\n"+got[0]+` {"offset":0,"length":`) {
		t.Errorf("heads: %s", heads)
	}

	// Each page stands in the index at its time.
	pages := strings.Split(strings.TrimSpace(string(members["pages/pages.jsonl"])), "\n")
	if pages[0] != `{"format":"json-pages-1.0","id":"pages","title":"Pages"}` {
		t.Errorf("head of the pages: %s", pages[0])
	}
	var titles []string
	for _, line := range pages[1:] {
		var p struct{ URL, TS, Title string }
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		stamp := strings.NewReplacer("-", "", ":", "", "T", "", "Z", "").Replace(p.TS)
		if !slices.ContainsFunc(got, func(key string) bool { return strings.HasSuffix(key, " "+stamp) }) {
			t.Errorf("%s: there is no line of that time", line)
		}
		titles = append(titles, strings.TrimPrefix(p.URL, portalRoot)+" "+p.TS+" "+p.Title)
	}
	want := []string{
		"/1.html 2026-03-01T12:00:01Z 通知", "/1.html 2026-03-03T12:00:00Z 通知", "/2.html 2026-03-01T12:00:05Z 公示", "/yw/ 2026-03-01T12:00:00Z 要闻",
	}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// A reader of a WACZ begins where readers of the portal do.
func TestWACZBeginsWithTheHomePage(t *testing.T) {
	list := func(title string) answer {
		return answer{
			status: 200, header: http.Header{"Content-Type": {"text/html"}}, payload: []byte(title),
			reading: &archive.Reading{Kind: archive.KindList, Article: archive.Article{Title: title}},
		}
	}
	for _, tt := range []struct {
		name  string
		paths []string // captured; "/yw/" alone is a seed
		want  string
		begin []string
	}{
		{"the seed where there is no other", []string{"/yw/"}, "/yw/", nil},
		{"the home page before it", []string{"/yw/", "/", "/about/"}, "/", nil},
		{"the home page behind it", []string{"/yw/", "/index.html", "/default.htm"}, "/default.htm", nil},
		{"not that of a host without a seed", []string{"/yw/", ":8080/"}, "/yw/", nil},
		{"nor of one that comes before", []string{"/yw/", ".cn/"}, "/yw/", nil},
		{"but where there is no seed", []string{"/about/", "/index.html"}, "/index.html", nil},
		{"none", []string{"/about/"}, "", nil},
		{"the first column", []string{"/tzgg/", "/yw/", "/zwgk/"}, "/zwgk/", []string{"/none/", "/zwgk/", "/tzgg/"}},
		{"the first that there is", []string{"/tzgg/", "/yw/"}, "/tzgg/", []string{"/none/", "/tzgg/", "/yw/"}},
		{"the first, which comes first", []string{"/tzgg/", "/yw/"}, "/tzgg/", []string{"/tzgg/", "/yw/"}},
		{"the home page, before the first column", []string{"/", "/tzgg/", "/yw/"}, "/", []string{"/yw/"}},
		{"and behind it, likewise", []string{"/a/", "/index.html", "/yw/"}, "/index.html", []string{"/a/", "/yw/"}},
		{"the first column, of another host", []string{"/yw/", ":8080/a/"}, ":8080/a/", []string{":8080/a/", "/yw/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := keep(t)
			for i, p := range tt.paths {
				k.visit(p, day(1).Add(time.Duration(i)*time.Second), list(p))
			}
			for i, p := range tt.begin {
				tt.begin[i] = portalRoot + p
			}
			path := filepath.Join(t.TempDir(), "x.wacz")
			if _, err := export.Run(t.Context(), k.store, export.Job{Format: export.WACZ, Begin: tt.begin}, export.Target{Path: path}); err != nil {
				t.Fatal(err)
			}
			z, err := zip.OpenReader(path)
			if err != nil {
				t.Fatal(err)
			}
			defer z.Close()
			f, err := z.Open("datapackage.json")
			if err != nil {
				t.Fatal(err)
			}
			var about struct {
				MainPageURL string `json:"mainPageUrl"`
			}
			if err := json.NewDecoder(f).Decode(&about); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimPrefix(about.MainPageURL, portalRoot); got != tt.want {
				t.Errorf("begins with %q, want %q", got, tt.want)
			}
		})
	}
}
