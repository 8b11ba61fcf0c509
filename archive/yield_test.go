package archive_test

import (
	"fmt"
	"testing"

	"fangzhi/archive"
)

// well is the yield of a column that is read as it should be.
func well() archive.Yield {
	return archive.Yield{Column: "要闻", Lists: 1, Rows: 20, New: 6, Read: 6, Titled: 6, Dated: 6, Sourced: 6, Body: 7200, Asked: 30, Gone: 1}
}

// runs are runs with one column each, newest first.
func runs(yields ...archive.Yield) (all []archive.Run) {
	for i, y := range yields {
		all = append(all, archive.Run{ID: fmt.Sprint("run", len(yields)-i), Columns: []archive.Yield{{Column: "别的", Rows: 1}, y}})
	}
	return all
}

func TestYieldJudged(t *testing.T) {
	after := func(change func(*archive.Yield)) archive.Yield {
		y := well()
		change(&y)
		return y
	}
	suspect := func(sign archive.Sign) archive.Yield {
		return after(func(y *archive.Yield) { y.Suspect = &archive.Suspicion{Since: "run1", Sign: sign, Reason: "as before"} })
	}
	quiet := archive.Yield{Column: "要闻"}
	for _, c := range []struct {
		name   string
		now    archive.Yield
		before []archive.Run
		since  string // "": not suspect
		reason string
	}{
		{"as usual", well(), runs(well(), well()), "", ""},
		{"the first run", after(func(y *archive.Yield) { y.Rows, y.Read, y.Titled, y.Body = 0, 9, 0, 0 }), nil, "", ""},
		{"a quiet run", quiet, runs(well()), "", ""},
		{"no row any more", after(func(y *archive.Yield) { y.Rows = 0 }), runs(well(), well()), "now", "its list has no row any more, where it had 20"},
		{"never had a row", after(func(y *archive.Yield) { y.Rows = 0 }), runs(quiet), "", ""},
		{"hardly a row, nothing new", after(func(y *archive.Yield) { y.Rows, y.New = 3, 0 }), runs(well()), "now", "its list has 3 rows, where it had 20"},
		{"hardly a row, but news", after(func(y *archive.Yield) { y.Rows = 3 }), runs(well()), "", ""},
		{"the list is gone", archive.Yield{Column: "要闻", Lost: 1}, runs(well()), "now", "its list is gone, or cannot be read any more"},
		{"a further list page is gone", after(func(y *archive.Yield) { y.Lost = 1 }), runs(well()), "", ""},
		{"titles lost", after(func(y *archive.Yield) { y.Titled = 1 }), runs(well()), "now", "1 of 6 articles have a title, where nearly all had one"},
		{"dates lost", after(func(y *archive.Yield) { y.Dated = 0 }), runs(well()), "now", "0 of 6 articles have a date, where nearly all had one"},
		{"sources were rare before", after(func(y *archive.Yield) { y.Sourced = 0 }), runs(after(func(y *archive.Yield) { y.Sourced = 3 })), "", ""},
		{"half the text", after(func(y *archive.Yield) { y.Body = 1200 }), runs(well()), "now", "articles have 200 characters on the average, where they had 1200"},
		{"two short articles", after(func(y *archive.Yield) { y.Read, y.Titled, y.Body = 2, 2, 60 }), runs(well()), "", ""},
		{"the site's name for a title", after(func(y *archive.Yield) { y.Alike = 4 }), runs(well()), "now", "4 of 6 articles have the site's name, or one another's title, for a title"},
		{"titles that were alike before", after(func(y *archive.Yield) { y.Alike = 4 }), runs(after(func(y *archive.Yield) { y.Alike = 5 })), "", ""},
		{"changed articles shrank", after(func(y *archive.Yield) { y.Changed, y.Shrunk = 5, 4 }), runs(well()), "now", "4 of 5 articles that changed lost their title or half their text"},
		{"one of them shrank", after(func(y *archive.Yield) { y.Changed, y.Shrunk = 5, 1 }), runs(well()), "", ""},
		{"gone at once", after(func(y *archive.Yield) { y.Asked, y.Gone = 30, 28 }), runs(well()), "now", "28 of 30 articles that were there are gone at once"},
		{"some gone", after(func(y *archive.Yield) { y.Gone = 4; y.Asked = 4 }), runs(well()), "", ""},
		{"still", after(func(y *archive.Yield) { y.Rows = 0 }), runs(suspect(archive.SignList), well()), "run1", "its list has no row any more, where it had 20"},
		{"another sign", after(func(y *archive.Yield) { y.Rows = 0 }), runs(suspect(archive.SignGone), well()), "now", "its list has no row any more, where it had 20"},
		{"a quiet run changes nothing", quiet, runs(suspect(archive.SignList), well()), "run1", "as before"},
		{"rows again", well(), runs(suspect(archive.SignList), well()), "", ""},
		{"articles read well again", well(), runs(suspect(archive.SignArticles), well()), "", ""},
		{"too few of them", after(func(y *archive.Yield) { y.Read, y.Titled = 1, 1 }), runs(suspect(archive.SignArticles), well()), "run1", "as before"},
		{"articles are there", well(), runs(suspect(archive.SignGone), well()), "", ""},
		{"runs under suspicion are not what is usual",
			after(func(y *archive.Yield) { y.Rows = 0 }),
			runs(suspect(archive.SignList), after(func(y *archive.Yield) {
				y.Rows, y.Suspect = 0, &archive.Suspicion{Sign: archive.SignList}
			}), well()), "run1", "its list has no row any more, where it had 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.now.Judged("now", c.before)
			switch s := got.Suspect; {
			case s == nil && c.since != "":
				t.Errorf("is not suspect, want %s", c.reason)
			case s != nil && (s.Since != c.since || s.Reason != c.reason):
				t.Errorf("suspect since %s: %s; want since %q: %q", s.Since, s.Reason, c.since, c.reason)
			}
		})
	}
}

func TestRunSuspects(t *testing.T) {
	of := func(suspect ...bool) archive.Run {
		var r archive.Run
		for i, s := range suspect {
			y := archive.Yield{Column: fmt.Sprint(i)}
			if s {
				y.Suspect = &archive.Suspicion{Reason: "its list is gone"}
			}
			r.Columns = append(r.Columns, y)
		}
		return r
	}
	for _, c := range []struct {
		name   string
		run    archive.Run
		column string
		want   string
	}{
		{"a run without figures", archive.Run{}, "0", ""},
		{"the column", of(true, false, false), "0", "its list is gone"},
		{"another column", of(true, false, false), "1", ""},
		{"half of the columns", of(true, false, true, false), "1", "2 of the site's 4 columns are suspect"},
		{"one of two is not the site", of(true, false), "1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, yes := c.run.Suspects(c.column); got != c.want || yes != (c.want != "") {
				t.Errorf("Suspects = %q, %v; want %q", got, yes, c.want)
			}
		})
	}
}
