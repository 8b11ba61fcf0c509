package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// progress shows on a terminal that a crawl goes on: a line that changes in
// place. Elsewhere it shows nothing.
type progress struct {
	bar   *progressbar.ProgressBar
	width func() int // of the terminal, in columns
	begun time.Time
	pages *int
}

func (a *app) newProgress() progress {
	if a.quiet || a.verbose || !isTerminal(a.stderr) {
		return progress{}
	}
	bar := progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionClearOnFinish(),
	)
	return progress{bar: bar, width: func() int { return widthOf(a.stderr) }, begun: time.Now(), pages: new(int)}
}

// widthOf is how many columns the terminal w has.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// fitted is what a progress line of so many columns shows of text; a line that
// wraps would not be overwritten but scroll.
func fitted(text string, width int) string {
	const spinner = 4
	return runewidth.Truncate(safe(text), max(width-spinner, 1), "…")
}

func (p progress) observe(e crawler.Event) {
	if p.bar == nil {
		return
	}
	if e.Waiting != "" {
		p.bar.Describe(fitted(e.Waiting, p.width()))
		return
	}
	if e.Entry.Visit.Kind == archive.KindRequisite {
		return
	}
	*p.pages++
	rate := float64(*p.pages) / max(time.Since(p.begun).Seconds(), 0.1)
	p.bar.Describe(fitted(fmt.Sprintf("%s, %.1f a second; %s: %s", plural(*p.pages, "page"), rate, e.Run.Site, tally(e.Run.Articles)), p.width()))
	p.bar.Add(1)
}

// clear makes room for a line of output.
func (p progress) clear() {
	if p.bar != nil {
		p.bar.Clear()
	}
}

func (p progress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
