package crawler_test

import (
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// A sentence put in the place of an article is what the page says now: a
// further version, and no page that is gone or that cannot be read. A page
// that begins so is an article, too.
func TestSentenceInPlaceOfAnArticle(t *testing.T) {
	columns := []portaltest.Column{
		{Path: "trs", Name: "要闻动态"},
		{Path: "tables", Name: "要闻动态", Frame: portaltest.Tables},
		{Path: "jpage", Name: "要闻动态", Family: portaltest.HanwebJpage},
		{Path: "jpaas", Name: "要闻动态", Family: portaltest.HanwebJpaas},
		{Path: "epoint", Name: "要闻动态", Family: portaltest.Epoint},
		{Path: "vsb", Name: "要闻动态", Family: portaltest.VSB},
		{Path: "gkmlpt", Name: "要闻动态", Family: portaltest.GKMLPT},
	}
	texts := []string{"本文已作废，以新文件为准。", "该信息已撤回。", "见附件", "略。", "该文章已被删除。", "信息不存在", "系统维护"}
	for _, c := range columns {
		for _, meta := range []bool{true, false} {
			name := c.Path
			if !meta {
				name += " without metas"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := portaltest.New(portaltest.Options{})
				p.AddColumn(c)
				replaced, begun := map[string]string{}, map[string]string{}
				publish := func(a portaltest.Article) string {
					a.NoMeta = !meta
					return p.Publish(c.Path, a)
				}
				for i, text := range texts {
					replaced[publish(edition(i))] = text
				}
				for i, text := range texts {
					a := edition(len(texts) + i)
					a.Body = []string{text}
					begun[publish(a)] = text
				}
				r := newRig(t, p)
				r.run()
				for url, text := range replaced {
					if err := p.Edit(url, func(a *portaltest.Article) { a.Body = []string{text} }); err != nil {
						t.Fatal(err)
					}
				}
				r.run()
				for url, text := range replaced {
					r.says(r.base+url, archive.Changed, 2, text)
				}
				for url, text := range begun {
					r.says(r.base+url, archive.New, 1, text)
				}
			})
		}
	}
}

// says compares the last version of a page with the text that it is to have.
func (r *rig) says(url string, by archive.Outcome, versions int, text string) {
	r.t.Helper()
	list := r.snapshots(url)
	if len(list) != versions {
		v := r.last(url)
		r.t.Errorf("%q: %d versions, want %d; %s: %s", text, len(list), versions, v.Outcome, v.Reason)
		return
	}
	for _, v := range r.visits(url) {
		if v.Version == versions && v.Cuts() && v.Outcome != by {
			r.t.Errorf("%q: %s, want %s", text, v.Outcome, by)
		}
	}
	if s := list[versions-1]; strings.TrimSpace(s.Article.Body) != text || s.Article.Title == "" || s.Article.Published.IsZero() {
		r.t.Errorf("%q: body %q, title %q, of %v", text, s.Article.Body, s.Article.Title, s.Article.Published)
	}
}
