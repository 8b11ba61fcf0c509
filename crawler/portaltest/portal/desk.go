package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"fangzhi/crawler/portaltest"
)

// report is what was asked of the portal since it started, or since the last
// /-/forget.
type report struct {
	Requests      int      `json:"requests"` // robots.txt included
	URLs          int      `json:"urls"`     // different ones
	Twice         int      `json:"twice"`    // URLs asked for more than once
	Examples      []string `json:"examples,omitempty"`
	MaxConcurrent int      `json:"max_concurrent"`
	CPU           int64    `json:"cpu_ns"` // user and system time of this process so far; 0: unknown
}

// line is an article of /-/truth.
type line struct {
	URL       string   `json:"url"`
	Column    string   `json:"column"`
	Title     string   `json:"title"`
	Source    string   `json:"source,omitempty"`
	Published string   `json:"published"` // RFC 3339, or a day where the page gives no time
	Body      []string `json:"body"`
	State     string   `json:"state"`
	Texts     int      `json:"texts"`
}

// desk is p with the desk's paths before it.
func desk(p *portaltest.Portal, base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/report", func(w http.ResponseWriter, _ *http.Request) {
		r := report{Requests: p.Total(), MaxConcurrent: p.MaxConcurrent(), CPU: int64(cpu())}
		for path, n := range p.Counts() {
			r.URLs++
			if n > 1 {
				r.Twice++
				if len(r.Examples) < 5 {
					r.Examples = append(r.Examples, path)
				}
			}
		}
		write(w, r)
	})
	mux.HandleFunc("GET /-/truth", func(w http.ResponseWriter, _ *http.Request) {
		for _, a := range p.Truth() {
			published := a.Published.Format("2006-01-02T15:04:05Z07:00")
			if a.DayOnly {
				published = a.Published.Format("2006-01-02")
			}
			write(w, line{
				URL: base + a.URL, Column: a.Column, Title: a.Title, Source: a.Source, Published: published,
				Body: a.Body, State: string(a.State), Texts: a.Texts,
			})
		}
	})
	mux.HandleFunc("POST /-/forget", func(w http.ResponseWriter, _ *http.Request) {
		p.ForgetRequests()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /-/next-day", func(w http.ResponseWriter, _ *http.Request) {
		deeds, err := p.NextDay()
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		write(w, deeds)
	})
	// The portal itself is not behind the mux, which would tidy up paths.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/-/") {
			mux.ServeHTTP(w, r)
			return
		}
		p.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, v any) {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // the reader may be gone
}
