package diff_test

import (
	"strings"
	"testing"

	"fangzhi/archive/diff"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"公开招聘乡村医生24名，报名时间为11月16日", "公开|招聘|乡村|医生|24|名|，|报名|时间|为|11|月|16|日"},
		{"研究部署全县安全生产工作。", "研究|部署|全县|安全|生产|工作|。"},
		{"全年投资三十亿元，增长3.5%", "全年|投资|三十亿|元|，|增长|3.5|%"},
		{"GDP 1,234.5万元 at 12:30", "GDP| |1,234.5|万元| |at| |12:30"},
		{"第十四届\n  全国人民代表大会", "第|十四|届|\n|  |全国|人民|代表大会"},
		{"㐀𠀀龦", "㐀𠀀|龦"}, // beyond the dictionary
		{"１２．５％", "１２．５|％"},
		{"\xff坏\xe4", "\xff|坏|\xe4"},
	} {
		words := diff.Words(c.text)
		if got := strings.Join(words, "|"); got != c.want {
			t.Errorf("%q is cut into %s, want %s", c.text, got, c.want)
		}
		if got := strings.Join(words, ""); got != c.text {
			t.Errorf("the words of %q join to %q", c.text, got)
		}
	}
}

func FuzzTexts(f *testing.F) {
	f.Add("公开招聘24名", "公开\n招聘28名")
	f.Add("\xff\xe4一", "万一\xff")
	f.Add("0", "0\n0")
	f.Add("甲\n\n乙", "甲\n乙\n乙")
	f.Fuzz(func(t *testing.T, a, b string) {
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
			t.Errorf("the parts of %q and %q add up to %q and %q", a, b, x.String(), y.String())
		}
	})
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("县委书记王建国主持召开常务会议，研究部署全县防汛备汛和安全生产工作。", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		diff.Words(text)
	}
}
