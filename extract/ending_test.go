package extract_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fangzhi/extract"
)

func TestBreaksOff(t *testing.T) {
	const full = `<html><head><title>通知</title></head><body><div class="content"><p>各镇人民政府：</p><p>现印发给你们。</p></div><!-- foot --><script>var a = "</div>";</script></body></html>`
	const bare = `<div class="content"><p>各镇人民政府：</p></div><p>现印发给你们。`
	upTo := func(s string) string { return full[:strings.Index(full, s)] }
	for _, c := range []struct {
		name, now, before string
		where             string
		begins            bool
	}{
		{"whole", full, full, "", false},
		{"within a paragraph", upTo("印发"), full, "<div>", true},
		{"within a character", upTo("印发") + "\xe5\x8d", full, "<div>", true},
		{"within a tag", upTo(`"content`), full, "a tag", true},
		{"at the beginning of a tag", upTo(`/p>`), full, "<div>", true},
		{"within a closing tag", upTo(`iv><!--`), full, "a tag", true},
		{"within a comment", upTo(`foot`), full, "a comment", true},
		{"within a script", upTo(`a = `), full, "<script>", true},
		{"within the head", upTo(`知</title>`), full, "<title>", true},
		{"another text, cut", strings.Replace(upTo("印发"), "各镇", "各县", 1), full, "<div>", false},
		{"another text", strings.Replace(full, "各镇", "各县", 1), full, "", false},
		{"without its </html>", strings.Replace(full, "</html>", "", 1), full, "", false},
		{"without both, all closed", strings.Replace(full, "</body></html>", "", 1), full, "", false},
		{"without </body>", strings.Replace(full, "</body>", "", 1), full, "", false},
		{"without its last character", full[:len(full)-1], full, "", false},
		{"with half a comment below", full + "<!-- served by node3", full, "", false},
		{"half an end of the body", upTo("></html>"), full, "", false},
		{"as before", `<div class="content"><p>现印发给你们。`, `<div class="content"><p>各镇人民政府：</p><p>现印发给你们。</p>`, "", false},
		{"an end that goes", bare[:strings.Index(bare, "<p>现")], bare, "", false},
		{"shorter, open before", `<div class="content"><p>各镇人民政府：`, `<div class="content"><p>各镇人民政府：</p><p>现印发给你们。`, "<div>", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if where, begins := whole(t, c.now).BreaksOff(whole(t, c.before)); where != c.where || begins != c.begins {
				t.Errorf("BreaksOff = %q, %v; want %q, %v", where, begins, c.where, c.begins)
			}
		})
	}
	for _, c := range []struct {
		html string
		want bool
	}{{full, false}, {upTo("印发"), false}, {upTo(`"content`), true}, {upTo("foot"), true}, {"<p>1 < 2", false}, {"<p>a<b", true}, {"", false},
		{full[:len(full)-1], false}, {full + "<!-- served by node3", false}, {strings.TrimSuffix(full, "</html>") + "</html", false}, {upTo("</html>") + "<!-- cached", false},
		{strings.TrimSuffix(full, "></html>"), false}, {strings.TrimSuffix(full, "</body></html>") + "</HTML", false}, {strings.TrimSuffix(full, "dy></html>"), true}} {
		if got := whole(t, c.html).EndsInTag(); got != c.want {
			t.Errorf("EndsInTag of %q = %v", c.html, got)
		}
	}
}

func whole(t *testing.T, page string) *extract.Page {
	t.Helper()
	header := map[string][]string{"Content-Type": {"text/html; charset=utf-8"}}
	p, err := extract.Open(extract.Input{URL: "http://a.gov.cn/1.html", Header: header, Payload: []byte(page)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzBreaksOff: a page does not break off beside itself, and what is told of its
// beginnings is a beginning.
func FuzzBreaksOff(f *testing.F) {
	f.Add("<html><body><div><p>各镇人民政府：</p></div></body></html>", 30)
	f.Add("<div><!-- <p>a</p> --><script>a<b</script><p title='>'>", 12)
	f.Fuzz(func(t *testing.T, page string, at int) {
		if !utf8.ValidString(page) || at < 0 || at > len(page) {
			return
		}
		all, err := extract.Open(extract.Input{Payload: []byte(page)})
		if err != nil {
			t.Fatal(err)
		}
		cut, err := extract.Open(extract.Input{Payload: []byte(page[:at])})
		if err != nil {
			t.Fatal(err)
		}
		if _, begins := all.BreaksOff(all); begins {
			t.Error("a page begins itself")
		}
		if where, begins := all.BreaksOff(cut); begins && len(cut.HTML()) >= len(all.HTML()) {
			t.Errorf("%q: a beginning that is longer", where)
		}
		cut.BreaksOff(all)
	})
}
