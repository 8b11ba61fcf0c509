package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"unicode"
)

// Whatever a portal says, in titles, names, addresses, headers and reasons, no
// command prints what would act on the reader's terminal: no control, no
// direction, nothing that hides.
func TestHostileText(t *testing.T) {
	// ESC in three spellings, CSI as one character, bidi, a tag, a soft hyphen.
	const evil = "&#27;]0;pwned\a\x1b[2J\u009b31m\u202e\u2066\u200b\U000e0041\u00ad\u0085\x7f"
	title := "关于防汛" + evil + "工作的通知"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header()["ETag"] = []string{"\"\u009b\u202e\""}
		switch q.URL.Path {
		case "/":
			fmt.Fprintf(w, `<html><head><title>%s</title></head><body><ul>`, title)
			for i := range 8 {
				fmt.Fprintf(w, `<li><a href="/a/t20240520_%d.html?q=%%1b%%5b2J%%E2%%80%%AE">%s</a><span>2024-05-20</span></li>`, i, title)
			}
			fmt.Fprintf(w, `<li><a href="/moved">%s</a></li><li><a href="/gone">x</a></li><li><a href="http://a%%1b[31m:b@%s/user">x</a></li></ul>`, title, q.Host)
		case "/moved":
			w.Header().Set("Location", "/\u009b31m\u202e"+strings.Repeat("x", 100_000))
			w.WriteHeader(http.StatusFound)
		case "/robots.txt", "/favicon.ico", "/gone":
			http.NotFound(w, q)
		default:
			fmt.Fprintf(w, `<html><head><title>%[1]s</title><meta name="ArticleTitle" content="%[1]s"><meta name="ContentSource" content="%[1]s"><meta name="ColumnName" content="%[1]s"></head>
				<body><h1>%[1]s</h1><div>发布时间：2024-05-20 来源：县政府办%[2]s 作者：王%[2]s</div>
				<div id="zoom"><p>5月20日上午，县长在县政府三楼会议室主持召开第四十二次常务会议%[2]s，研究部署全县防汛备汛和安全生产工作。</p>
				<p>会议听取了县水利局关于水库、河道和山塘巡查情况的汇报%[2]s，要求各乡镇落实责任。%[3]s</p>
				<p><a href="/f.pdf?%%1b">附件%[1]s.pdf</a></p></div></body></html>`, title, evil, q.URL.Path)
		}
	}))
	defer server.Close()
	t.Chdir(t.TempDir())
	page := server.URL + "/a/t20240520_0.html?q=%1b%5b2J%E2%80%AE"
	config := fmt.Sprintf("contact: a@example.org\nsites: [{name: evil, title: \"\\e[31m\", columns: [{name: \"\\e[2J\\u202e\", url: %q}], allow_private: true, politeness: {delay: 0}}]\n", server.URL+"/")
	if err := os.WriteFile("evil.yaml", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("page.html", []byte("<h1>"+title+"</h1><p>"+evil+"</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, args := range [][]string{
		{"crawl", "--allow-private", "--delay", "0", server.URL + "/"},
		{"crawl", "-v", "--config", "evil.yaml"},
		{"crawl", "--json", "--allow-private", "--delay", "0", server.URL + "/"},
		{"check", "--config", "evil.yaml", "--try"},
		{"init", "--allow-private", "-o", "-", server.URL + "/"},
		{"list"}, {"list", "--json"}, {"list", "--kind", "list"},
		{"log"}, {"log", "--json"}, {"log", "--site", "evil", page}, {"runs"}, {"runs", "--json"}, {"status"}, {"status", "--json"},
		{"show", "--site", "evil", page}, {"show", "--site", "evil", "--json", page}, {"diff", "--site", "evil", page}, {"explain", "--site", "evil", page},
		{"search", "防汛"}, {"search", "防汛", "--json"}, {"verify"}, {"verify", "--json"},
		{"extract", "--allow-private", page}, {"extract", "page.html"}, {"extract", "--json", "page.html"},
		{"show", "http://a/\x1b[31m\u202e"}, {"crawl", "\x1b]0;x\a"}, {"list", "--site", "\u009b31m"},
		{"\x1b[2J\u202e"}, {"list", "--\x1b[2J"}, {"list", "--archive", "x:\x1b[2J"}, {"list", "--config", "\x1b[2J"},
	} {
		var stdout, stderr bytes.Buffer
		run(args, strings.NewReader(""), &stdout, &stderr)
		said += stdout.Len()
		if testing.Verbose() {
			t.Logf("fangzhi %q:\n%.3000s%.3000s", args, stdout.String(), stderr.String())
		}
		for name, out := range map[string]string{"stdout": stdout.String(), "stderr": stderr.String()} {
			for i, r := range out {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
					t.Errorf("fangzhi %q: %s holds %U: …%q…", args, name, r, out[max(0, i-60):min(len(out), i+20)])
					break
				}
			}
			for line := range strings.Lines(out) {
				if len(line) > 20_000 {
					t.Errorf("fangzhi %q: %s has a line of %d bytes", args, name, len(line))
				}
			}
		}
	}
	if said < 20_000 {
		t.Errorf("only %d bytes were said in all", said)
	}
	// To a reader of JSON nothing is changed by it.
	var stdout, stderr bytes.Buffer
	run([]string{"show", "--site", "evil", "--json", page}, strings.NewReader(""), &stdout, &stderr)
	var shown struct{ Article struct{ Title, Body string } }
	if err := json.Unmarshal(stdout.Bytes(), &shown); err != nil || !strings.Contains(shown.Article.Body, "\u2066") {
		t.Errorf("%q, %v, %s", shown.Article.Body, err, stderr.String())
	}
}

// What a server sends unasked is told in the form of the log, if at all.
func TestUnaskedBytes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		body := "<title>x</title><p>县政府办公室</p>"
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s\x1b[2Junasked", len(body), body)
		_, _ = conn.Read(make([]byte, 1)) // until the client has left
	}))
	defer server.Close()
	t.Chdir(t.TempDir())
	for _, level := range []string{"-v", "--quiet"} {
		var stdout, stderr bytes.Buffer
		run([]string{"crawl", level, "--log-format", "json", "--allow-private", "--delay", "0", server.URL + "/"}, strings.NewReader(""), &stdout, &stderr)
		if level == "-v" && !strings.Contains(stderr.String(), "Unsolicited response") {
			t.Errorf("nothing tells of the unasked bytes: %s", &stderr)
		}
		for line := range strings.Lines(stderr.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: in a log of JSON stands %q", level, line)
			}
		}
	}
}
