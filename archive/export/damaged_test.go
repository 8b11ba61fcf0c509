package export_test

import (
	"bytes"
	"context"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlnwa/gowarc"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

var everyVersion = export.Job{Format: export.JSONL, Selection: export.Selection{Versions: export.All}}

// A version that is damaged is no record of any format: it is left out, and told by
// its name.
func TestDamagedVersion(t *testing.T) {
	want := []string{"version 2 of http://a/1: its article cannot be read"}
	for _, f := range []export.Format{export.JSONL, export.CSV, export.Parquet, export.Atom, export.Markdown} {
		t.Run(string(f), func(t *testing.T) {
			s := portal().damage("a", "http://a/1", 2, "its article cannot be read")
			path := filepath.Join(t.TempDir(), "out")
			j := export.Job{Format: f, Selection: export.Selection{Versions: export.All}}
			r, err := export.Run(t.Context(), s, j, export.Target{Path: path, Receipt: true})
			if err != nil || r.Records != 5 {
				t.Errorf("%d records, %v", r.Records, err)
			}
			if diff := cmp.Diff(want, r.Damaged); diff != "" {
				t.Errorf("damaged (-want +got):\n%s", diff)
			}
			receipt := path + ".receipt.json"
			if f.Folder() {
				receipt = filepath.Join(path, "receipt.json")
			}
			if got := text(t, receipt); !strings.Contains(got, `"damaged": [`) || !strings.Contains(got, want[0]) {
				t.Errorf("receipt %s", got)
			}
			if !f.Stream() {
				return
			}
			var piped bytes.Buffer
			if r, err = export.Run(t.Context(), s, j, export.Target{Path: "-", Stdout: &piped}); err != nil || r.Records != 5 || !cmp.Equal(r.Damaged, want) {
				t.Errorf("piped: %d records, damaged %q, %v", r.Records, r.Damaged, err)
			}
		})
	}
}

// The latest version is left out where it is damaged: the one before it is not what
// the page says.
func TestDamagedLatest(t *testing.T) {
	s := portal().damage("a", "http://a/1", 3, "lost")
	got, n := "", 0
	for r, err := range export.Records(t.Context(), s, export.Selection{Sites: []string{"a"}}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		got += r.URL + " " + r.Damaged + "\n"
	}
	if want := "http://a/1 lost\nhttp://a/2 \n"; got != want {
		t.Errorf("%d: %q, want %q", n, got, want)
	}
	// What a record says otherwise than a version that is damaged, nobody knows.
	s = portal().title("http://a/1", "甲")
	s.snapshots[1].Article.Title, s.snapshots[1].Unread = "乙", "lost"
	for r, err := range export.Records(t.Context(), s, export.Selection{Sites: []string{"a"}, Versions: export.All}) {
		if err != nil || len(r.Changes) > 0 {
			t.Errorf("version %d of %s: changes %v, %v", r.Version, r.URL, r.Changes, err)
		}
	}
}

// With a cursor what is damaged is told once, and comes once it is repaired.
func TestCursorBringsAVersionThatWasRepaired(t *testing.T) {
	cursor, s := filepath.Join(t.TempDir(), "cursor"), portal()
	for _, tt := range []struct {
		when, damage string
		records      int
		damaged      int
	}{
		{"damaged", "lost", 5, 1},
		{"still", "lost", 0, 0},
		{"repaired", "", 1, 0},
		{"told", "", 0, 0},
	} {
		s.damage("a", "http://a/1", 2, tt.damage)
		path := filepath.Join(t.TempDir(), "out")
		r, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: path, Cursor: cursor})
		if err != nil || r.Records != tt.records || len(r.Damaged) != tt.damaged {
			t.Errorf("%s: %d records, damaged %q, %v", tt.when, r.Records, r.Damaged, err)
		}
		if tt.when == "repaired" && !strings.Contains(text(t, path), "http://a/1") {
			t.Errorf("repaired: another one came: %s", text(t, path))
		}
	}
}

// An export that was interrupted after it had left something out does not go on
// without that, for it may be repaired by now.
func TestResumeAfterARepair(t *testing.T) {
	export.SetParts(2, 3)
	defer export.SetParts(20_000, 5_000)
	s := portal().damage("a", "http://a/1", 1, "lost")
	s.fail = errBroken
	path := filepath.Join(t.TempDir(), "out")
	if _, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: path}); err == nil {
		t.Fatal("no error")
	}
	s.damage("a", "http://a/1", 1, "").fail = nil
	r, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: path})
	if err != nil || r.Records != 6 || len(r.Damaged) > 0 {
		t.Errorf("%d records, damaged %q, %v", r.Records, r.Damaged, err)
	}
	var want bytes.Buffer
	if _, err := export.Run(t.Context(), portal(), everyVersion, export.Target{Path: "-", Stdout: &want}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s, %v", got, err)
	}
}

// A page whose row is damaged is told, once with a cursor, and what its row says is
// in no record of it; its versions are.
func TestDamagedPage(t *testing.T) {
	for name, tt := range map[string]struct {
		damage func(p *archive.Page)
		want   string
	}{
		"by its checksum": {func(p *archive.Page) { p.Damaged, p.Versions = archive.DamagedHistory, 9 }, "page http://a/1: what is kept of it is not what was written, by its checksum"},
		"of no kind":      {func(p *archive.Page) { p.Kind = "brticle" }, `page http://a/1: is of the kind "brticle", which there is not`},
	} {
		s := portal()
		tt.damage(&s.pages[0])
		cursor := filepath.Join(t.TempDir(), "cursor")
		for round, target := range []export.Target{{Receipt: true}, {Cursor: cursor}, {Cursor: cursor}} {
			target.Path = filepath.Join(t.TempDir(), "out")
			records, damaged := 6, []string{tt.want}
			if round == 2 {
				records, damaged = 0, nil
			}
			r, err := export.Run(t.Context(), s, everyVersion, target)
			if err != nil || r.Records != records {
				t.Errorf("%s: %d records, %v", name, r.Records, err)
			}
			if diff := cmp.Diff(damaged, r.Damaged); diff != "" {
				t.Errorf("%s: damaged (-want +got):\n%s", name, diff)
			}
			if round < 2 && (!strings.Contains(text(t, target.Path), `"version":3,"versions":3,`) || !strings.Contains(text(t, target.Path), `"state":"",`)) {
				t.Errorf("%s: %s", name, text(t, target.Path))
			}
		}
		states := export.Selection{States: []archive.State{archive.StateLive}}
		told := 0
		for r, err := range export.Records(t.Context(), s, states) {
			if err != nil || r.URL == "http://a/1" && r.Site == "a" && r.Damaged == "" {
				t.Errorf("%s: of the pages in a state: %+v, %v", name, r, err)
			}
			if r.Damaged != "" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: told %d times", name, told)
		}
	}
}

// What stands at an address that is not what was written is in no record and no
// capture, and told.
func TestDamagedAddress(t *testing.T) {
	s := portal()
	s.pages[0].Damaged = archive.DamagedHistory | archive.DamagedTitle
	path := filepath.Join(t.TempDir(), "out")
	r, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: path})
	want := []string{"page http://a/1: its address is not what was written, by its checksums: what was found there is left out"}
	if err != nil || r.Records != 3 || !cmp.Equal(r.Damaged, want) || strings.Contains(text(t, path), `"http://a/1","site":"a"`) {
		t.Errorf("%d records, damaged %q, %v", r.Records, r.Damaged, err)
	}
	dir := filepath.Join(t.TempDir(), "warc")
	r, err = export.Run(t.Context(), misnamed{county(t).store, "/1.html"}, export.Job{Format: export.WARC}, export.Target{Path: dir})
	if err != nil || len(r.Damaged) == 0 || r.Records == 0 {
		t.Errorf("%d captures, damaged %q, %v", r.Records, r.Damaged, err)
	}
	strict(t, dir, func(r gowarc.WarcRecord, _ []byte) {
		if uri := r.WarcHeader().Get("WARC-Target-URI"); strings.HasSuffix(uri, "/1.html") {
			t.Errorf("%s is there", uri)
		}
	})
	for _, told := range r.Damaged {
		if !strings.Contains(told, "/1.html at ") || !strings.Contains(told, "its address is not what was written") {
			t.Errorf("told %q", told)
		}
	}
}

// misnamed is a store in which the address of one page is not what was written.
type misnamed struct {
	export.Store
	end string
}

func (s misnamed) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		for p, err := range s.Store.Pages(ctx, f) {
			if strings.HasSuffix(p.URL, s.end) {
				p.Damaged = archive.DamagedHistory | archive.DamagedTitle
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// A latest version that is not what its page says of it is told, and left out.
func TestLatestAgainstItsPage(t *testing.T) {
	for want, alter := range map[string]func(*archive.Snapshot){
		"has not the payload that its page has": func(s *archive.Snapshot) { s.Payload = "sha256:0" },
		"has not the fingerprint that its page has": func(s *archive.Snapshot) {
			s.Article.Body, s.Fingerprint = "乙", archive.FingerprintOf(archive.Article{Body: "乙"})
		},
		"was taken at 2026-03-09T13:00:00.000Z, and its page changed at 2026-03-09T12:00:00.250Z": func(s *archive.Snapshot) { s.TakenAt = s.TakenAt.Add(time.Hour) },
	} {
		s := altered{portal(), func(v *archive.Snapshot) {
			if v.Site == "a" && v.URL == "http://a/1" && v.Version == 3 {
				alter(v)
			}
		}}
		r, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: filepath.Join(t.TempDir(), "out")})
		if want := []string{"version 3 of http://a/1: " + want}; err != nil || r.Records != 5 || !cmp.Equal(r.Damaged, want) {
			t.Errorf("%d records, damaged %q, want %q, %v", r.Records, r.Damaged, want, err)
		}
	}
}

// altered is a store some of whose versions are not what was written.
type altered struct {
	export.Store
	alter func(*archive.Snapshot)
}

func (s altered) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		for v, err := range s.Store.Snapshots(ctx, f) {
			s.alter(&v)
			if !yield(v, err) {
				return
			}
		}
	}
}

// A version of no kind that there is, and a latest one that is lost, are told, and no
// older one comes in its place.
func TestLostVersion(t *testing.T) {
	s := portal()
	s.snapshots[0].Kind = "brticle"
	r, err := export.Run(t.Context(), s, everyVersion, export.Target{Path: filepath.Join(t.TempDir(), "out")})
	if want := []string{`version 1 of http://a/1: is of the kind "brticle", which there is not`}; err != nil || r.Records != 5 || !cmp.Equal(r.Damaged, want) {
		t.Errorf("of no kind: %d records, damaged %q, %v", r.Records, r.Damaged, err)
	}
	s = portal()
	s.pages[0].Versions, s.pages[5].Versions = 4, 3
	for versions, records := range map[export.Versions]int{export.Latest: 1, export.All: 6} {
		j := export.Job{Format: export.JSONL, Selection: export.Selection{Versions: versions}}
		r, err := export.Run(t.Context(), s, j, export.Target{Path: filepath.Join(t.TempDir(), "out")})
		want := []string{"version 4 of http://a/1: is not there, though its page counts it", "version 3 of http://a/1: is not there, though its page counts it"}
		if err != nil || r.Records != records || !cmp.Equal(r.Damaged, want) {
			t.Errorf("lost, %s: %d records, damaged %q, %v", versions, r.Records, r.Damaged, err)
		}
	}
}
