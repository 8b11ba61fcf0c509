package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"fangzhi/archive/warc"
	"fangzhi/crawler/portaltest"
)

const host = "www.example.gov.cn"

var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// generate writes a file of n captures: the home page of a generated portal, the
// first pages of its lists, and its articles, a second apart.
func generate(ctx context.Context, path string, n int) (err error) {
	p := portaltest.New(portaltest.Options{Articles: n})
	partial := path + ".partial"
	f, err := os.Create(partial)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(partial)
		}
	}()
	to := bufio.NewWriterSize(f, 1<<20)
	w := warc.NewWriter(to, 0)
	urls := []string{"/"}
	for _, c := range p.Columns() {
		urls = append(urls, "/"+c.Path+"/index.html")
	}
	for i, left := 0, n; left > 0 && err == nil; i, left = i+1, left-1 {
		url := ""
		if i < len(urls) {
			url = urls[i]
		} else {
			url = p.Generated(i - len(urls) + 1)
		}
		err = errors.Join(write(w, p, url, began.Add(time.Duration(i)*time.Second)), ctx.Err())
	}
	if err = errors.Join(err, to.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

// write writes what p serves at path as a response captured at the time at.
func write(w *warc.Writer, p *portaltest.Portal, path string, at time.Time) error {
	answer := httptest.NewRecorder()
	p.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://"+host+path, nil))
	got := answer.Result()
	if got.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", path, got.StatusCode)
	}
	body := answer.Body.Bytes()
	head := warc.ResponseHead("HTTP/1.1", got.StatusCode, got.Header)
	_, err := w.Write(warc.Record{
		Type: warc.Response, ID: warc.Name("response", path), Date: at, URI: "http://" + host + path,
		Fields: []warc.Field{{Name: "WARC-Payload-Digest", Value: warc.Digest(body)}},
		Block:  warc.Block{Type: warc.TypeResponse, Parts: [][]byte{head, body}},
	})
	return err
}
