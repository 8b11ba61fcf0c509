package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"

	"fangzhi/archive/diff"
)

func TestSafe(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "云溪县 2026", "云溪县 2026"},
		{"colours and cursor", "\x1b[31m红\x1b[2J\x07", "[31m红[2J"},
		{"eight-bit controls", "a\u009b31mb", "a31mb"},
		{"turned direction", "gpj\u202etxt.exe\u2069", "gpjtxt.exe"},
		{"line ends", "a\r\nb\u2028c\td", "a  b c d"},
		{"not UTF-8", "a\xffb", "ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := safe(tt.in); got != tt.want {
				t.Errorf("safe(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTableCountsWideCharacters(t *testing.T) {
	tb := table{limit: map[int]int{0: 8}}
	tb.add("云溪县人民政府", "x")
	tb.add("ab", "y")
	var b strings.Builder
	if err := tb.print(&b); err != nil {
		t.Fatal(err)
	}
	if want := "云溪县…  x\nab       y\n"; b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// On a narrow terminal nothing is cut and nothing stands anywhere: rows are broken
// between columns, each at the same.
func TestTableOnANarrowTerminal(t *testing.T) {
	for _, tt := range []struct {
		wide int
		want string
	}{
		{0, "SITE    STATE  URL\n云溪县  live   https://a.example/1.html\na       gone   https://a.example/\n"},
		{39, "SITE    STATE  URL\n云溪县  live   https://a.example/1.html\na       gone   https://a.example/\n"},
		{38, "SITE    STATE\n    URL\n云溪县  live\n    https://a.example/1.html\na       gone\n    https://a.example/\n"},
		{12, "SITE\n    STATE\n    URL\n云溪县\n    live\n    https://a.example/1.html\na\n    gone\n    https://a.example/\n"},
	} {
		var b strings.Builder
		tb := table{wide: tt.wide}
		tb.add("SITE", "STATE", "URL")
		tb.add("云溪县", "live", "https://a.example/1.html")
		tb.add("a", "gone", "https://a.example/")
		if err := tb.print(&b); err != nil || b.String() != tt.want {
			t.Errorf("%d columns: %v\n%swant\n%s", tt.wide, err, b.String(), tt.want)
		}
	}
}

// A long table is printed as it comes, as wide as its beginning.
func TestTableStreams(t *testing.T) {
	var b strings.Builder
	tb := table{to: &b}
	for range 1000 {
		tb.add("ab", "x")
	}
	tb.add("abcdef", "y")
	tb.add("a", "z")
	if tb.print(&b) != nil || len(tb.rows) != 0 || !strings.HasSuffix(b.String(), "ab  x\nabcdef  y\na   z\n") || strings.Count(b.String(), "\n") != 1002 {
		t.Errorf("%d lines, %q", strings.Count(b.String(), "\n"), b.String()[b.Len()-40:])
	}
	b.Reset()
	tb = table{to: &b}
	for range 5000 {
		tb.add(strings.Repeat("x", 100), "y")
	}
	if b.Len() < 100*3000 {
		t.Errorf("%d bytes printed of a table that goes on", b.Len())
	}
}

func TestInstant(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		in   string
		want time.Time
	}{
		{"", time.Time{}},
		{"7d", now.AddDate(0, 0, -7)},
		{"90m", now.Add(-90 * time.Minute)},
		{"10s", now.Add(-10 * time.Second)},
		{"2026-01-31", time.Date(2026, 1, 31, 0, 0, 0, 0, time.Local)},
		{"2026-01-31T08:00:00+08:00", time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		got, err := instant(tt.in, now)
		if err != nil || !got.Equal(tt.want) {
			t.Errorf("instant(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{"yesterday", "7 d", "d", "2026-13-01", "9999999d", "200000d", "9999999999s", "-7d"} {
		if got, err := instant(bad, now); err == nil {
			t.Errorf("instant(%q) = %v, want an error", bad, got)
		}
	}
}

func TestCutVersion(t *testing.T) {
	for in, want := range map[string]struct {
		url     string
		version int
	}{
		"https://x.cn/a.html":         {"https://x.cn/a.html", 0},
		"https://x.cn/a.html@2":       {"https://x.cn/a.html", 2},
		"https://user@x.cn/a.html":    {"https://user@x.cn/a.html", 0},
		"https://x.cn/@12/a.html@003": {"https://x.cn/@12/a.html", 3},
	} {
		if url, version := cutVersion(in); url != want.url || version != want.version {
			t.Errorf("cutVersion(%q) = %q, %d", in, url, version)
		}
	}
}

// A change of a long text is shown by the lines that hold it, in colour only
// where that was asked for.
func TestHunks(t *testing.T) {
	old := "第一段没有改动。\n今年计划公开招聘乡村医生24名，其中中心卫生院8名。\n旧的一段。\n末段也没有改动。"
	new := "第一段没有改动。\n今年计划公开招聘乡村医生28名，其中中心卫生院8名。\n末段也没有改动。\n又及。"
	parts := diff.Texts(old, new)
	for _, c := range []struct {
		name    string
		paint   painter
		context int
		want    string
	}{
		{"plain", false, 4, "…乡村医生[-24-]{+28+}名，其中…\n[-旧的一段。-]\n{+又及。+}"},
		{"whole", false, 0, "第一段没有改动。\n今年计划公开招聘乡村医生[-24-]{+28+}名，其中中心卫生院8名。\n[-旧的一段。-]\n末段也没有改动。\n{+又及。+}"},
		{"coloured", true, 1, "…生\x1b[31;9m[-24-]\x1b[0m\x1b[32;1m{+28+}\x1b[0m名…\n\x1b[31;9m[-旧的一段。-]\x1b[0m\n\x1b[32;1m{+又及。+}\x1b[0m"},
	} {
		if got := strings.Join(c.paint.hunks(parts, c.context), "\n"); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
	}
}

// A line that changes in place fits the terminal, however long it would be.
func TestProgressFits(t *testing.T) {
	for _, width := range []int{20, 40, 80} {
		got := fitted("3 pages, 1.0 a second; 云溪县人民政府门户网站: 1234 new, 99 changed, 3 unreachable\nmore", width)
		if w := runewidth.StringWidth(got); w > width-4 || strings.Contains(got, "\n") {
			t.Errorf("%d columns of %d: %q", w, width, got)
		}
	}
}

// Nobody may ever write to standard input.
func TestReadEndsWithItsContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if b, err := io.ReadAll(breakable{ctx, r}); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", b, err)
	}
	r, w = io.Pipe()
	go func() {
		io.WriteString(w, "第一")
		io.WriteString(w, "第二")
		w.Close()
	}()
	if b, err := io.ReadAll(breakable{t.Context(), r}); err != nil || string(b) != "第一第二" {
		t.Errorf("%q, %v", b, err)
	}
}
