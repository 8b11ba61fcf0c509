package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"fangzhi/crawler"
)

// progress shows on a terminal that a crawl goes on: a line that changes in
// place. Elsewhere it shows nothing.
type progress struct{ bar *progressbar.ProgressBar }

func (a *app) newProgress() progress {
	if a.quiet || a.verbose || !isTerminal(a.stderr) {
		return progress{}
	}
	return progress{progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("pages"),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

func (p progress) observe(e crawler.Event) {
	if p.bar == nil {
		return
	}
	if e.Waiting != "" {
		p.bar.Describe(safe(e.Waiting))
		return
	}
	p.bar.Describe(safe(fmt.Sprintf("%s: %s", e.Run.Site, tally(e.Run.Articles))))
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
