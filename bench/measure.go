package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// The targets, on two cores with pages of 38 KB.
const (
	targetFirst  = 2.2  // CPU seconds per 1,000 pages
	targetSecond = 0.25 // CPU seconds per 1,000 pages
	targetPeak   = 150  // MB, of a million bytes
	targetRate   = 85   // per cent of the ideal
)

// crawl is what one crawl took and what it asked for.
type crawl struct {
	name     string
	wall     time.Duration
	cpu      time.Duration // user and system time of the process
	peak     int64         // bytes of resident memory, 0 where the system does not tell
	requests int           // that the portal got, robots.txt included
	twice    int           // URLs asked for more than once
	examples []string      // of such URLs
	served   time.Duration // CPU that the portal took for it
}

// figure is a line of the table.
type figure struct {
	what     string
	target   string
	measured string
	ok       bool
	note     string
}

// cost is CPU seconds per 1,000 requests.
func (c crawl) cost() float64 {
	if c.requests == 0 {
		return 0
	}
	return c.cpu.Seconds() / float64(c.requests) * 1000
}

func firstCost(pages int, c crawl) figure {
	return costFigure(fmt.Sprintf("first crawl of %d pages", pages), targetFirst, c)
}

func secondCost(pages int, c crawl) figure {
	return costFigure(fmt.Sprintf("unchanged second crawl of %d pages", pages), targetSecond, c)
}

func costFigure(what string, target float64, c crawl) figure {
	return figure{
		what: what, target: fmt.Sprintf("%.2f CPU s/1000", target), measured: fmt.Sprintf("%.2f CPU s/1000", c.cost()),
		ok: c.requests > 0 && c.cost() <= target,
		note: fmt.Sprintf("%d requests in %.1f s; the portal took %.2f CPU s/1000",
			c.requests, c.wall.Seconds(), c.served.Seconds()/float64(max(1, c.requests))*1000),
	}
}

func peak(pages int, crawls ...crawl) figure {
	most := int64(0)
	note := ""
	for _, c := range crawls {
		most = max(most, c.peak)
		if note != "" {
			note += ", "
		}
		note += fmt.Sprintf("%s %.0f MB", c.name, float64(c.peak)/1e6)
	}
	f := figure{
		what: fmt.Sprintf("peak memory at %d pages", pages), target: fmt.Sprintf("%d MB", targetPeak),
		measured: fmt.Sprintf("%.0f MB", float64(most)/1e6), ok: most > 0 && most <= targetPeak*1_000_000, note: note,
	}
	if most == 0 {
		f.measured = "unknown here"
	}
	return f
}

func rate(latency time.Duration, connections int, c crawl) figure {
	ideal := float64(connections) / latency.Seconds()
	got := float64(c.requests) / c.wall.Seconds()
	share := got / ideal * 100
	return figure{
		what: fmt.Sprintf("rate at %s with %d connections", latency, connections), target: fmt.Sprintf("%d %% of the ideal", targetRate),
		measured: fmt.Sprintf("%.0f %% of the ideal", share), ok: share >= targetRate,
		note: fmt.Sprintf("%.0f of %.0f pages/s; %d requests in %.1f s, start and end of the process included", got, ideal, c.requests, c.wall.Seconds()),
	}
}

func fetchedTwice(crawls []crawl) figure {
	f := figure{what: "URLs asked for twice in a crawl", target: "0", ok: true}
	sum := 0
	for _, c := range crawls {
		sum += c.twice
		if c.twice > 0 {
			f.ok = false
			f.note += fmt.Sprintf("%s: %d, such as %v; ", c.name, c.twice, c.examples)
		}
	}
	f.measured = fmt.Sprint(sum)
	return f
}

func missed(figures []figure) bool {
	for _, f := range figures {
		if !f.ok {
			return true
		}
	}
	return false
}

// table prints the figures.
func table(out io.Writer, figures []figure) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\ttarget\tmeasured\t\tnote")
	for _, f := range figures {
		verdict := "ok"
		if !f.ok {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.what, f.target, f.measured, verdict, f.note)
	}
	return w.Flush()
}
