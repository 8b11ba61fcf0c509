package archive_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fangzhi/archive"
)

// syllables are characters as frequent in news of a region as they are here.
var syllables = []rune("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严")

// prose is n characters of prose that only seed decides.
func prose(n int, seed uint64) []rune {
	random := rand.New(rand.NewPCG(seed, 5))
	text := make([]rune, 0, n)
	for len(text) < n {
		// frequent characters come more often, as in a language
		i := int(random.ExpFloat64() * 90)
		if i < len(syllables) {
			text = append(text, syllables[i])
		}
		if len(text)%23 == 22 {
			text = append(text, '，')
		}
	}
	return text[:n]
}

// shingles are the distinct runs of five characters of text.
func shingles(text []rune) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+5 <= len(text); i++ {
		set[string(text[i:i+5])] = true
	}
	return set
}

// likeness is the share of the shingles of both that are in each.
func likeness(a, b []rune) float64 {
	x, y := shingles(a), shingles(b)
	shared := 0
	for s := range x {
		if y[s] {
			shared++
		}
	}
	return float64(shared) / float64(len(x)+len(y)-shared)
}

// retold is a reprint of the whole: edits pile up until the likeness to the
// original would fall under alike.
func retold(original []rune, alike float64, random *rand.Rand) []rune {
	text := original
	for {
		next := reprintOnce(text, random)
		if likeness(original, next) < alike {
			return text
		}
		text = next
	}
}

// reprintOnce replaces, leaves out or puts in one character.
func reprintOnce(text []rune, random *rand.Rand) []rune {
	i := random.IntN(len(text))
	other := syllables[random.IntN(len(syllables))]
	next := append([]rune{}, text[:i]...)
	switch random.IntN(3) {
	case 0:
		return append(append(next, other), text[i+1:]...)
	case 1:
		return append(next, text[i+1:]...)
	}
	return append(append(next, other), text[i:]...)
}

func body(text []rune) archive.Article { return archive.Article{Body: string(text)} }

func share(a, b archive.Sketch) bool {
	for i := range a {
		for j := range b {
			if a[i] == b[j] {
				return true
			}
		}
	}
	return false
}

// The promise of a sketch: of two texts that are 80 % alike, 99.7 % share a
// key. Texts of every length that occurs, each edited down to that likeness.
func TestSketchRecall(t *testing.T) {
	pairs := 400
	if testing.Short() {
		pairs = 60
	}
	random := rand.New(rand.NewPCG(1, 2))
	missed, tried, chance := 0, 0, 0
	for _, length := range []int{90, 150, 300, 600, 1000} {
		n := pairs * 90 / length
		for i := range n {
			original := prose(length, uint64(length*100_000+i))
			other := retold(original, 0.8, random)
			tried++
			if !share(archive.SketchOf(body(original)), archive.SketchOf(body(other))) {
				missed++
			}
			stranger := prose(length, uint64(length*100_000+i+50_000))
			if share(archive.SketchOf(body(original)), archive.SketchOf(body(stranger))) {
				chance++
			}
		}
	}
	t.Logf("%d of %d reprints missed, %d of %d strangers share a key", missed, tried, chance, tried)
	if float64(missed) > 0.01*float64(tried) {
		t.Errorf("%d of %d reprints share no key", missed, tried)
	}
	if float64(chance) > 0.02*float64(tried) {
		t.Errorf("%d of %d texts that have nothing in common share a key", chance, tried)
	}
}

func TestSketch(t *testing.T) {
	long := prose(400, 1)
	full := archive.SketchOf(body(long))
	if len(full) != 8 {
		t.Errorf("%d keys, want 8", len(full))
	}
	spaced := archive.Article{Title: "别的标题", Body: " " + strings.Join(strings.Split(string(long), "，"), "，\n\n　　")}
	if got := archive.SketchOf(spaced); !share(full, got) || got[7] != full[7] {
		t.Error("white space and title count")
	}
	for name, c := range map[string]struct {
		article archive.Article
		keys    int
	}{
		"no body":                {archive.Article{Title: "标题"}, 0},
		"79 characters":          {body(prose(79, 2)), 0},
		"79 characters, spread":  {archive.Article{Body: strings.Join(strings.Split(string(prose(79, 2)), ""), " ")}, 0},
		"80 characters":          {body(prose(80, 2)), 8},
		"one character repeated": {archive.Article{Body: strings.Repeat("哈", 500)}, 8},
	} {
		if got := len(archive.SketchOf(c.article)); got != c.keys {
			t.Errorf("%s: %d keys, want %d", name, got, c.keys)
		}
	}
}

func TestSameStory(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	long := prose(800, 7)
	for name, c := range map[string]struct {
		a, b []rune
		want bool
	}{
		"the same":               {long, long, true},
		"laid out anew":          {long, []rune(strings.ReplaceAll(string(long), "，", "，\n\n　　")), true},
		"a word changed":         {long, reprintOnce(long, random), true},
		"81 % alike":             {long, retold(long, 0.81, random), true},
		"with a line added":      {long, append(append([]rune{}, long...), prose(40, 8)...), true},
		"with a third added":     {long, append(append([]rune{}, long...), prose(300, 8)...), false},
		"its first half":         {long, long[:400], false},
		"another":                {long, prose(800, 9), false},
		"short ones":             {prose(79, 1), prose(79, 1), false},
		"a short and a long one": {prose(79, 1), long, false},
		"none":                   {nil, nil, false},
	} {
		if got := archive.SameStory(body(c.a), body(c.b)); got != c.want {
			t.Errorf("%s: got %v, want %v (likeness %.2f)", name, got, c.want, likeness(c.a, c.b))
		}
		if got := archive.SameStory(body(c.b), body(c.a)); got != c.want {
			t.Errorf("%s, turned round: got %v, want %v", name, got, c.want)
		}
	}
}

// SameStory agrees with a count of the shingles, on either side of the border.
func TestSameStoryCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range 60 {
		original := prose(200, uint64(i))
		other := retold(original, 0.76+0.001*float64(i), random)
		want := likeness(original, other) >= 0.8
		if got := archive.SameStory(body(original), body(other)); got != want {
			t.Errorf("likeness %.4f: got %v", likeness(original, other), got)
		}
	}
}
