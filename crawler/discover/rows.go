package discover

import (
	"net/url"
	"strings"

	"fangzhi/extract"
	"fangzhi/lazyregexp"
)

// pageRows are the rows of a page, by structure: one long anchor each, mostly
// with a date.
func pageRows(p *extract.Page) []Row {
	rows := []Row{}
	for _, l := range p.Links() {
		if l.Row {
			rows = append(rows, Row{URL: l.URL, Title: l.Text, Day: l.Day, Kin: l.Kin})
		}
	}
	return rows
}

// fragmentRows are the rows of a piece of a page that holds a list and nothing
// else: where no link looks like a row's, each is one.
func fragmentRows(markup string, base *url.URL) []Row {
	p, err := extract.Open(extract.Input{URL: base.String(), Payload: []byte("<!DOCTYPE html><meta charset=utf-8><body>" + markup)})
	if err != nil {
		return nil
	}
	if rows := pageRows(p); len(rows) > 0 {
		for i := range rows {
			rows[i].Kin = 0
		}
		return rows
	}
	rows := []Row{}
	for _, l := range p.Links() {
		if !l.Next && len(l.Text) > len("页") && !isNumber(l.Text) {
			rows = append(rows, Row{URL: l.URL, Title: l.Text, Day: l.Day})
		}
	}
	return rows
}

// recordRow is the row that one record of a list consists of: its longest link.
func recordRow(markup string, base *url.URL) (row Row, ok bool) {
	p, err := extract.Open(extract.Input{URL: base.String(), Payload: []byte("<!DOCTYPE html><meta charset=utf-8><body><ul>" + markup + "</ul>")})
	if err != nil {
		return row, false
	}
	for _, l := range p.Links() {
		if !ok || len(l.Text) > len(row.Title) {
			row, ok = Row{URL: l.URL, Title: l.Text, Day: l.Day}, true
		}
	}
	if ok && row.Day == "" {
		row.Day = dayOf(plain(anchors.ReplaceAllString(markup, " ")), beijing)
	}
	return row, ok
}

// anchors are links with what they say.
var anchors = lazyregexp.New(`(?is)<a\b.*?</a>`)

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
