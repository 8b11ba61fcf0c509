package export_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive/export"
)

// Exports as other people's tools read them. Where a tool is missing its test
// says that it did not run; FANGZHI_REQUIRE_TOOLS=1 makes that a failure.

// missing ends a test whose tool is not there.
func missing(t *testing.T, what, from string) {
	t.Helper()
	text := "NOT CHECKED: " + what + " is not here; it comes from " + from
	if os.Getenv("FANGZHI_REQUIRE_TOOLS") != "" {
		t.Fatal(text)
	}
	t.Skip(text)
}

// tool is the path of a program of a Debian package.
func tool(t *testing.T, name, deb string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, "apt install "+deb)
	}
	return path
}

const nodeModules = "replaytest/node_modules"

// node runs a script of replaytest and returns what it printed.
func node(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	program := tool(t, "node", "nodejs")
	modules(t)
	cmd := exec.CommandContext(t.Context(), program, append([]string{script}, args...)...)
	cmd.Dir = "replaytest"
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %s: %v: %s", script, err, said.String())
	}
	return out
}

func modules(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(nodeModules); err != nil {
		missing(t, "archive/export/"+nodeModules, "npm ci --ignore-scripts, run in archive/export/replaytest")
	}
}

func TestIndexIsThatOfWarcio(t *testing.T) {
	dir := toFolder(t, county(t).store, export.Job{Format: export.WARC})
	want := string(node(t, "index.mjs", dir))
	if diff := cmp.Diff(want, text(t, filepath.Join(dir, "index.cdxj"))); diff != "" || strings.Count(want, "\n") != 14 {
		t.Errorf("index (-warcio +ours):\n%s", diff)
	}
}

func TestDuckDBReadsTheSame(t *testing.T) {
	k := county(t)
	dir := t.TempDir()
	for _, f := range []export.Format{export.JSONL, export.CSV, export.Parquet} {
		j := export.Job{Format: f, Selection: export.Selection{Versions: export.All}}
		if _, err := export.Run(t.Context(), k.store, j, export.Target{Path: filepath.Join(dir, "out."+string(f))}); err != nil {
			t.Fatal(err)
		}
	}
	var got map[string]int
	if err := json.Unmarshal(node(t, "duck.mjs", dir), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{
		"jsonl": 3, "csv": 3, "parquet": 3, "days": 3, "instants": 3,
		"jsonl lacks of csv": 0, "csv lacks of parquet": 0, "parquet lacks of jsonl": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// replays opens a browser whose wabac has taken a web archive in.
func replays(t *testing.T, wacz string) *browser {
	t.Helper()
	modules(t)
	b := openBrowser(t)
	pages := http.NewServeMux()
	serve := func(pattern, file string) {
		pages.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	serve("/{$}", "replaytest/replay.html")
	serve("/sw.js", nodeModules+"/@webrecorder/wabac/dist/sw.js")
	serve("/archive.wacz", wacz)
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)

	b.open(server.URL + "/")
	var added string
	b.wait(`load("`+server.URL+`/archive.wacz").then(arguments[0], (e) => arguments[0](String(e)))`, &added)
	if added != "added" {
		t.Fatalf("wabac does not take the file in: %q", added)
	}
	return b
}

// A page is seen in the browser as it was: its text, its style, its picture; and
// a day on which nothing had changed shows what stood then.
func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "county.wacz")
	modules(t)
	if _, err := export.Run(t.Context(), county(t).store, export.Job{Format: export.WACZ}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	b := replays(t, path)
	show := func(at, path string) (seen struct {
		Text, Color, Title string
		Width              int
	}) {
		t.Helper()
		b.wait(`show("`+at+`", "`+portalRoot+path+`").then(arguments[0], (e) => arguments[0]({text: String(e)}))`, &seen)
		return seen
	}
	const first, second = "招聘医生二十四名，请于三月十日前报名。", "招聘医生二十八名，请于三月十日前报名。"
	for _, tt := range []struct{ name, at, path, want string }{
		{"version-1", "20260301120001", "/1.html", first},
		{"revisit-304", "20260302120000", "/1.html", first},
		{"version-2", "20260303120000", "/1.html", second},
		{"revisit-same", "20260306120000", "/1.html", second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := show(tt.at, tt.path)
			if got.Text != tt.want || got.Color != "rgb(1, 2, 3)" || got.Width != 8 || got.Title != "通知" {
				t.Errorf("the browser shows %+v, want %q", got, tt.want)
			}
			if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "replay.png"), b.picture(), 0o666); err != nil {
				t.Error(err)
			}
		})
	}
	if got := show("20260302120000", "/yw/"); got.Text != "一" || got.Title != "要闻" {
		t.Errorf("of the list the browser shows %+v", got)
	}
}

// A spreadsheet program shows the text as it is, runs none of it, and takes moments
// for such: as all texts are quoted, and they are not.
func TestLibreOfficeOpensTheTable(t *testing.T) {
	office := tool(t, "soffice", "libreoffice-calc-nogui")
	k := county(t)
	k.visit("/6.html", day(9), article(t, "=1+1", "＝正文，二十四名。"))
	dir := t.TempDir()
	if _, err := export.Run(t.Context(), k.store, export.Job{Format: export.CSV, Excel: true}, export.Target{Path: filepath.Join(dir, "table.csv")}); err != nil {
		t.Fatal(err)
	}
	// 76 is UTF-8; the first row is 1; the result as it is shown.
	cmd := exec.CommandContext(t.Context(), office, "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--infilter=CSV:44,34,76,1", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false", "--outdir", filepath.Join(dir, "shown"), filepath.Join(dir, "table.csv"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	shown := strings.TrimPrefix(text(t, filepath.Join(dir, "shown", "table.csv")), "\xef\xbb\xbf")
	if want := ",2026-03-03 12:00:00,2026-03-08 12:00:00,\"live\",\"通知\",2026-02-28 09:30:00,"; !strings.Contains(shown, want) {
		t.Errorf("%s: no cells like %s", shown, want)
	}
	rows, err := csv.NewReader(strings.NewReader(shown)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatal(len(rows), err)
	}
	title, body := slices.Index(rows[0], "title"), slices.Index(rows[0], "body")
	got := []string{rows[1][title], rows[1][body], rows[3][title], rows[3][body]}
	want := []string{"通知", "招聘医生二十八名，请于三月十日前报名。", "'=1+1", "'＝正文，二十四名。"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

// A bag is checked by its manifests: what was changed or taken away, of the payload or
// of what the bag says of itself, is found by others' tools too; of what was added
// these know nothing.
func TestBagIsCheckedWithoutUs(t *testing.T) {
	sum := tool(t, "sha256sum", "coreutils")
	k := county(t)
	first := func(t *testing.T, dir, pattern string) string {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		return names[0]
	}
	flip := func(pattern string) func(t *testing.T, bag string) {
		return func(t *testing.T, bag string) {
			name := first(t, bag, pattern)
			b := []byte(text(t, name))
			b[len(b)/2] ^= 1
			if err := os.WriteFile(name, b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, bag string)
		sum    bool // sha256sum finds it
		ours   string
	}{
		{"sound", nil, false, ""},
		{"a byte of the payload", flip("data/*.warc.gz"), true, "has other bytes than were written"},
		{"a byte of a tag file", flip("bag-info.txt"), true, "has other bytes than were written"},
		{"a byte of the manifest", flip("manifest-sha256.txt"), true, "has other bytes than were written"},
		{"a file is gone", func(t *testing.T, bag string) { os.Remove(first(t, bag, "data/index.cdxj")) }, true, "is not there"},
		{"a file more", func(t *testing.T, bag string) {
			if err := os.WriteFile(filepath.Join(bag, "data", "more"), nil, 0o666); err != nil {
				t.Fatal(err)
			}
		}, false, "is not of this export"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bag := filepath.Join(t.TempDir(), "bag")
			j := export.Job{Format: export.WARC}
			if tt.change == nil {
				j.Format = export.Markdown // with Chinese names
			}
			if _, err := export.Run(t.Context(), k.store, j, export.Target{Path: bag, Bag: true}); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(t, bag)
			}
			found := false
			for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
				cmd := exec.CommandContext(t.Context(), sum, "--check", "--strict", manifest)
				cmd.Dir = bag
				out, err := cmd.CombinedOutput()
				if found = found || err != nil; err != nil && !tt.sum {
					t.Errorf("%v: %s", err, out)
				}
			}
			if found != tt.sum {
				t.Errorf("sha256sum finds it: %t", found)
			}
			var faults []string
			if _, err := export.Check(bag, func(f export.Fault) { faults = append(faults, f.Path+" "+f.Text) }); err != nil {
				t.Fatal(err)
			}
			if tt.ours == "" && len(faults) > 0 || !strings.Contains(strings.Join(faults, "\n"), tt.ours) {
				t.Errorf("faults %q, want %q", faults, tt.ours)
			}
		})
	}
}
