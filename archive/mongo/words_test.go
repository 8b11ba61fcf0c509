package mongo_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive/mongo"
)

func TestWordsOf(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                  {"", []string{}},
		"only marks":               {"。“”—— …", []string{}},
		"a character":              {"区", []string{"区"}},
		"pairs and the last alone": {"开发区", []string{"开发", "发区", "区"}},
		"each once":                {"开开开，开开", []string{"开开", "开"}},
		"marks part a run":         {"政府：\n现将", []string{"政府", "府", "现将", "将"}},
		"other writing in a run":   {"第12号ISO标准", []string{"第", "12", "号", "iso", "标准", "准"}},
		"full width":               {"ＧＤＰ　１２３", []string{"gdp", "123"}},
		"words":                    {"China-Singapore ÉCOLE", []string{"china", "singapore", "école"}},
		"a long word":              {strings.Repeat("é", 100), []string{strings.Repeat("é", 32)}},
		"bytes of no text":         {"开\xff发", []string{"开", "发"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, mongo.WordsOf(c.text)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCount(t *testing.T) {
	for name, c := range map[string]struct {
		text, query string
		want        int
	}{
		"Chinese, anywhere":        {"开发区的开发", "开发", 2},
		"without overlap":          {"一一一一一", "一一", 2},
		"a word":                   {"Park, park and parks", "PARK", 2},
		"not a part of a word":     {"carpark", "park", 0},
		"a word beside Chinese":    {"采用ISO9001标准", "iso9001", 1},
		"not a part of a number":   {"112号，12号", "12号", 1},
		"after one that is a part": {"aab ab", "ab", 1},
		"marks between are one":    {"c -- d", "c-d", 1},
		"marks are not nothing":    {"开、发", "开发", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mongo.Count(c.text, mongo.PhrasesOf(c.query)[0]); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// What a text holds, the index must find: a text that holds a phrase has every
// word that the index is asked for.
func FuzzNeeds(f *testing.F) {
	f.Add("张家港经济技术开发区召开会议，强调GDP增长3.5%。", 4, 9)
	f.Add("第12号公告 China-Singapore Ünïted ＡＢＣ", 0, 12)
	f.Add("カタカナとひらがな한국어\u0301བོད་ \xff\x00開發", 2, 30)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		if from < 0 || to > len(text) || from >= to {
			return
		}
		for ; from > 0 && !utf8.RuneStart(text[from]); from-- {
		}
		words := mongo.WordsOf(text)
		for _, p := range mongo.PhrasesOf(text[from:to]) {
			if mongo.Count(text, p) == 0 {
				continue
			}
			held, begun := mongo.Needs([]string{p})
			for _, w := range held {
				if !slices.Contains(words, w) {
					t.Errorf("%q holds %q, but has no word %q: %q", text, p, w, words)
				}
			}
			for _, w := range begun {
				if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, w) }) {
					t.Errorf("%q holds %q, but no word begins with %q: %q", text, p, w, words)
				}
			}
			if len(held)+len(begun) == 0 {
				t.Errorf("the index is not asked for anything of %q", p)
			}
		}
	})
}
