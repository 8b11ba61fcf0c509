package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

// print tells an account to people.
func (t account) print(w io.Writer) error {
	out := bufio.NewWriter(w)
	paint := newPainter(w)
	section := func(name string) { fmt.Fprintf(out, "\n%s\n", paint.paint(styleBold, name)) }
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "  %-10s %s\n", name, safe(fmt.Sprintf(format, args...)))
	}
	fmt.Fprintln(out, paint.paint(styleBold, safe(t.URL)))
	if p := t.Page; p != nil {
		fmt.Fprintln(out, "  "+safe(t.identity()))
		if stand := standing(*p); stand != "" {
			fmt.Fprintln(out, "  "+safe(strings.TrimSuffix(stand, "; fangzhi explain tells by what evidence")))
		}
	} else {
		fmt.Fprintf(out, "  not in the archive; told for site %s\n", safe(t.Site))
	}

	section("May it be asked for")
	t.printRulings(line)

	if len(t.Visits) > 0 {
		section("Visits")
		for _, s := range stretches(t.Visits) {
			fmt.Fprintln(out, "  "+safe(s.String()))
		}
	}
	if t.Page != nil && t.Page.State.Gone() {
		t.printEvidence(section, line)
	}
	if len(t.Versions) > 0 {
		section("Versions")
		for _, e := range t.Versions {
			what := "the first"
			if e.Version > 1 {
				what = "changed: " + diff.Line(e.Changes)
				if len(e.Changes) == 0 {
					what = "says the same, read by other rules"
				}
			}
			line(fmt.Sprint(e.Version), "%s  %s  (%s)", moment(e.TakenAt), e.Title, what)
		}
	}
	if t.Besides != nil {
		section("Documents and requisites of the latest version")
		t.Besides.print(line)
	}
	if len(t.Masks) > 0 {
		section("Changes that cut no version")
		for _, m := range t.Masks {
			where := "on this page"
			if m.Everywhere() {
				where = "on every page of the site"
			}
			line(m.Field, "%q, %s, since %s: it %s", m.String(), where, day(m.Since), m.Proof)
		}
	}
	if len(t.History) > 0 {
		section("Under other URLs")
		for _, p := range t.History {
			line(string(p.State), "%s%s", p.URL, leadsTo(p))
		}
	}
	if len(t.Retellings) > 0 {
		section("The same text elsewhere")
		for _, r := range t.Retellings {
			line(r.Site, "%s  %s, version %d, %s", r.URL, r.Title, r.Version, moment(r.TakenAt))
		}
	}
	section("Next")
	t.printNext(line)
	return out.Flush()
}

func (t account) identity() string {
	p := t.Page
	s := fmt.Sprintf("site %s, %s, %s", t.Site, p.Kind, p.State)
	if p.Column != "" {
		s = fmt.Sprintf("site %s, column %s, %s, %s", t.Site, strings.Join(append([]string{p.Column}, p.Also...), " and "), p.Kind, p.State)
	}
	return fmt.Sprintf("%s; %s, %s", s, counted(p.Visits, "visit"), counted(p.Versions, "version"))
}

func (t account) printRulings(line func(name, format string, args ...any)) {
	switch s := t.Scope; {
	case s == nil:
		line("scope", "unknown: the site is not in the configuration")
	case s.Allowed:
		line("scope", "in the scope of %s", t.Site)
	default:
		line("scope", "out of the scope of %s: %s", t.Site, s.Reason)
	}
	switch r := t.Robots; {
	case r != nil && r.Of != "":
		allowed := "allowed"
		if !r.Allowed {
			allowed = "not allowed"
		}
		line("robots", "%s: robots.txt of %s, fetched %s: %s", allowed, r.Of, moment(r.At), strings.TrimPrefix(r.Reason, "robots.txt: "))
	case r == nil:
		line("robots", "unknown: it was never asked for; --live asks the host")
	case r.Allowed:
		line("robots", "%s, %s", r.Reason, moment(r.At))
	default:
		line("robots", "not allowed: %s, %s", r.Reason, moment(r.At))
	}
	if h := t.Hold; h != nil {
		line("host", "%s; fangzhi crawl --ignore-hold asks all the same", heldUntil(*h))
	}
	if p := t.Page; p != nil {
		where := "as a seed"
		if p.FoundOn != "" {
			where = "on " + p.FoundOn
		}
		if p.Anchor != "" {
			where += fmt.Sprintf(", by the link %q", p.Anchor)
		}
		if p.ListedDay != "" {
			where += ", listed under " + p.ListedDay
		}
		line("found", "%s %s", moment(p.FirstSeen), where)
	}
	for _, u := range t.LinkedBy {
		line("linked by", "%s, as it was read last", u)
	}
	if len(t.LinkedBy) == 0 && t.Page == nil && t.LastRun != nil {
		line("linked by", "none of the lists that the last run read")
	}
}

// printEvidence tells by what a page is gone.
func (t account) printEvidence(section func(string), line func(name, format string, args ...any)) {
	weighed := slices.DeleteFunc(slices.Clone(t.Visits), func(v logged) bool {
		return v.Absence == nil || v.At.Before(t.Page.GoneSince)
	})
	if t.Page.Versions == 0 && len(weighed) == 0 {
		return // what never had a version is gone by its visits alone
	}
	section("Evidence that it is " + string(t.Page.State))
	for _, v := range weighed {
		if d := v.Absence.Doubt; d != "" {
			line("", "%s does not count: %s", moment(v.At), d)
			continue
		}
		line("", "%s counts, in run %s", moment(v.At), v.Run)
		for _, c := range v.Absence.Controls {
			line("", "  control %s %s (%s)", c.URL, c.Outcome, moment(c.At))
		}
		for _, l := range v.Absence.Lists {
			line("", "  list    %s does not list it (%s)", l.URL, moment(l.At))
		}
	}
}

func (t account) printNext(line func(name, format string, args ...any)) {
	switch due := t.Next.Due; {
	case t.Page == nil && t.Next.Reason != "":
		line("due", "%s", t.Next.Reason)
	case t.Page == nil:
	case t.Next.Column:
		line("due", "%s", t.Next.Reason)
	case due.IsZero():
		line("due", "not due%s", because(t.Next.Reason))
	default:
		line("due", "%s%s", moment(due), because(t.Next.Reason))
	}
	if !t.Next.Run.IsZero() {
		line("next run", "%s", moment(t.Next.Run))
	}
	if r := t.LastRun; r != nil {
		line("last run", "%s %s%s", moment(r.Started), stateOf(*r, t.now), because(r.Reason+stalled(*r, t.now)))
		for _, n := range r.Notes {
			line("", "%s", n)
		}
	}
}

// stretch is visits in a row that ended alike.
type stretch struct {
	first, last logged
	n           int
}

func stretches(visits []logged) []stretch {
	var all []stretch
	for _, v := range visits {
		if n := len(all); n > 0 && all[n-1].last.Outcome == v.Outcome && all[n-1].last.Reason == v.Reason && v.Absence == nil {
			all[n-1].last, all[n-1].n = v, all[n-1].n+1
			continue
		}
		all = append(all, stretch{v, v, 1})
	}
	return all
}

func (s stretch) String() string {
	v := s.first
	text := fmt.Sprintf("%s  %-12s %s", moment(v.At), v.Outcome, v.Reason)
	if v.Version > 0 && slices.Contains([]archive.Outcome{archive.New, archive.Changed}, v.Outcome) {
		text = fmt.Sprintf("%s  %-12s version %d: %s", moment(v.At), v.Outcome, v.Version, v.Reason)
	}
	if s.n > 1 {
		text += fmt.Sprintf(" (%d times, the last %s)", s.n, moment(s.last.At))
	}
	return text
}

func leadsTo(p archive.Page) string {
	if p.MovedTo == "" {
		return ""
	}
	return ", which leads to " + p.MovedTo
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

// counted is 1 visit, 2 visits.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
