package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// missing ends a test whose tool is not there; FANGZHI_REQUIRE_TOOLS=1 makes that a
// failure.
func missing(t *testing.T, what string) {
	t.Helper()
	text := "NOT CHECKED: " + what + " is missing; scripts/tools install brings it"
	if os.Getenv("FANGZHI_REQUIRE_TOOLS") != "" {
		t.Fatal(text)
	}
	t.Skip(text)
}

// What wget saves of a portal says what a crawl of it reads.
func TestImportOfWget(t *testing.T) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		missing(t, "wget")
	}
	importsAsCrawled(t, func(dir string, seeds []string) string {
		cmd := exec.CommandContext(t.Context(), wget, append([]string{"-q", "-r", "-l", "3", "--no-config", "--warc-file=saved", "-e", "robots=off", "--tries=1"}, seeds...)...)
		cmd.Dir = dir
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "no_proxy=*"}
		if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != 8 { // 8: some answers were errors
			t.Fatalf("%v: %s", err, out)
		}
		return filepath.Join(dir, "saved.warc.gz")
	})
}

// So does what is saved as crawlers in a browser do, by their own writer.
func TestImportOfWarcio(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	const tools = "../../archive/export/replaytest"
	if _, err := os.Stat(tools + "/node_modules"); err != nil {
		missing(t, "archive/export/replaytest/node_modules")
	}
	stored := importsAsCrawled(t, func(dir string, seeds []string) string {
		saved := filepath.Join(dir, "saved.warc.gz")
		cmd := exec.CommandContext(t.Context(), node, append(append([]string{"save.mjs", saved}, seeds...), seeds...)...) // twice: a revisit
		cmd.Dir = tools
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "no_proxy=*"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return saved
	})
	if stored[archive.Unchanged] != 2 {
		t.Errorf("of the revisits of two seeds came %v", stored)
	}
}

// importsAsCrawled has save save what the seeds of a portal lead to, and returns the
// file: the archive that takes it up says what one says that is crawled. It returns
// how the visits that came of the file ended.
func importsAsCrawled(t *testing.T, save func(dir string, seeds []string) string) archive.Tally {
	t.Helper()
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "old", Name: "旧闻", Charset: "gbk"})
	for i := range 6 {
		for _, column := range []string{"yw", "old"} {
			p.Publish(column, portaltest.Article{
				Title: fmt.Sprintf("云溪县%s栏第%d号事项办理情况的通知", column, i), Source: "县政府办公室",
				Published: time.Date(2026, 2, 1+i, 9, 0, 0, 0, portaltest.Shanghai),
				Body:      []string{fmt.Sprintf("%s第%d号事项由县政府办公室第%d科承办，承办人员共%d名，办理结果按照程序报县政府同意后公布。", column, i, i%17, i%23+1)},
			})
		}
	}
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	p.Break("/yw/*", 0, portaltest.Chunked(700))
	saved := save(t.TempDir(), p.Seeds())
	site := crawler.Site{Name: "county", Zone: portaltest.Shanghai, AllowPrivate: true, Politeness: crawler.Politeness{Parallel: 2}}
	for i, c := range p.Columns() {
		site.Columns = append(site.Columns, crawler.Column{Name: c.Name, URL: p.Seeds()[i]})
	}
	to := newSQLite(t)
	report, err := taken(t.Context(), t, to, site, []string{saved})
	if err != nil || report.Lost+report.Failed > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	verified(t, to)
	crawled := newSQLite(t)
	c, err := crawler.New(crawled, crawler.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Run(t.Context(), site, crawler.Tick{}); err != nil {
		t.Fatal(err)
	}
	say := func(store archive.Store) (lines []string) {
		for s, err := range store.Snapshots(t.Context(), archive.Filter{Kind: archive.KindArticle}) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, strings.Join([]string{strings.TrimPrefix(s.URL, base), s.Column, s.Article.Title, s.Article.Published.String(), s.Article.Source, s.Article.Body}, " "))
		}
		return lines
	}
	want := say(crawled)
	if diff := cmp.Diff(want, say(to)); diff != "" || len(want) != 12 {
		t.Errorf("%d articles (-crawled +imported):\n%s", len(want), diff)
	}
	return report.Stored
}
