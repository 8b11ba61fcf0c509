package sqlite_test

import (
	"testing"

	"fangzhi/archive/sqlite"
)

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"":               "",
		"，。 !":           "",
		"经":              "经 ",
		"经济":             "经济 济 ",
		"经济技术":           "经济 济技 技术 术 ",
		"经济，技术":          "经济 济 技术 术 ",
		"通知2026":         "通知 知 2026 ",
		"第12号公告":         "第 12 号公 公告 告 ",
		"ISO9001":        "iso9001 ",
		"C-D 3.5":        "c d 3 5 ",
		"ＡＢｃ１２":          "abc12 ",
		"École ОБЩЕСТВО": "école общество ",
		"々〇":             "々〇 〇 ",
		"かな한글":           "かな な한 한글 글 ",
		"a\x00b\xffc":    "a b c ",
		"😀经😀":            "经 ",
	} {
		if got := sqlite.Terms(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for q, want := range map[string]string{
		"":             "",
		" * \" ":       "",
		"经":            `"经"* `,
		"经济":           `"经济" `,
		"经济技术":         `"经济 济技 技术" `,
		"经济 技":         `"经济" "技"* `,
		"经济 经济":        `"经济" `,
		"第12号":         `"第 12 号"* `,
		"2026年度":       `"2026 年度" `,
		"公告：":          `"公告" `,
		"公告：关":         `"公告 告 关"* `,
		"公告：关于":        `"公告 告 关于" `,
		"Covid-19":     `"covid 19" `,
		"NOT (a* OR b": `"not" "a" "or" "b" `,
	} {
		if got := sqlite.Match(q); got != want {
			t.Errorf("%q: got %s, want %s", q, got, want)
		}
	}
}
