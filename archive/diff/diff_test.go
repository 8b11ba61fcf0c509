package diff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

func TestTexts(t *testing.T) {
	tests := []struct {
		name, a, b string
		want       []diff.Part
	}{
		{"equal", "同一段文字", "同一段文字", []diff.Part{{Op: diff.Kept, Text: "同一段文字"}}},
		{"a figure", "全年投资三十亿元。", "全年投资四十亿元。", []diff.Part{
			{Op: diff.Kept, Text: "全年投资"}, {Op: diff.Removed, Text: "三"}, {Op: diff.Added, Text: "四"}, {Op: diff.Kept, Text: "十亿元。"}}},
		{"a paragraph more", "甲\n", "甲\n乙\n", []diff.Part{{Op: diff.Kept, Text: "甲\n"}, {Op: diff.Added, Text: "乙\n"}}},
		{"from nothing", "", "乙", []diff.Part{{Op: diff.Added, Text: "乙"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, diff.Texts(tt.a, tt.b)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTextsRebuildsBothSides(t *testing.T) {
	a := strings.Repeat("第一段讲工业。\n\n第二段讲农业。\n\n", 200)
	b := strings.Replace(strings.Replace(a, "工业", "服务业", 3), "第二段", "末段", 1)
	var x, y strings.Builder
	for _, p := range diff.Texts(a, b) {
		if p.Op != diff.Added {
			x.WriteString(p.Text)
		}
		if p.Op != diff.Removed {
			y.WriteString(p.Text)
		}
	}
	if x.String() != a || y.String() != b {
		t.Error("the parts do not add up to the two texts")
	}
}

func TestArticles(t *testing.T) {
	day := time.Date(2026, 9, 19, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	a := archive.Article{Title: "通知", Published: day, DayOnly: true, Body: "甲 乙"}
	b := archive.Article{Title: "通 知", Published: day, DayOnly: true, Body: "甲丙", Source: "云溪县"}
	var fields []string
	for _, c := range diff.Articles(a, b) {
		fields = append(fields, c.Field)
	}
	if d := cmp.Diff([]string{"source", "body"}, fields); d != "" {
		t.Error(d)
	}
}
