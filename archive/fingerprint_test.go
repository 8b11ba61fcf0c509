package archive_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"fangzhi/archive"
)

func cst(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, time.FixedZone("", 8*3600))
}

// notice is an article with every field that a fingerprint looks at, and
// those that it does not.
func notice() archive.Article {
	return archive.Article{
		Title: "关于印发《实施细则》的通知", Subtitle: "（2026年修订）", Source: "区管委会", Author: "王一",
		DocumentNumber: "张政办〔2026〕3号", Published: cst(2026, 2, 28, 9, 30), Body: "各镇人民政府：\n\n现印发给你们，请认真执行。",
		Pictures:    []string{"https://www.zjg.example/p/1.jpg"},
		Attachments: []archive.Attachment{{Name: "附件1.pdf", URL: "https://www.zjg.example/f/1.pdf"}},
		Evidence:    []archive.Evidence{{Field: "title", Method: "meta"}},
	}
}

func TestFingerprint(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*archive.Article)
		same bool
	}{
		"nothing": {func(a *archive.Article) {}, true},
		"a paragraph broken in two": {func(a *archive.Article) {
			a.Body = "各镇人民政府：\n\n现印发给你们，\n\n请认真执行。"
		}, true},
		"indents and wide spaces": {func(a *archive.Article) {
			a.Body = "　　各镇人民政府：\r\n\t现印发给你们， 请认真执行。\u00a0"
		}, true},
		"invisible characters": {func(a *archive.Article) {
			a.Body = "\ufeff各镇\u200b人民政府：现印发\u00ad给你们，请认真执行。"
		}, true},
		"full-width signs": {func(a *archive.Article) {
			a.Title = "关于印发《实施细则》的通知"
			a.Subtitle = "(2026年修订)"
		}, true},
		"full-width digits":         {func(a *archive.Article) { a.DocumentNumber = "张政办〔２０２６〕３号" }, true},
		"how a field was read":      {func(a *archive.Article) { a.Evidence = nil }, true},
		"who put it online":         {func(a *archive.Article) { a.Editor = "李二" }, true},
		"the same moment elsewhere": {func(a *archive.Article) { a.Published = a.Published.UTC() }, true},
		"a picture moved":           {func(a *archive.Article) { a.Pictures = []string{"https://cdn.example/9.jpg"} }, true},
		"an attachment's scheme":    {func(a *archive.Article) { a.Attachments[0].URL = "http://www.zjg.example/f/1.pdf#page=1" }, true},
		"an attachment's bytes":     {func(a *archive.Article) { a.Attachments[0].Digest = archive.DigestOf(nil) }, true},

		"a character of the body":    {func(a *archive.Article) { a.Body = "各镇人民政府：\n\n现印发给你们，请认真执行！" }, false},
		"the title":                  {func(a *archive.Article) { a.Title = "关于印发《实施办法》的通知" }, false},
		"the subtitle":               {func(a *archive.Article) { a.Subtitle = "" }, false},
		"the source":                 {func(a *archive.Article) { a.Source = "市政府" }, false},
		"the author":                 {func(a *archive.Article) { a.Author = "" }, false},
		"the document number":        {func(a *archive.Article) { a.DocumentNumber = "张政办〔2026〕4号" }, false},
		"the minute":                 {func(a *archive.Article) { a.Published = cst(2026, 2, 28, 9, 31) }, false},
		"no date":                    {func(a *archive.Article) { a.Published = time.Time{} }, false},
		"another attachment":         {func(a *archive.Article) { a.Attachments[0].URL = "https://www.zjg.example/f/2.pdf" }, false},
		"an attachment's query":      {func(a *archive.Article) { a.Attachments[0].URL = "https://www.zjg.example/f/1.pdf?id=2" }, false},
		"an attachment's name":       {func(a *archive.Article) { a.Attachments[0].Name = "附件1（修订）.pdf" }, false},
		"one more attachment":        {func(a *archive.Article) { a.Attachments = append(a.Attachments, a.Attachments[0]) }, false},
		"no attachment":              {func(a *archive.Article) { a.Attachments = nil }, false},
		"title and subtitle as one":  {func(a *archive.Article) { a.Title, a.Subtitle = a.Title+a.Subtitle, "" }, false},
		"a source moved into author": {func(a *archive.Article) { a.Author, a.Source = a.Source+a.Author, "" }, false},
	} {
		edited := notice()
		c.edit(&edited)
		if same := archive.FingerprintOf(edited) == archive.FingerprintOf(notice()); same != c.same {
			t.Errorf("%s: same %v, want %v", name, same, c.same)
		}
	}
}

// A page that gives a day says that day in every zone.
func TestFingerprintOfDay(t *testing.T) {
	day := archive.Article{Title: "通知", Published: cst(2026, 2, 28, 0, 0), DayOnly: true}
	same := day
	same.Published = time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)
	if archive.FingerprintOf(day) != archive.FingerprintOf(same) {
		t.Error("one day in two zones has two fingerprints")
	}
	next := day
	next.Published = cst(2026, 3, 1, 0, 0)
	if archive.FingerprintOf(day) == archive.FingerprintOf(next) {
		t.Error("two days have one fingerprint")
	}
}

// Pictures count where they are all that there is.
func TestFingerprintOfPictures(t *testing.T) {
	poster := archive.Article{Title: "一图读懂", Pictures: []string{"https://a.example/1.png", "https://a.example/2.png"}}
	for name, c := range map[string]struct {
		pictures []string
		same     bool
	}{
		"same":        {[]string{"http://a.example/1.png", "https://a.example/2.png"}, true},
		"other order": {[]string{"https://a.example/2.png", "https://a.example/1.png"}, false},
		"one fewer":   {[]string{"https://a.example/1.png"}, false},
	} {
		other := poster
		other.Pictures = c.pictures
		if same := archive.FingerprintOf(poster) == archive.FingerprintOf(other); same != c.same {
			t.Errorf("%s: same %v, want %v", name, same, c.same)
		}
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		" 经\t济\r\n　开\u00a0发 ":  "经济开发",
		"ＡＢＣ（１２）！～":            "ABC(12)!~",
		"\ufeff经\u200b\u00ad济": "经济",
		"“经济”、。":               "“经济”、。",
		"a\x00b\x1fc":          "abc",
	} {
		if got := archive.Fold(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestDigest(t *testing.T) {
	const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := archive.DigestOf(nil); got != empty {
		t.Errorf("got %s, want %s", got, empty)
	}
}

// Folding by stretches gives what folding character by character gives.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "通 知（试行）", "ａ\u3000b\u200bc", "\xff甲\xfe", "a\ufffdb", "～！"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		for _, r := range s {
			switch {
			case r >= '！' && r <= '～':
				b.WriteRune(r - '！' + '!')
			case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			default:
				b.WriteRune(r)
			}
		}
		if got := archive.Fold(s); got != b.String() {
			t.Errorf("Fold(%q) = %q, want %q", s, got, b.String())
		}
	})
}
